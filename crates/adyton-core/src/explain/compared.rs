//! What was compared with what: the evidence as rows of label, expected, got.

mod caller;
mod request;
mod serving;

pub(super) use self::serving::calls;

use self::caller::{access, token};
pub(super) use self::request::credential;
use self::request::{credentials, input, routes, sizes};
use super::{Asked, Compared, Nearest, signature};
use crate::evidence::Evidence;
use crate::language::{Language, phrase, spaced};

/// The rows for the record's evidence; none where the reason alone says it all.
pub(super) fn of(asked: &Asked<'_>, nearest: &[Nearest]) -> Vec<Compared> {
    let language = asked.language;
    match &asked.record.evidence {
        Evidence::None | Evidence::Route { .. } => routes(nearest, language),
        Evidence::Size {
            what,
            limit,
            declared,
            measured,
            ..
        } => sizes(what, *limit, *declared, *measured, language),
        Evidence::Token {
            key_id,
            length,
            issued_at,
            expires_at,
            server_time,
            ..
        } => {
            let key = key_id.as_deref();
            token(asked, key, *length, *issued_at, *expires_at, *server_time)
        }
        Evidence::Signature(seen) => signature::compared(asked.record.reason, seen, language),
        Evidence::Credentials { sent, accepted, .. } => {
            vec![credentials(asked.record.reason, sent, accepted, language)]
        }
        Evidence::Access {
            caller_project,
            target_project,
            action,
            roles,
            ..
        } => access(asked, *caller_project, *target_project, action, roles),
        Evidence::Throttle { .. }
        | Evidence::Service { .. }
        | Evidence::Restarting { .. }
        | Evidence::Instance { .. }
        | Evidence::Dropped { .. }
        | Evidence::LeftOut { .. } => serving::rows(asked),
        evidence @ Evidence::Request { .. } => {
            let problem = evidence.clauses_in(language).join(phrase!(language, "; ", "；"));
            vec![input(asked.record.reason, problem, language)]
        }
    }
}

/// The same rows, set as their language is set. What came stays as it came.
pub(super) fn set(rows: Vec<Compared>, language: Language) -> Vec<Compared> {
    let set = |row: Compared| Compared {
        label: spaced(row.label, language),
        expected: spaced(row.expected, language),
        got: row.got,
    };
    rows.into_iter().map(set).collect()
}

/// `a, b`, or the word for none.
pub(super) fn listed(texts: &[String], none: &str, language: Language) -> String {
    if texts.is_empty() {
        none.to_owned()
    } else {
        texts.join(phrase!(language, ", ", "、"))
    }
}
