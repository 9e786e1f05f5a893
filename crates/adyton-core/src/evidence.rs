//! Evidence: what a step compared with what. Kept in the journal for operators, never shown to callers.
//!
//! The pipeline records only cheap facts (a value that it holds anyway); what costs more, such as the nearest route, is
//! computed when somebody asks (`adyton explain`). Secrets have no place here: credential values are kept as digests.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::digest::Sha256;
use crate::event_cause;
use crate::fact::{self, Fact};
use crate::holder::Holder;
use crate::id::{InstanceId, ProjectId, ServiceId};
use crate::language::Language;
use crate::live::Live;
use crate::measured::Measured;
use crate::mistake::SigningMistake;
use crate::requested::Requested;
use crate::throttled::{ThrottleScope, ThrottleSetting};

/// The most bytes that one record's evidence may take in the journal; longer texts are cut.
pub const EVIDENCE_MAX: usize = 8 * 1024;

/// One comparison. Every variant belongs to one kind of question.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evidence {
    /// The reason alone says it all.
    #[default]
    None,
    /// No route fits. The nearest one is found when asked for.
    Route {
        /// The service named in the path, if that segment was an id.
        service: Option<ServiceId>,
        /// The path below the API address, as it was matched.
        path: String,
        /// The method of the request.
        method: String,
        /// The environment asked for; several, with commas, where `X-Stage` was sent more than once.
        stage: String,
        /// Whether it was; records of before do not tell.
        #[serde(default)]
        is_stage_repeated: bool,
        /// Whose credential the request named, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<Holder>,
    },
    /// Something is larger than it may be.
    Size {
        /// What was measured: `body`, `uri`, `header x-long`, `headers`.
        what: Measured,
        /// Bytes allowed.
        limit: u64,
        /// Bytes announced by `Content-Length`.
        declared: Option<u64>,
        /// Bytes seen before the request was refused.
        measured: Option<u64>,
        /// The setting that moves the limit.
        setting: String,
    },
    /// What a token said, as far as it could be read.
    Token {
        /// The id of the key that sealed it.
        key_id: Option<String>,
        /// How long the text was, in characters.
        length: u64,
        /// When it was issued.
        issued_at: Option<Timestamp>,
        /// When it ends.
        expires_at: Option<Timestamp>,
        /// Our clock when it was checked.
        server_time: Timestamp,
        /// What else was found out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        facts: Vec<Fact>,
        /// What records of before facts were kept say in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// Whose credential the request named, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<Holder>,
    },
    /// What a signature was checked against.
    Signature(Box<SignatureEvidence>),
    /// Which credentials came, and which were wanted.
    Credentials {
        /// What the request carried: `X-Auth-Token`, `Authorization: SDK-HMAC-SHA256`, …
        sent: Vec<String>,
        /// What the API accepts.
        accepted: Vec<String>,
        /// What else was found out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        facts: Vec<Fact>,
        /// What records of before facts were kept say in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// Whose credential the request named, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<Holder>,
    },
    /// Who asked for what.
    Access {
        /// What they sent their credential in: `X-Auth-Token`, `Authorization: SDK-HMAC-SHA256 (app)`, …
        #[serde(default, skip_serializing_if = "String::is_empty")]
        way: String,
        /// What records of before `way` and `holder` were kept say of the caller in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        caller: String,
        /// The caller's project.
        caller_project: Option<ProjectId>,
        /// The project of what was called.
        target_project: Option<ProjectId>,
        /// The action, or the API, that was asked for.
        action: Requested,
        /// Roles of the caller there.
        roles: Vec<String>,
        /// Who the caller is, or claims to be: a signature is proven with the body's last byte.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        holder: Option<Holder>,
    },
    /// A throttle said no.
    Throttle {
        /// Whose limit: `api`, `user`, `app`, `ip`.
        scope: ThrottleScope,
        /// Calls allowed in the interval.
        limit: u64,
        /// The interval in seconds.
        interval_seconds: u64,
        /// When the next call succeeds, in milliseconds from the refusal.
        retry_after_ms: u64,
        /// The setting that set the limit.
        setting: ThrottleSetting,
    },
    /// The state of the service that was called.
    Service {
        /// The service.
        service: ServiceId,
        /// Its state, as this node saw it: `failed` too while the end of a rollout is still to be written down, which the
        /// management API calls `deploying`.
        status: String,
        /// What was found out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        facts: Vec<Fact>,
        /// Why it is in that state, as the service itself shows it. In records of before facts were kept, in words what was
        /// found out too.
        note: String,
    },
    /// Nobody could take the call: the instance that comes back first is being restarted.
    Restarting {
        /// The service.
        service: ServiceId,
        /// The instance.
        instance: InstanceId,
        /// Since when it has not answered.
        since: Timestamp,
        /// How often it was started again.
        restarts: u32,
        /// How its last run ended.
        last_end: String,
        /// When it is started next; past if it is on its way.
        next_start: Timestamp,
        /// Our clock when the call came.
        server_time: Timestamp,
    },
    /// An instance that did not answer as it should.
    Instance {
        /// The instance.
        instance: Option<InstanceId>,
        /// Its address, or `in process`.
        address: String,
        /// Milliseconds from the hand-over until it failed.
        after_ms: u64,
        /// Attempts made.
        attempts: u32,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        facts: Vec<Fact>,
        /// What records of before facts were kept say in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        error: String,
    },
    /// What the request brought and the model was not given, or did not read.
    Dropped {
        /// Names of headers that were not passed on, because a program may take them for ones that only the gateway writes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        headers: Vec<String>,
        /// Fields of the body that the model did not read.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fields: Vec<String>,
        /// Whether there was a query, which models in process do not read.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_query_unread: bool,
    },
    /// This record stands for others, which were left out of the journal.
    LeftOut {
        /// Whose they are: an address, or the first 64 bits of an IPv6 address.
        source: String,
        /// How many were left out, this one included.
        count: u64,
        /// How many a second are kept of one source.
        limit: u32,
        /// When the last of them arrived.
        until: Timestamp,
        /// The setting that moves the limit.
        setting: String,
    },
    /// A request that is not well formed, or a model that refuses its input.
    Request {
        /// What was found out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        facts: Vec<Fact>,
        /// What records of before facts were kept say in words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        problem: String,
    },
}

