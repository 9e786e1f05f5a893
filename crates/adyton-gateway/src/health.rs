//! `GET /healthz/live` and `/healthz/ready` on the gateway's listener: no credentials, no I/O, and each says what it waits
//! for. They are no calls of an API, so they are counted, but not recorded.

use std::time::Duration;

use adyton_core::address;
use adyton_core::not_ready::NotReady;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};

use crate::pipeline::answer::AnswerBody;

/// What is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Question {
    /// Does the process answer?
    Live,
    /// May clients be sent here?
    Ready,
}

impl Question {
    /// The question that a request is, if it is one.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let path = path.strip_prefix(address::PROBES)?;
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        match path {
            "live" => Some(Self::Live),
            "ready" => Some(Self::Ready),
            _ => None,
        }
    }
}

/// Whether clients may be sent here, and what is waited for if not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Readiness {
    Ready,
    Draining,
    /// The store has not been read yet.
    NoLiveState,
    /// What has changed lately is not known.
    Stale,
}

impl Readiness {
    /// `has_state`: whether the store has been read; `age`: for how long nobody has known whether what was read is the newest.
    pub(crate) fn of(draining: bool, has_state: bool, age: Duration, feed_limit: Duration) -> Self {
        if draining {
            Self::Draining
        } else if !has_state {
            Self::NoLiveState
        } else if age > feed_limit {
            Self::Stale
        } else {
            Self::Ready
        }
    }

    fn answer(self) -> (StatusCode, Bytes) {
        let waits = match self {
            Self::Ready => return (StatusCode::OK, Bytes::from_static(br#"{"status":"ready"}"#)),
            Self::Draining => NotReady::Draining,
            Self::NoLiveState => NotReady::NoLiveState,
            Self::Stale => NotReady::Stale,
        };
        let text = serde_json::json!({"status": "not ready", "waits_for": waits.kept()});
        (StatusCode::SERVICE_UNAVAILABLE, text.to_string().into())
    }
}

/// The answer.
pub(crate) fn answer(question: Question, readiness: impl FnOnce() -> Readiness) -> Response<AnswerBody> {
    let (status, text) = match question {
        Question::Live => (StatusCode::OK, Bytes::from_static(br#"{"status":"live"}"#)),
        Question::Ready => readiness().answer(),
    };
    let mut response = Response::new(AnswerBody::Whole(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_of_the_two_addresses_are_questions() {
        let of = |method: Method, path: &str| Question::of(&method, path);
        assert_eq!(of(Method::GET, "/healthz/live"), Some(Question::Live));
        assert_eq!(of(Method::HEAD, "/healthz/ready"), Some(Question::Ready));
        assert_eq!(of(Method::POST, "/healthz/ready"), None);
        for path in [
            "/healthz",
            "/healthz/",
            "/healthz/ready/",
            "/v1/infers/healthz/live",
        ] {
            assert_eq!(of(Method::GET, path), None, "{path}");
        }
    }

    #[test]
    fn readiness_names_what_is_waited_for() {
        let (limit, young) = (Duration::from_secs(600), Duration::from_secs(600));
        let old = limit + Duration::from_nanos(1);
        assert_eq!(Readiness::of(true, true, young, limit), Readiness::Draining);
        assert_eq!(Readiness::of(false, false, young, limit), Readiness::NoLiveState);
        assert_eq!(Readiness::of(false, true, old, limit), Readiness::Stale);
        assert_eq!(Readiness::of(false, true, young, limit), Readiness::Ready);
        for waits in [Readiness::Draining, Readiness::NoLiveState, Readiness::Stale] {
            let response = answer(Question::Ready, || waits);
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        }
        assert_eq!(
            answer(Question::Ready, || Readiness::Ready).status(),
            StatusCode::OK
        );
        assert_eq!(
            answer(Question::Live, || Readiness::Stale).status(),
            StatusCode::OK
        );
    }
}
