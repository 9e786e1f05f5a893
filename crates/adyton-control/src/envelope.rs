//! The envelope of a refused management call that ModelArts, APIG and Adyton's own API share, and its headers.

use std::borrow::Cow;

use adyton_core::catalogue::{Reason, SubCode, Surface};
use adyton_core::header::X_ADYTON_REASON;
use adyton_core::id::RequestId;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::failure::{Failure, Wording};

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

/// The answer for a failure at an address of `surface`.
pub(crate) fn refuse(surface: Surface, failure: &Failure, request: RequestId) -> Response {
    let shown = failure.reason().at(surface);
    refusal(shown, message(failure, shown), request)
}

/// The answer for `shown` in the common envelope.
pub(crate) fn refusal(shown: SubCode, message: Cow<'_, str>, request: RequestId) -> Response {
    let body = ErrorBody {
        error_code: shown.code().entry().wire.to_owned(),
        error_msg: message.into_owned(),
        request_id: request.to_string(),
    };
    json(shown, &body)
}

/// An answer with the status of `shown`, its name in `X-Adyton-Reason`, and `body`.
pub(crate) fn json<T: Serialize>(shown: SubCode, body: &T) -> Response {
    // Only structs of texts and numbers come here; these always serialise.
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() =
        StatusCode::from_u16(shown.code().entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(X_ADYTON_REASON, HeaderValue::from_static(shown.name()));
    answer
}

/// The public message of a failure under the sub-code that the surface shows for it.
pub(crate) fn message(failure: &Failure, shown: SubCode) -> Cow<'static, str> {
    match failure.wording() {
        Wording::Credentials(refusal) => refusal.detail.message(shown.code()),
        Wording::Size | Wording::Code => base(shown),
        // What the surface never meets is a defect there, and of a defect nothing is told.
        _ if shown.reason() == Reason::Internal => base(shown),
        // IAM has codes of its own for them, whose words say it all.
        Wording::SignIn if shown.code().entry().surface == Surface::Iam => base(shown),
        Wording::SignIn
        | Wording::Bound
        | Wording::Field(..)
        | Wording::Thing
        | Wording::Association
        | Wording::Storage
        | Wording::Method
        | Wording::Detail => with_detail(shown, failure),
    }
}

/// The message of the code alone.
pub(crate) fn base(shown: SubCode) -> Cow<'static, str> {
    Cow::Borrowed(shown.code().entry().message)
}

/// `base: detail`.
pub(crate) fn with_detail(shown: SubCode, detail: &dyn std::fmt::Display) -> Cow<'static, str> {
    Cow::Owned(format!("{}: {detail}", shown.code().entry().message))
}
