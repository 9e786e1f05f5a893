//! How surfaces word failures: all failures in one list, of which each surface words some kinds in its own way.

use adyton_core::refusal::Refusal;

use crate::failure::Failure;

/// What a failure is, as far as surfaces tell failures apart when they word them.
#[derive(Debug)]
pub(crate) enum Wording<'f> {
    /// Credentials do not count; what of that is public was decided by identity.
    Credentials(&'f Refusal),
    /// A sign-in came to nothing.
    SignIn,
    /// The caller may not, or may have no more.
    Bound,
    /// One field or parameter is wrong, and in what way.
    Field(&'f str, &'f str),
    /// The name of a thing says which: it is not there, or is taken.
    Thing,
    /// The app is authorised for the API already.
    Association,
    /// The storage fails.
    Storage,
    /// The body is too large.
    Size,
    /// The message of the code says it all.
    Code,
    /// What was found says more than the message of the code.
    Detail,
}

impl Failure {
    /// How surfaces word it.
    pub(crate) fn wording(&self) -> Wording<'_> {
        match self {
            Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal) => {
                Wording::Credentials(refusal)
            }
            Failure::WrongPassword
            | Failure::Locked { .. }
            | Failure::TooManySignIns { .. }
            | Failure::SignInsFull { .. } => Wording::SignIn,
            Failure::Forbidden { .. } | Failure::Quota { .. } => Wording::Bound,
            Failure::Invalid { field, problem } | Failure::Query { field, problem } => {
                Wording::Field(field, problem)
            }
            Failure::Missing { .. } | Failure::Taken { .. } => Wording::Thing,
            Failure::AlreadyAuthorised => Wording::Association,
            Failure::NoSpace(_) | Failure::Storage(_) => Wording::Storage,
            Failure::TooLarge { .. } => Wording::Size,
            // Of a defect nothing is told.
            Failure::OtherProject | Failure::NoProject | Failure::Defect(_) => Wording::Code,
            Failure::Malformed(_)
            | Failure::NotPublished { .. }
            | Failure::Repeated { .. }
            | Failure::ModelInUse { .. }
            | Failure::ModelNotInService { .. }
            | Failure::StateForbids { .. }
            | Failure::BadConfig(_)
            | Failure::BadPackage(_)
            | Failure::Host { .. }
            | Failure::Origin { .. }
            | Failure::ConsoleHeader
            | Failure::SignInLink
            | Failure::MediaType
            | Failure::Metrics { .. }
            | Failure::Busy { .. }
            | Failure::AskedInVain { .. }
            | Failure::LeftOut { .. }
            | Failure::UnprovenUpload(_)
            | Failure::UploadQuota(_) => Wording::Detail,
        }
    }
}
