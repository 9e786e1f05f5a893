//! Failures in the gateway's own envelope: of credentials where callers read what became of their requests, so that these are told
//! the same as at a call; and at the Prediction tab's door, where the gateway refuses, and what fails on this side is a defect.

use adyton_core::catalogue::{Reason, Surface};
use adyton_core::header::X_ADYTON_ANSWERED_BY;
use adyton_core::id::RequestId;
use adyton_core::refusal::{PublicDetail, PublicError};
use axum::response::Response;
use http::HeaderValue;

use crate::envelope;
use crate::failure::Failure;

/// The answer for credentials that do not count; for a defect of everything else.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    let (reason, detail) = match failure {
        Failure::Unauthenticated(refusal) => (refusal.reason, &refusal.detail),
        _ => (Reason::Internal, &PublicDetail::None),
    };
    let mut answer = envelope::json(
        reason.at(Surface::Gateway),
        &PublicError::new(reason, detail, request),
    );
    answer
        .headers_mut()
        .insert(X_ADYTON_ANSWERED_BY, HeaderValue::from_static("gateway"));
    answer
}