/// Evidence whose facts are a field of the variant; a signature's are in its box.
macro_rules! with_facts {
    ($facts:ident) => {
        Evidence::Token { facts: $facts, .. }
            | Evidence::Credentials { facts: $facts, .. }
            | Evidence::Service { facts: $facts, .. }
            | Evidence::Instance { facts: $facts, .. }
            | Evidence::Request { facts: $facts, .. }
    };
}

/// All other evidence but a signature's.
macro_rules! without_facts {
    () => {
        Evidence::None
            | Evidence::Route { .. }
            | Evidence::Size { .. }
            | Evidence::Access { .. }
            | Evidence::Throttle { .. }
            | Evidence::Restarting { .. }
            | Evidence::Dropped { .. }
            | Evidence::LeftOut { .. }
    };
}

/// Evidence that keeps whose credential the request named.
macro_rules! with_holder {
    ($holder:ident) => {
        Evidence::Route { holder: $holder, .. }
            | Evidence::Token { holder: $holder, .. }
            | Evidence::Access { holder: $holder, .. }
            | Evidence::Credentials { holder: $holder, .. }
    };
}

/// All other evidence but a signature's.
macro_rules! without_holder {
    () => {
        Evidence::None
            | Evidence::Size { .. }
            | Evidence::Throttle { .. }
            | Evidence::Service { .. }
            | Evidence::Restarting { .. }
            | Evidence::Instance { .. }
            | Evidence::Dropped { .. }
            | Evidence::LeftOut { .. }
            | Evidence::Request { .. }
    };
}

impl Evidence {
    /// A request that is not as it should be.
    pub fn of_request(fact: Fact) -> Self {
        Evidence::Request {
            facts: vec![fact],
            problem: String::new(),
        }
    }

