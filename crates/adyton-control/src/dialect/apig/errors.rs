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
    match failure {
        Failure::Missing { .. } | Failure::Taken { .. } | Failure::AlreadyAuthorised => {
            Cow::Owned(failure.to_string())
        }
        Failure::Invalid { field, problem } | Failure::Query { field, problem } => Cow::Owned(format!(
            "Invalid parameter value,parameterName:{field}. Please refer to the support documentation: {problem}"
        )),
        Failure::Malformed(_)
        | Failure::Forbidden { .. }
        | Failure::Unauthenticated(_)
        | Failure::OtherProject
        | Failure::NoProject
        | Failure::Quota { .. }
        | Failure::NotPublished { .. }
        | Failure::Repeated { .. }
        | Failure::ModelInUse { .. }
        | Failure::ModelNotInService { .. }
        | Failure::StateForbids { .. }
        | Failure::BadConfig(_)
        | Failure::BadPackage(_)
        | Failure::WrongPassword
        | Failure::Locked { .. }
        | Failure::TooManySignIns { .. }
        | Failure::SignInsFull { .. }
        | Failure::Host { .. }
        | Failure::Origin { .. }
        | Failure::ConsoleHeader
        | Failure::SignInLink
        | Failure::MediaType
        | Failure::Metrics { .. }
        | Failure::SubjectToken(_)
        | Failure::TooLarge { .. }
        | Failure::Busy { .. }
        | Failure::AskedInVain { .. }
        | Failure::LeftOut { .. }
        | Failure::NoSpace(_)
        | Failure::Storage(_)
        | Failure::UnprovenUpload(_)
        | Failure::UploadQuota(_)
        | Failure::Defect(_) => envelope::message(failure, shown),
    }
}
