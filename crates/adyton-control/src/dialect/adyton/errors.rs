//! Failures at Adyton's own addresses: the common envelope, ModelArts codes where a model or service is concerned.

use adyton_core::catalogue::Surface;
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::envelope;
use crate::failure::Failure;

/// The answer for a failure.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    envelope::refuse(Surface::Adyton, failure, request)
}
