//! The record of a management call: who did what, on which thing, with what result.
//!
//! Changes, sign-ins and refused calls leave one; reads that succeed leave none. What must be true: a record never holds a
//! secret, neither as a value that changed nor as a name that somebody typed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::holder::Holder;
use crate::id::{DomainId, ProjectId, RequestId};
use crate::record::CallerSeen;

/// How many bytes of a text that somebody else wrote a record keeps.
pub const AUDIT_TEXT_MOST: usize = 256;

/// What a record tells of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    /// Something was changed.
    Change,
    /// Somebody signed in.
    SignIn,
    /// A call, or an attempt to sign in, was refused.
    Refusal,
}

impl AuditKind {
    /// The word that records and answers show.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::SignIn => "sign_in",
            Self::Refusal => "refusal",
        }
    }
}

/// Which records share room. Each shelf is bounded for itself, so none washes out another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AuditShelf {
    /// Changes: bounded by their age alone.
    Changes,
    /// Sign-ins, and refused calls of proven callers.
    Calls,
    /// Whatever nobody was proven to have sent.
    Strangers,
}

impl AuditShelf {
    /// All shelves.
    pub const ALL: [Self; 3] = [Self::Changes, Self::Calls, Self::Strangers];
    /// Its number in the store, which never changes.
    pub const fn number(self) -> i64 {
        match self {
            Self::Changes => 0,
            Self::Calls => 1,
            Self::Strangers => 2,
        }
    }
}

macro_rules! thing_kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// The kinds of things that management calls are about.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum AuditedKind {
            $($(#[$doc])* $name,)*
        }
        impl AuditedKind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The word that records and answers show.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

thing_kinds! {
    /// A project.
    Project = "project";
    /// A user.
    User = "user";
    /// An access key.
    AccessKey = "access_key";
    /// A token.
    Token = "token";
    /// An app.
    App = "app";
    /// An AppCode.
    AppCode = "app_code";
    /// An authorisation of an app for an API.
    Authorisation = "authorisation";
    /// A model.
    Model = "model";
    /// An uploaded package.
    Package = "package";
    /// A service.
    Service = "service";
    /// An API.
    Api = "api";
    /// A request, in the journal or here.
    Request = "request";
    /// The key that seals secrets in the database.
    MasterKey = "master_key";
    /// All that a data folder holds.
    Installation = "installation";
}

/// The thing that a call was about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AuditedThing {
    /// What it is.
    pub kind: AuditedKind,
    /// Its id, as the call named it.
    pub id: String,
    /// Its name; empty where none is known.
    pub name: String,
}

impl AuditedThing {
    /// The ids and names of several things that one call was about, as one text each. [`AuditedThing::each`] takes them apart.
    pub fn joined<'a>(things: impl IntoIterator<Item = (String, &'a str)>) -> (String, String) {
        let (ids, names): (Vec<String>, Vec<&str>) = things.into_iter().unzip();
        (ids.join(", "), names.join(", "))
    }

    /// The things that the call was about, with their names; empty where none is known.
    pub fn each(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.name.split(", ").chain(std::iter::repeat(""));
        self.id.split(',').map(str::trim).zip(names)
    }
}

/// A field that a change gave another value.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: String,
    /// What it was; nothing for what was just made, and where it is not known.
    pub from: Option<String>,
    /// What it is now; nothing for what is gone.
    pub to: Option<String>,
    /// Whether the values are secret: then neither stands here.
    pub is_secret: bool,
}

/// Why a call was refused.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditRefusal {
    /// The wire code.
    pub code: String,
    /// The sub-code.
    pub reason: String,
    /// The public message.
    pub message: String,
    /// What was compared with what, for operators; empty where the message says all.
    pub found: String,
    /// What stands for capitals of the advice, such as the `ROLE` that permits the call; records of before have none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// Both in Chinese, for explanations; records of before have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chinese: Option<Box<AuditTexts>>,
}

/// What an explanation says of a refused call in another language.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AuditTexts {
    /// What happened.
    pub message: String,
    /// What was compared with what.
    pub found: String,
}

/// One management call. Field by field this is the documented format of the audit trail.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct AuditRecord {
    /// The request id, as in the answer's `X-Request-Id`.
    pub request: RequestId,
    /// When it was answered.
    pub at: Timestamp,
    /// What it tells of: `change`, `sign_in`, `refusal`.
    pub kind: AuditKind,
    /// The operation, as the OpenAPI document names it without the method; empty for an address that is none.
    pub operation: String,
    /// HTTP method.
    pub method: String,
    /// Path as sent, at most 256 bytes of it. The query is not kept.
    pub path: String,
    /// The domain that it concerns.
    pub domain: Option<DomainId>,
    /// The project that it concerns.
    pub project: Option<ProjectId>,
    /// Who called: proven, unless `is_proven` says otherwise.
    pub caller: Option<CallerSeen>,
    /// The id of the caller's credential: the access key, or the token's id, which is not the token.
    pub credential: Option<String>,
    /// Whose credential the call named, proven or not.
    pub holder: Option<Holder>,
    /// Whether the caller is proven.
    pub is_proven: bool,
    /// The caller's address; empty for what was done on the server's own machine.
    pub source: String,
    /// The thing that it was about.
    pub thing: Option<AuditedThing>,
    /// HTTP status of the answer; 0 where there was none.
    pub status: u16,
    /// Why it was refused.
    pub refusal: Option<AuditRefusal>,
    /// The fields that were changed. Secret values are never among them.
    pub changes: Vec<FieldChange>,
    /// How many further ones like it this record stands for, which were counted and not kept.
    pub similar: u64,
}