    /// The service that was called, as far as the evidence names it: a path that no route fits may hold its id. What else a request
    /// called stands in its record.
    pub fn service_in_path(&self) -> Option<ServiceId> {
        match self {
            Evidence::Route { service, .. } => *service,
            Evidence::None
            | Evidence::Size { .. }
            | Evidence::Token { .. }
            | Evidence::Signature(_)
            | Evidence::Credentials { .. }
            | Evidence::Access { .. }
            | Evidence::Throttle { .. }
            | Evidence::Service { .. }
            | Evidence::Restarting { .. }
            | Evidence::Instance { .. }
            | Evidence::Dropped { .. }
            | Evidence::LeftOut { .. }
            | Evidence::Request { .. } => None,
        }
    }

    /// Its facts; none for evidence that has none.
    pub fn facts(&self) -> &[Fact] {
        match self {
            with_facts!(facts) => facts,
            Evidence::Signature(seen) => &seen.facts,
            without_facts!() => &[],
        }
    }

    /// Its facts, to which more can be added; `None` for evidence that has none.
    pub fn facts_mut(&mut self) -> Option<&mut Vec<Fact>> {
        match self {
            with_facts!(facts) => Some(facts),
            Evidence::Signature(seen) => Some(&mut seen.facts),
            without_facts!() => None,
        }
    }

    /// What records of before facts were kept say in words; and of a service why it is in its state.
    fn note(&self) -> &str {
        match self {
            Evidence::Token { note, .. }
            | Evidence::Credentials { note, .. }
            | Evidence::Service { note, .. }
            | Evidence::Instance { error: note, .. }
            | Evidence::Request { problem: note, .. } => note,
            Evidence::Signature(seen) => &seen.note,
            without_facts!() => "",
        }
    }

    /// Whose credential the request named; `live` knows whose key it was that a signature names.
    pub fn named(&self, live: &Live) -> Option<Holder> {
        match self {
            Evidence::Signature(seen) => Holder::of_key(live, &seen.key),
            with_holder!(holder) => *holder,
            without_holder!() => None,
        }
    }

    /// Whose credential the request named, as far as the record itself says so: a signature names its key instead.
    pub fn holder(&self) -> Option<Holder> {
        match self {
            with_holder!(holder) => *holder,
            Evidence::Signature(_) | without_holder!() => None,
        }
    }

    /// Keeps whose credential the request named, unless that is kept already; `find` is asked only where it is kept at all.
    pub fn name_holder(&mut self, find: impl FnOnce() -> Option<Holder>) {
        match self {
            with_holder!(holder) => *holder = holder.or_else(find),
            Evidence::Signature(_) | without_holder!() => {}
        }
    }

    /// How much longer the key of the request is locked.
    pub fn locked_for(&self) -> Option<Duration> {
        self.facts().iter().find_map(|fact| {
            if let Fact::KeyLockedFor { seconds } = fact {
                Some(Duration::from_secs(*seconds))
            } else {
                None
            }
        })
    }

    /// What was found out, each as a clause, in English, as the log has it.
    pub fn clauses(&self) -> Vec<String> {
        self.clauses_in(Language::English)
    }

    /// What was found out, each as a clause for people.
    pub fn clauses_in(&self, language: Language) -> Vec<String> {
        // Of a service it is a cause, as events have them.
        let note = if let Evidence::Service { note, .. } = self {
            event_cause::cause_in(note, language)
        } else {
            Cow::Borrowed(self.note())
        };
        fact::clauses_in(self.facts(), &note, language)
    }
}

impl SignatureEvidence {
    /// What to do about its mistake, in English, as the log has it.
    pub fn advice(&self) -> Option<String> {
        self.advice_in(Language::English)
    }

    /// What to do about its mistake: in the words of today, else in those that it came with, which are English.
    pub fn advice_in(&self, language: Language) -> Option<String> {
        let names = self.mistake.as_deref();
        let named = names.and_then(|names| SigningMistake::advice_in(names, language));
        named.or_else(|| self.advice.clone())
    }
}

