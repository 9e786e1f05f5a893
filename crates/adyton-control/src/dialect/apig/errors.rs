//! Failures in the words of API Gateway's management API (API Reference v2, "Error Codes").

use std::borrow::Cow;

use adyton_core::catalogue::{SubCode, Surface};
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::envelope;
use crate::failure::Failure;

/// The answer for a failure.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    let shown = failure.reason().at(Surface::Apig);
    envelope::refusal(shown, message(failure, shown), request)
}

/// APIG names a thing, or a parameter, in place of the code's own message.
fn message(failure: &Failure, shown: SubCode) -> Cow<'static, str> {
    if let Failure::Missing { .. } | Failure::Taken { .. } | Failure::AlreadyAuthorised = failure {
        return Cow::Owned(failure.to_string());
    }
    if let Failure::Invalid { field, problem } | Failure::Query { field, problem } = failure {
        return Cow::Owned(format!(
            "Invalid parameter value,parameterName:{field}. Please refer to the support documentation: {problem}"
        ));
    }
    envelope::message(failure, shown)
}
