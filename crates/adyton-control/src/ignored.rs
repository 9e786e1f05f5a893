//! What a request brings and its address does not read: it is named, never dropped without a word.
//!
//! Below `/adyton/` it is refused. Where clients of the cloud call, the answer is the cloud's, and [`X_ADYTON_IGNORED`] names what counted for
//! nothing.

use std::borrow::Cow;

use adyton_core::header::{self, X_ADYTON_IGNORED};
use adyton_core::language::both;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Uri};

use crate::failure::{Failure, OperationResult};
use crate::heading::Heading;

/// Pages whose own scripts read the address.
const PAGES: [&str; 2] = ["/console", "/docs"];

/// What a function reads of a request beside its path.
#[derive(Clone, Copy)]
pub(crate) struct Reads {
    pub(crate) query: bool,
    pub(crate) body: bool,
}

impl Reads {
    /// Neither.
    pub(crate) const NOTHING: Self = Self {
        query: false,
        body: false,
    };
}

/// What of a request counted for nothing.
#[derive(Default)]
pub(crate) struct Ignored(Vec<String>);

impl Ignored {
    /// Of a request whose function `reads` this; refused where it is not to be ignored.
    pub(crate) fn of(heading: &Heading, uri: &Uri, body: &[u8], reads: Reads) -> OperationResult<Self> {
        let mut names = Vec::new();
        if PAGES.iter().any(|page| heading.path.starts_with(page)) {
            return Ok(Self(names));
        }
        let is_strict = heading.path.starts_with("/adyton/");
        if !reads.query {
            names.extend(header::query_names(uri.query().unwrap_or_default()).map(Cow::into_owned));
            if let Some(first) = names.first().filter(|_| is_strict) {
                return Err(Failure::query(
                    first.trim_start_matches('?'),
                    (
                        "is no parameter of this address, which takes none",
                        "不是该地址的参数，该地址没有查询参数",
                    ),
                ));
            }
        }
        if !reads.body && !is_empty(body) {
            if is_strict {
                return Err(Failure::Malformed(both!(
                    "this address takes no body",
                    "该地址不接受请求体"
                )));
            }
            names.push("body".to_owned());
        }
        Ok(Self(names))
    }
    /// Names it in the answer.
    pub(crate) fn note(self, answer: &mut Response) {
        if let Some(value) = value(self.0.iter().map(String::as_str)) {
            answer.headers_mut().insert(X_ADYTON_IGNORED, value);
        }
    }
}

/// Names these fields.
pub(crate) fn headers(names: &[&str]) -> HeaderMap {
    value(names.iter().copied()).map_or_else(HeaderMap::new, |value| {
        HeaderMap::from_iter([(X_ADYTON_IGNORED, value)])
    })
}

fn value<'n>(names: impl Iterator<Item = &'n str>) -> Option<HeaderValue> {
    header::ignored(names.map(Cow::Borrowed))
}

/// Nothing, as clients write it that always send a body.
fn is_empty(body: &[u8]) -> bool {
    matches!(body.trim_ascii(), b"" | b"{}" | b"null")
}
