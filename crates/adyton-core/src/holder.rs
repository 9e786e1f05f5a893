//! Whose credential a request named: a user or an app. Naming one proves nothing; whoever proves it later may read what became
//! of the request.

use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::id::{AppId, UserId};
use crate::live::Live;
use crate::record::Record;

/// A user or an app, as the owner of a token, an access key, an AppKey or an AppCode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A user: of a token or an access key.
    User(UserId),
    /// An app: of an AppKey or an AppCode.
    App(AppId),
}

impl Holder {
    /// Whose key it is, by what a signature calls it.
    pub fn of_key(live: &Live, key: &str) -> Option<Self> {
        let user = || live.access_key(key).map(|known| Self::User(known.user));
        let app = || live.app_by_key(key).map(|app| Self::App(app.id));
        user().or_else(app)
    }

    /// The id, as records have it.
    pub fn id(self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::App(id) => id.to_string(),
        }
    }

    /// Whether the request of a record was proven to be the holder's.
    pub fn sent(self, record: &Record) -> bool {
        record
            .caller
            .as_ref()
            .is_some_and(|caller| caller.id == self.id())
    }

    /// Whether the request of a record named a credential of the holder, proven or not.
    pub fn is_named_by(self, record: &Record, live: &Live) -> bool {
        let signed = || match &record.evidence {
            Evidence::Signature(seen) => Self::of_key(live, &seen.key) == Some(self),
            _ => false,
        };
        self.sent(record) || record.evidence.holder() == Some(self) || signed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SignatureEvidence;
    use crate::record::CallerSeen;
    use crate::sample;

    fn record(evidence: Evidence) -> Record {
        Record {
            caller: None,
            evidence,
            ..sample::record()
        }
    }

    #[test]
    fn a_record_is_its_callers_and_that_of_whose_credential_it_names() {
        let live = sample::live(sample::long_ago(), []);
        let (user, app) = (Holder::User(sample::USER), Holder::App(sample::APP));
        let by = |record: &Record| (user.is_named_by(record, &live), app.is_named_by(record, &live));
        let proven = Record {
            caller: Some(CallerSeen {
                way: "token".into(),
                id: sample::USER.to_string(),
                name: "user".into(),
            }),
            ..record(Evidence::None)
        };
        assert_eq!(by(&proven), (true, false));
        assert_eq!(by(&record(Evidence::None)), (false, false));
        let signed = |key: &str| {
            let seen = SignatureEvidence {
                key: key.to_owned(),
                ..SignatureEvidence::default()
            };
            record(Evidence::Signature(Box::new(seen)))
        };
        assert_eq!(by(&signed(sample::ACCESS_KEY)), (true, false));
        assert_eq!(by(&signed(sample::APP_KEY)), (false, true));
        assert_eq!(by(&signed("0".repeat(32).as_str())), (false, false));
        let mut named = Evidence::Credentials {
            sent: Vec::new(),
            accepted: Vec::new(),
            facts: Vec::new(),
            note: String::new(),
            holder: None,
        };
        named.name_holder(|| Some(app));
        assert_eq!(by(&record(named)), (false, true));
    }

    #[test]
    fn records_of_before_name_nobody() {
        let old = r#"{"kind":"route","service":null,"path":"/x","method":"GET","stage":"RELEASE"}"#;
        let read: Evidence = serde_json::from_str(old).unwrap();
        assert_eq!(read.holder(), None);
        let new = Holder::User(sample::USER);
        let text = serde_json::to_string(&new).unwrap();
        assert_eq!(text, format!(r#"{{"user":"{}"}}"#, sample::USER));
        assert_eq!(serde_json::from_str::<Holder>(&text).unwrap(), new);
    }
}
