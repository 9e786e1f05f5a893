//! `/healthz/live`, `/healthz/ready`, `/metrics`: none of them does I/O.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};

use crate::call::OpenCall;
use crate::failure::OperationResult;
use crate::metrics_access;

fn text(status: StatusCode, kind: &'static str, text: String) -> Response {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

const JSON: &str = "application/json";

/// `GET /healthz/live`: the process answers.
pub(crate) async fn live(_: OpenCall, (): ()) -> OperationResult<Response> {
    Ok(text(StatusCode::OK, JSON, r#"{"status":"live"}"#.to_owned()))
}

/// `GET /healthz/ready`: 200, or 503 and what it waits for.
pub(crate) async fn ready(call: OpenCall, (): ()) -> OperationResult<Response> {
    Ok(match (call.shared.ready)() {
        Ok(()) => text(StatusCode::OK, JSON, r#"{"status":"ready"}"#.to_owned()),
        Err(waits) => text(
            StatusCode::SERVICE_UNAVAILABLE,
            JSON,
            serde_json::json!({"status": "not ready", "waits_for": waits}).to_string(),
        ),
    })
}

/// `GET /metrics`: Prometheus' text format.
pub(crate) async fn metrics(call: OpenCall, (): ()) -> OperationResult<Response> {
    metrics_access::admit(&call)?;
    Ok(text(
        StatusCode::OK,
        "text/plain; version=0.0.4; charset=utf-8",
        (call.shared.metrics)(),
    ))
}
