//! Failures in the words of API Gateway's management API (API Reference v2, "Error Codes").

use std::borrow::Cow;

use adyton_core::catalogue::Reason;
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::envelope;
use crate::failure::{Failure, Thing};

/// The answer for a failure.
pub(crate) fn answer(failure: &Failure, request: RequestId) -> Response {
    let (reason, message) = told(failure);
    envelope::refusal(reason, message, request)
}

fn told(failure: &Failure) -> (Reason, Cow<'static, str>) {
    if let Some(edge) = envelope::edge(failure) {
        return edge;
    }
    match failure {
        Failure::Missing { thing, .. } => (missing(*thing), Cow::Owned(failure.to_string())),
        Failure::Taken { thing, .. } => {
            let reason = match thing {
                Thing::AppCode => Reason::ApigAppCodeExists,
                _ => Reason::ApigAppExists,
            };
            (reason, Cow::Owned(failure.to_string()))
        }
        Failure::AlreadyAuthorised => (Reason::ApigAlreadyAuthorised, Cow::Owned(failure.to_string())),
        Failure::Quota { .. } => with_detail(Reason::ApigAppCodeQuota, failure),
        Failure::Forbidden { .. } => with_detail(Reason::ApigNotPermitted, failure),
        Failure::Invalid { field, problem } | Failure::Query { field, problem } => (
            Reason::ApigInvalidParameter,
            Cow::Owned(format!(
                "Invalid parameter value,parameterName:{field}. Please refer to the support documentation: {problem}"
            )),
        ),
        Failure::Malformed(_) | Failure::MediaType => with_detail(Reason::ManageBadRequest, failure),
        Failure::NoSpace(_) => with_detail(Reason::ApigNoSpace, failure),
        Failure::Storage(_) => with_detail(Reason::ApigStorageUnavailable, failure),
        _ => (
            Reason::ApigInternal,
            Cow::Borrowed(Reason::ApigInternal.code().entry().message),
        ),
    }
}

const fn missing(thing: Thing) -> Reason {
    match thing {
        Thing::App => Reason::ApigNoSuchApp,
        Thing::AppCode => Reason::ApigNoSuchAppCode,
        Thing::Authorisation => Reason::ApigNoSuchAuthorisation,
        Thing::Environment => Reason::ApigNoSuchEnvironment,
        Thing::Instance => Reason::ApigNoSuchInstance,
        _ => Reason::ApigNoSuchApi,
    }
}

fn with_detail(reason: Reason, failure: &Failure) -> (Reason, Cow<'static, str>) {
    (reason, envelope::with_detail(reason, failure))
}
