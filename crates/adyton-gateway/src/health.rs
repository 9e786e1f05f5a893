//! `GET /healthz/live` and `/healthz/ready` on the gateway's listener: no credentials, no I/O, and each says what it waits
//! for. They are no calls of an API, so they are counted, but not recorded.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response, StatusCode};

use crate::pipeline::outcome::AnswerBody;
use crate::worker::Worker;

/// The answer, when it is a health question.
pub(crate) fn answer(worker: &Worker, method: &Method, path: &str) -> Option<Response<AnswerBody>> {
    if !path.starts_with("/healthz/") || !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let (status, text) = match path {
        "/healthz/live" => (StatusCode::OK, r#"{"status":"live"}"#),
        "/healthz/ready" => readiness(worker),
        _ => return None,
    };
    worker.meters.health.add(1);
    let mut response = Response::new(AnswerBody::Whole(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

fn readiness(worker: &Worker) -> (StatusCode, &'static str) {
    if worker.draining.get() {
        let text = r#"{"status":"not ready","waits_for":"nothing: the gateway is draining"}"#;
        return (StatusCode::SERVICE_UNAVAILABLE, text);
    }
    if worker.live().sealing_key().is_none() {
        let text = r#"{"status":"not ready","waits_for":"the live state: the store has not been read yet"}"#;
        return (StatusCode::SERVICE_UNAVAILABLE, text);
    }
    if worker.feed_age() > worker.settings().feed_limit {
        let text = r#"{"status":"not ready","waits_for":"the database: what changed since `gateway.feed_limit` is not known, revocations neither"}"#;
        return (StatusCode::SERVICE_UNAVAILABLE, text);
    }
    (StatusCode::OK, r#"{"status":"ready"}"#)
}
