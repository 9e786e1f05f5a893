//! Failures in the words of ModelArts (API Reference, "Error Codes").

use std::borrow::Cow;

use adyton_core::catalogue::{SubCode, Surface};
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::envelope;
use crate::failure::Failure;

/// The answer for a failure.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    envelope::refuse(Surface::ModelArts, failure, request)
}

/// What a list of failures shows of one: its sub-code, and the public message.
pub(crate) fn told(failure: &Failure) -> (SubCode, Cow<'static, str>) {
    let shown = failure.reason().at(Surface::ModelArts);
    (shown, envelope::message(failure, shown))
}
