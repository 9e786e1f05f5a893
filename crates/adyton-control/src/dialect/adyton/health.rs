//! `/healthz/live`, `/healthz/ready`, `/metrics`: none of them does I/O.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use crate::call::OpenCall;
use crate::failure::Outcome;

fn text(status: StatusCode, kind: &'static str, text: String) -> Response {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

const PLAIN: &str = "text/plain; charset=utf-8";

/// `GET /healthz/live`: the process answers.
pub(crate) async fn live(_: OpenCall, (): ()) -> Outcome<Response> {
    Ok(text(StatusCode::OK, PLAIN, "live\n".to_owned()))
}

/// `GET /healthz/ready`: 200, or 503 and what it waits for.
pub(crate) async fn ready(call: OpenCall, (): ()) -> Outcome<Response> {
    Ok(match (call.plane.ready)() {
        Ok(()) => text(StatusCode::OK, PLAIN, "ready\n".to_owned()),
        Err(waits) => text(
            StatusCode::SERVICE_UNAVAILABLE,
            PLAIN,
            format!("not ready: {waits}\n"),
        ),
    })
}

/// `GET /metrics`: Prometheus' text format.
pub(crate) async fn metrics(call: OpenCall, (): ()) -> Outcome<Response> {
    Ok(text(
        StatusCode::OK,
        "text/plain; version=0.0.4; charset=utf-8",
        (call.plane.metrics)(),
    ))
}
