//! Failures at the Prediction tab's door, in the gateway's own envelope. The gateway answers there, and refuses; what fails
//! on this side of the door is a defect.

use adyton_core::catalogue::{Reason, Surface};
use adyton_core::header::X_ADYTON_ANSWERED_BY;
use adyton_core::id::RequestId;
use adyton_core::refusal::{PublicDetail, PublicError};
use axum::response::Response;
use http::HeaderValue;

use crate::envelope;

/// The answer for a defect.
pub(crate) fn answer(request: RequestId) -> Response {
    let reason = Reason::Internal;
    let mut answer = envelope::json(
        reason.at(Surface::Gateway),
        &PublicError::new(reason, &PublicDetail::None, request),
    );
    answer
        .headers_mut()
        .insert(X_ADYTON_ANSWERED_BY, HeaderValue::from_static("gateway"));
    answer
}
