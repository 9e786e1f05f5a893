//! `/openapi.json` and `/docs`: the reference, made from the table of routes, in a viewer that is built into the binary. The
//! pages may load from this server alone.

use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use utoipa_swagger_ui::Config;

use crate::call::OpenCall;
use crate::failure::{Failure, OperationResult, Thing};

/// What the viewer may load: its scripts style elements themselves and draw with `data:` images.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
);

/// `GET /openapi.json`
pub(crate) async fn openapi(_: OpenCall, (): ()) -> OperationResult<Response> {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let document = DOCUMENT.get_or_init(crate::openapi_json).as_str();
    Ok(answer(HeaderValue::from_static("application/json"), document))
}

/// `GET /docs`: the viewer's files lie below.
pub(crate) async fn docs(_: OpenCall, (): ()) -> OperationResult<Response> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::PERMANENT_REDIRECT;
    answer
        .headers_mut()
        .insert(header::LOCATION, HeaderValue::from_static("/docs/"));
    Ok(answer)
}

/// `GET /docs/` and the viewer's files.
pub(crate) async fn viewer(call: OpenCall, (): ()) -> OperationResult<Response> {
    let path = call.payload.uri().path();
    let name = path.strip_prefix("/docs/").unwrap_or_default();
    // Without this the viewer would send the document to a checker on the internet.
    let config = Config::from("/openapi.json").validator_url("none");
    let file = utoipa_swagger_ui::serve(name, Arc::new(config))
        .map_err(Failure::defect)?
        .ok_or_else(|| Failure::missing(Thing::File, name))?;
    let kind = HeaderValue::from_str(&file.content_type).map_err(Failure::defect)?;
    Ok(answer(kind, file.bytes.into_owned()))
}

fn answer(kind: HeaderValue, body: impl Into<Body>) -> Response {
    let mut answer = Response::new(body.into());
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    answer
}
