//! Failures in the words of API Gateway's management API (API Reference v2, "Error Codes").

use std::borrow::Cow;

use adyton_core::catalogue::{SubCode, Surface};
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::envelope;
use crate::failure::{Failure, Wording};

/// The answer for a failure.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    let shown = failure.reason().at(Surface::Apig);
    envelope::refusal(shown, message(failure, shown), request)
}

/// APIG names a thing, or a parameter, in place of the code's own message.
fn message(failure: &Failure, shown: SubCode) -> Cow<'static, str> {
    match failure.wording() {
        Wording::Thing | Wording::Association => Cow::Owned(failure.to_string()),
        Wording::Field(field, problem) => Cow::Owned(format!(
            "Invalid parameter value,parameterName:{field}. Please refer to the support documentation: {problem}"
        )),
        Wording::Credentials(_)
        | Wording::SignIn
        | Wording::Bound
        | Wording::Storage
        | Wording::Method
        | Wording::Size
        | Wording::Code
        | Wording::Detail => envelope::message(failure, shown),
    }
}
