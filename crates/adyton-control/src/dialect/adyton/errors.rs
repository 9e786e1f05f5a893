//! Failures at Adyton's own addresses: the common envelope, the edge's codes, ModelArts' where a thing of its is meant.

use std::borrow::Cow;

use adyton_core::catalogue::Reason;
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::dialect::modelarts;
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
        Failure::Missing {
            thing: Thing::Service | Thing::Model,
            ..
        }
        | Failure::BadPackage(_)
        | Failure::BadConfig(_) => modelarts::errors::told(failure),
        Failure::Missing { .. } => with_detail(Reason::ManageNoSuchAddress, failure),
        Failure::Busy { .. } => with_detail(Reason::ManageBusy, failure),
        Failure::LeftOut { .. } => with_detail(Reason::ManageRecordLeftOut, failure),
        Failure::Forbidden { .. } => with_detail(Reason::ModelartsNotPermitted, failure),
        Failure::NoSpace(_) => with_detail(Reason::ManageNoSpace, failure),
        Failure::Storage(_) => with_detail(Reason::ManageStorageUnavailable, failure),
        Failure::Defect(_) => (
            Reason::ManageInternal,
            Cow::Borrowed(Reason::ManageInternal.code().entry().message),
        ),
        _ => with_detail(Reason::ManageBadRequest, failure),
    }
}

fn with_detail(reason: Reason, failure: &Failure) -> (Reason, Cow<'static, str>) {
    (reason, envelope::with_detail(reason, failure))
}