/// The autopsy of a signature.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
pub struct SignatureEvidence {
    /// The key id as sent.
    pub key: String,
    /// The algorithm as sent.
    pub algorithm: String,
    /// `SignedHeaders` as sent.
    pub signed_headers: String,
    /// `X-Sdk-Date` as sent.
    pub date: Option<String>,
    /// Our clock when it was checked.
    pub server_time: Timestamp,
    /// `X-Sdk-Content-Sha256` as sent.
    pub declared_digest: Option<String>,
    /// The digest of the body that arrived.
    pub body_digest: Option<Sha256>,
    /// The canonical request that we computed; values of credential headers replaced by their digest.
    pub canonical_request: Option<String>,
    /// The string to sign that we computed.
    pub string_to_sign: Option<String>,
    /// The stable name of the signing mistake that explains the signature.
    pub mistake: Option<String>,
    /// What records of before mistakes had words of their own say about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// What else was found out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// What records of before facts were kept say in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_before_say_in_their_own_words_what_was_found_out() {
        let old =
            r#"{"kind":"credentials","sent":["apikey"],"accepted":[],"note":"no app has the AppKey `x`"}"#;
        let read: Evidence = serde_json::from_str(old).expect("evidence");
        assert_eq!(read.clauses(), ["no app has the AppKey `x`"]);
        let old = r#"{"kind":"signature","key":"AK","algorithm":"","signed_headers":"","date":null,"server_time":0,
            "declared_digest":null,"body_digest":null,"canonical_request":null,"string_to_sign":null,"mistake":null,
            "advice":null,"note":"the access key is disabled"}"#;
        let read: Result<Evidence, _> = serde_json::from_str(old);
        assert_eq!(read.expect("evidence").clauses(), ["the access key is disabled"]);
        let id = "12345678-9abc-def0-1234-56789abcdef0";
        for old in [
            r#"{"kind":"request","problem":"no Host was sent"}"#.to_owned(),
            format!(r#"{{"kind":"service","service":"{id}","status":"failed","note":"no Host was sent"}}"#),
            r#"{"kind":"instance","instance":null,"address":"a","after_ms":1,"attempts":1,"error":"no Host was sent"}"#.to_owned(),
        ] {
            let read: Evidence = serde_json::from_str(&old).expect("evidence");
            assert_eq!(read.clauses(), ["no Host was sent"]);
            assert_eq!(
                serde_json::to_string(&read).expect("JSON"),
                old,
                "it stays as it was"
            );
        }
    }

    #[test]
    fn a_record_keeps_facts_and_no_sentences() {
        let mut evidence = Evidence::Credentials {
            sent: vec!["apikey".into()],
            accepted: Vec::new(),
            facts: vec![Fact::HeaderEmpty],
            note: String::new(),
            holder: None,
        };
        evidence.facts_mut().expect("facts").push(Fact::NoCredentials);
        assert_eq!(
            serde_json::to_string(&evidence).expect("JSON"),
            r#"{"kind":"credentials","sent":["apikey"],"accepted":[],"facts":["header_empty","no_credentials"]}"#
        );
        assert_eq!(
            serde_json::to_string(&Evidence::of_request(Fact::HostMissing)).expect("JSON"),
            r#"{"kind":"request","facts":["host_missing"]}"#
        );
        let failed = Evidence::Instance {
            instance: None,
            address: "127.0.0.1:9".into(),
            after_ms: 3,
            attempts: 1,
            facts: vec![Fact::ClosedBeforeAnswer],
            error: String::new(),
        };
        assert_eq!(
            serde_json::to_string(&failed).expect("JSON"),
            r#"{"kind":"instance","instance":null,"address":"127.0.0.1:9","after_ms":3,"attempts":1,"facts":["closed_before_answer"]}"#
        );
        assert_eq!(Evidence::None.facts_mut(), None);
    }

    #[test]
    fn records_of_before_name_nobody() {
        let old = r#"{"kind":"route","service":null,"path":"/x","method":"GET","stage":"RELEASE"}"#;
        let read: Evidence = serde_json::from_str(old).expect("evidence");
        assert_eq!(read.holder(), None);
        let new = Holder::User(crate::sample::USER);
        let text = serde_json::to_string(&new).expect("evidence");
        assert_eq!(text, format!(r#"{{"user":"{}"}}"#, crate::sample::USER));
        assert_eq!(serde_json::from_str::<Holder>(&text).expect("evidence"), new);
    }
}