/// The operations that ask why something was refused. Who looks for that is not looking for those questions.
pub const QUESTIONS: [&str; 4] = ["own_requests_show", "requests_show", "audit_own", "audit_show"];

impl AuditRecord {
    /// Whether the call asked why another one was refused.
    pub fn is_question(&self) -> bool {
        QUESTIONS.contains(&self.operation.as_str())
    }
    /// One that says nothing yet but which request it is of, when, and what it tells of.
    pub const fn blank(request: RequestId, at: Timestamp, kind: AuditKind) -> Self {
        Self {
            request,
            at,
            kind,
            operation: String::new(),
            method: String::new(),
            path: String::new(),
            domain: None,
            project: None,
            caller: None,
            credential: None,
            holder: None,
            is_proven: false,
            source: String::new(),
            thing: None,
            status: 0,
            refusal: None,
            changes: Vec::new(),
            similar: 0,
        }
    }
    /// Where it is kept.
    pub const fn shelf(&self) -> AuditShelf {
        match (self.is_proven, self.kind) {
            (false, _) => AuditShelf::Strangers,
            (true, AuditKind::Change) => AuditShelf::Changes,
            (true, AuditKind::SignIn | AuditKind::Refusal) => AuditShelf::Calls,
        }
    }
    /// Whether it is about a credential of `holder`, who may read their share of it.
    pub fn names(&self, holder: Holder) -> bool {
        self.holder == Some(holder)
    }
}

/// A text that somebody else wrote, as a record keeps it.
pub fn bounded(text: &str) -> String {
    let end = text.floor_char_boundary(AUDIT_TEXT_MOST);
    text.get(..end).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_was_joined_is_taken_apart_again() {
        let thing = |id: &str, name: &str| AuditedThing {
            kind: AuditedKind::Service,
            id: id.to_owned(),
            name: name.to_owned(),
        };
        let things = [("1", "wine"), ("2", ""), ("3", "iris")];
        let (ids, names) = AuditedThing::joined(things.map(|(id, name)| (id.to_owned(), name)));
        assert!(thing(&ids, &names).each().eq(things));
        // As the caller has written the ids; and nothing was known of their names.
        assert!(thing("1,2", "").each().eq([("1", ""), ("2", "")]));
        assert!(thing("1", "wine").each().eq([("1", "wine")]));
    }

    #[test]
    fn what_nobody_was_proven_to_have_sent_shares_room_with_its_like_alone() {
        let record = |is_proven, kind| {
            AuditRecord {
                is_proven,
                kind,
                ..sample::audit_record()
            }
            .shelf()
        };
        use AuditKind::{Change, Refusal, SignIn};
        for (is_proven, kind, shelf) in [
            (true, Change, AuditShelf::Changes),
            (true, SignIn, AuditShelf::Calls),
            (true, Refusal, AuditShelf::Calls),
            (false, Refusal, AuditShelf::Strangers),
            (false, Change, AuditShelf::Strangers),
        ] {
            assert_eq!(record(is_proven, kind), shelf, "{is_proven} {kind:?}");
        }
        let numbers = AuditShelf::ALL.map(AuditShelf::number);
        assert_eq!(numbers, [0, 1, 2], "the store keeps them");
    }

    #[test]
    fn a_record_is_written_and_read_with_the_words_of_its_answers() {
        let record = sample::audit_record();
        let text = serde_json::to_string(&record).expect("texts and numbers");
        let again: AuditRecord = serde_json::from_str(&text).expect("as it was written");
        assert_eq!(again, record);
        for kind in AuditedKind::ALL {
            let written = serde_json::to_value(kind).expect("a word");
            assert_eq!(written, kind.name());
        }
        for kind in [AuditKind::Change, AuditKind::SignIn, AuditKind::Refusal] {
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.name());
        }
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(bounded(&"ü".repeat(200)).len(), AUDIT_TEXT_MOST);
        assert_eq!(
            bounded(&format!("a{}", "ü".repeat(200))).len(),
            AUDIT_TEXT_MOST - 1
        );
        assert_eq!(bounded("short"), "short");
    }
}
