//! The envelope of a refused management call that ModelArts, APIG and Adyton's own API share, and its headers.

use std::borrow::Cow;

use adyton_core::catalogue::Reason;
use adyton_core::id::RequestId;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::failure::Failure;

/// `X-Request-Id`, in every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// `X-Adyton-Reason`: the unique sub-code of a refusal.
pub(crate) const REASON: HeaderName = HeaderName::from_static("x-adyton-reason");

/// A refusal.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// The wire code, for example `APIG.3004`.
    pub(crate) error_code: String,
    /// What is wrong.
    pub(crate) error_msg: String,
    /// The id of the request, also in `X-Request-Id`.
    pub(crate) request_id: String,
}

/// The answer for `reason` in the common envelope.
pub(crate) fn refusal(reason: Reason, message: Cow<'_, str>, request: RequestId) -> Response {
    let body = ErrorBody {
        error_code: reason.code().entry().wire.to_owned(),
        error_msg: message.into_owned(),
        request_id: request.to_string(),
    };
    json(reason, &body)
}

/// An answer with the status of `reason`, its sub-code, and `body`.
pub(crate) fn json<T: Serialize>(reason: Reason, body: &T) -> Response {
    // Only structs of texts and numbers come here; these always serialise.
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() =
        StatusCode::from_u16(reason.code().entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REASON, HeaderValue::from_static(reason.sub_code()));
    answer
}

/// The refusals of authentication and of addresses, which look alike at all addresses but those of IAM: the edge's.
/// `None` for what a dialect says in its own words.
pub(crate) fn edge(failure: &Failure) -> Option<(Reason, Cow<'static, str>)> {
    let base = |reason: Reason| (reason, Cow::Borrowed(reason.code().entry().message));
    Some(match failure {
        Failure::Unauthenticated(rejection) => {
            let reason = match rejection.reason {
                Reason::TokenRevoked => Reason::ManageTokenRevoked,
                _ => Reason::ManageUnauthenticated,
            };
            (reason, Cow::Owned(rejection.detail.message(reason).into_owned()))
        }
        Failure::TokenInvalid | Failure::WrongPassword | Failure::Locked => {
            base(Reason::ManageUnauthenticated)
        }
        Failure::OtherProject | Failure::NoProject => base(Reason::ManageOtherProject),
        Failure::TooLarge { .. } => base(Reason::ManageBodyTooLarge),
        _ => return None,
    })
}

/// `base: detail`.
pub(crate) fn with_detail(reason: Reason, detail: &dyn std::fmt::Display) -> Cow<'static, str> {
    Cow::Owned(format!("{}: {detail}", reason.code().entry().message))
}
