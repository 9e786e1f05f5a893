//! Failures at the Prediction tab's door: the gateway's own envelope, codes and sub-codes.

use adyton_core::catalogue::Reason;
use adyton_core::id::RequestId;
use adyton_core::rejection::{PublicDetail, PublicError};
use axum::response::Response;
use http::{HeaderName, HeaderValue};

use crate::envelope;
use crate::failure::Failure;

const ANSWERED_BY: HeaderName = HeaderName::from_static("x-adyton-answered-by");

/// The answer for a failure.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    let (reason, detail) = match failure {
        Failure::Unauthenticated(rejection) => (rejection.reason, rejection.detail.clone()),
        Failure::OtherProject | Failure::NoProject => (Reason::IamOtherProject, PublicDetail::None),
        Failure::Forbidden { .. } => (Reason::IamNotPermitted, PublicDetail::None),
        Failure::TooLarge { .. } => (Reason::BodyTooLarge, PublicDetail::None),
        Failure::Malformed(_) => (Reason::BodyBroken, PublicDetail::None),
        _ => (Reason::GatewayInternal, PublicDetail::None),
    };
    let mut answer = envelope::json(reason, &PublicError::new(reason, &detail, request));
    answer
        .headers_mut()
        .insert(ANSWERED_BY, HeaderValue::from_static("gateway"));
    answer
}
