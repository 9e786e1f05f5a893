//! The journal's record: what is kept of every request, refused or not.

use serde::{Deserialize, Serialize};

use crate::catalogue::Reason;
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::holder::Holder;
use crate::id::{ApiId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use crate::live::Live;
pub use crate::step::{AnsweredBy, Step};

/// The way a request came in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The API address, on the gateway's listener.
    Address,
    /// The Prediction tab, on the control listener.
    PredictionTab,
}

impl Door {
    /// All of them, by their numbers.
    pub const ALL: [Door; 2] = [Door::Address, Door::PredictionTab];

    /// As records and the access log show it.
    pub const fn name(self) -> &'static str {
        match self {
            Door::Address => "address",
            Door::PredictionTab => "prediction_tab",
        }
    }

    /// Its place in [`ALL`](Self::ALL), by which the journal keeps it.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The one with this number.
    pub fn numbered(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

/// Who called, proven. A key that a refused request only claims is part of the evidence.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CallerSeen {
    /// How they authenticated: `token`, `aksk`, `app_signature`, `app_code`, `key_pair`, `console`.
    pub way: String,
    /// The user's or app's id.
    pub id: String,
    /// Its name, when it is at hand.
    pub name: String,
}

/// How much of a path, and of a query, a record keeps, in bytes.
pub const ADDRESS_MAX: usize = 2 * 1024;

/// How much of path and query together the record of a refused request keeps, in bytes, if it matched nothing or nobody was
/// proven to have sent it: strangers write these texts.
pub const STRANGER_ADDRESS_MAX: usize = 256;

/// One request. Field by field this is the documented format of the journal and of the access log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The request id, as in the response's `X-Request-Id`.
    pub id: RequestId,
    /// When the head had arrived.
    pub at: Timestamp,
    /// The way it came in.
    pub door: Door,
    /// The caller's address.
    pub source: String,
    /// HTTP method.
    pub method: String,
    /// Host as sent.
    pub host: String,
    /// Path as sent, at most 2 KiB of it; of a refused stranger's path and query together 256 bytes.
    pub path: String,
    /// Query as sent, values of configured keys replaced by their digest; at most 2 KiB of it.
    pub query: String,
    /// `X-Stage`, if sent.
    pub stage: Option<String>,
    /// The project of the service or API; nothing when nothing matched.
    pub project: Option<ProjectId>,
    /// The service, when one matched.
    pub service: Option<ServiceId>,
    /// The API, when one matched.
    pub api: Option<ApiId>,
    /// The model version that was chosen.
    pub model: Option<ModelId>,
    /// The instance that was chosen.
    pub instance: Option<InstanceId>,
    /// Who called; null while nobody was authenticated.
    pub caller: Option<CallerSeen>,
    /// HTTP status of the answer (499 when the client had disconnected).
    pub status: u16,
    /// Why it was refused; nothing for an answer of the model.
    pub reason: Option<Reason>,
    /// The step that decided: `dispatch` when all were passed.
    pub step: Step,
    /// Who made the answer.
    pub answered_by: AnsweredBy,
    /// Bytes of the request's body that were read.
    pub request_bytes: u64,
    /// Bytes of the answer's body.
    pub response_bytes: u64,
    /// Microseconds from head to answer.
    pub took_us: u64,
    /// Of these, microseconds spent waiting for the model.
    pub model_us: u64,
    /// Of these, microseconds in which the head alone was looked at, from route to throttle; nothing where one of these steps decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head_us: Option<u64>,
    /// Of these, microseconds from then on until the body was there and proven; nothing where the request did not come so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_us: Option<u64>,
    /// `User-Agent`, at most 256 bytes of it.
    pub user_agent: String,
    /// What was compared with what.
    pub evidence: Evidence,
}

impl Record {
    /// Whether the request was proven to be this holder's.
    pub fn was_sent_by(&self, holder: Holder) -> bool {
        self.caller
            .as_ref()
            .is_some_and(|caller| caller.id == holder.id())
    }

    /// Whether the request matched nothing, or nobody was proven to have sent it.
    pub fn is_of_stranger(&self) -> bool {
        self.project.is_none() || self.caller.is_none()
    }

    /// Whether the request named a credential of this holder, proven or not.
    pub fn names(&self, holder: Holder, live: &Live) -> bool {
        self.was_sent_by(holder) || self.evidence.named(live) == Some(holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::SignatureEvidence;
    use crate::sample;

    #[test]
    fn numbers_of_steps_stay_for_journals_of_before() {
        let names: Vec<&str> = (0..9)
            .map(|number| Step::numbered(number).expect("a step").name())
            .collect();
        let expected = [
            "route",
            "admit",
            "authenticate",
            "authorise",
            "throttle",
            "limit",
            "dispatch",
            "respond",
            "manage",
        ];
        assert_eq!(names, expected);
        for step in Step::ALL {
            assert_eq!(Step::numbered(step.number()), Some(*step));
            assert_eq!(Step::parse(step.name()), Some(*step));
            let json = serde_json::to_value(step).expect("a name");
            assert_eq!(json, step.name(), "one name everywhere");
        }
        assert_eq!(Step::numbered(9), None);
    }

    #[test]
    fn numbers_and_names_of_doors_and_answerers_stay_for_journals_of_before() {
        for (number, name) in [(0, "address"), (1, "prediction_tab")] {
            let door = Door::numbered(number).expect("a door");
            assert_eq!((door.number(), door.name()), (number, name));
            assert_eq!(serde_json::to_value(door).expect("a name"), name);
        }
        assert_eq!(Door::numbered(2), None);
        for (number, name) in [(0, "gateway"), (1, "model")] {
            let who = AnsweredBy::numbered(number).expect("one who answers");
            assert_eq!((who.number(), who.name()), (number, name));
            assert_eq!(serde_json::to_value(who).expect("a name"), name);
        }
        assert_eq!(AnsweredBy::numbered(2), None);
    }

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
        let by = |record: &Record| (record.names(user, &live), record.names(app, &live));
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
}
