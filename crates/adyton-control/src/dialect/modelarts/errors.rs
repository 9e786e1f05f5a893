//! Failures in the words of ModelArts (API Reference, "Error Codes").

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

/// The reason and the public message.
pub(crate) fn told(failure: &Failure) -> (Reason, Cow<'static, str>) {
    let reason = match failure {
        Failure::OtherProject => return base(Reason::ModelartsOtherProject),
        Failure::NoProject => return base(Reason::ModelartsNoProject),
        Failure::Defect(_) => return base(Reason::ModelartsInternal),
        Failure::NoSpace(_) => Reason::ModelartsNoSpace,
        Failure::Storage(_) => Reason::ModelartsStorageUnavailable,
        Failure::Forbidden { .. } => Reason::ModelartsNotPermitted,
        Failure::Missing { thing, .. } => match thing {
            Thing::Model => Reason::ModelartsNoSuchModel,
            _ => Reason::ModelartsNoSuchService,
        },
        Failure::Taken { thing, .. } => match thing {
            Thing::Model => Reason::ModelartsModelExists,
            _ => Reason::ModelartsServiceExists,
        },
        Failure::Quota { .. } => Reason::ModelartsServiceQuota,
        Failure::NotPublished { .. } => Reason::ModelartsModelNotPublished,
        Failure::Repeated { .. } => Reason::ModelartsDuplicateVersion,
        Failure::ModelInUse { .. } => Reason::ModelartsModelInUse,
        Failure::ModelNotInService { .. } => Reason::ModelartsModelNotInService,
        Failure::StateForbids { .. } => Reason::ModelartsStateForbids,
        Failure::BadConfig(_) => Reason::ModelartsBadConfig,
        Failure::BadPackage(_) => Reason::ModelartsBadPackage,
        Failure::Malformed(_) | Failure::Invalid { .. } | Failure::MediaType | Failure::AlreadyAuthorised => {
            Reason::ModelartsInvalidArgument
        }
        Failure::Query { .. } => Reason::ModelartsParameterError,
        // Only Adyton's own addresses search and explain.
        Failure::Busy { .. } => Reason::ManageBusy,
        Failure::LeftOut { .. } => Reason::ManageRecordLeftOut,
        Failure::Unauthenticated(_)
        | Failure::WrongPassword
        | Failure::Locked { .. }
        | Failure::TooManySignIns { .. }
        | Failure::SignInsFull { .. }
        | Failure::Host { .. }
        | Failure::Origin { .. }
        | Failure::Metrics { .. }
        | Failure::SubjectToken(_)
        | Failure::TooLarge { .. }
        | Failure::UnprovenUpload(_)
        | Failure::UploadQuota(_) => {
            return envelope::edge(failure).unwrap_or_else(|| base(Reason::ModelartsInternal));
        }
    };
    (reason, envelope::with_detail(reason, failure))
}

fn base(reason: Reason) -> (Reason, Cow<'static, str>) {
    (reason, Cow::Borrowed(reason.code().entry().message))
}
