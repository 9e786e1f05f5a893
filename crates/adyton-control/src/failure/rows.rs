//! The table of failures: the cause in the catalogue, what surfaces do with the words, and when to try again. One row each.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::quota::Quota;
use adyton_core::refusal::Refusal;

use super::Failure;

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
    /// The address takes other methods.
    Method,
    /// The body is too large.
    Size,
    /// The message of the code says it all.
    Code,
    /// What was found says more than the message of the code.
    Detail,
}

/// A row of the table.
struct Row<'f> {
    reason: Reason,
    wording: Wording<'f>,
    retry_after: Option<Duration>,
}

impl Failure {
    /// Its cause in the catalogue.
    pub(crate) fn reason(&self) -> Reason {
        self.row().reason
    }

    /// How surfaces word it.
    pub(crate) fn wording(&self) -> Wording<'_> {
        self.row().wording
    }

    /// When the same request may be let through, where that is known.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        self.row().retry_after
    }

    fn row(&self) -> Row<'_> {
        use Wording::{Association, Bound, Code, Credentials, Detail, Field, SignIn, Size, Storage};
        let (reason, wording, retry_after) = match self {
            Failure::Malformed(_) => (Reason::Malformed, Detail, None),
            Failure::Invalid { field, problem } => {
                (Reason::InvalidField, Field(field, &problem.english), None)
            }
            Failure::Query { field, problem } => (Reason::InvalidQuery, Field(field, &problem.english), None),
            Failure::Missing { thing, .. } => (thing.missing(), Wording::Thing, None),
            Failure::Taken { thing, .. } => (thing.taken(), Wording::Thing, None),
            Failure::Forbidden { .. } => (Reason::IamNotPermitted, Bound, None),
            Failure::NoRoleInScope { .. } => (Reason::NoRoleInScope, Bound, None),
            Failure::NoSuchAddress(sent) if sent.is_services_v2 => {
                (Reason::ManageNoSuchAddress, Detail, None)
            }
            Failure::NoSuchAddress(_) => (Reason::ManageNoSuchAddress, Code, None),
            Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal) => {
                (refusal.reason, Credentials(refusal), refusal.retry_after())
            }
            Failure::WrongMethod { .. } => (Reason::MethodNotAllowed, Wording::Method, None),
            Failure::OtherProject => (Reason::IamOtherProject, Code, None),
            Failure::NoProject => (Reason::NoProject, Code, None),
            Failure::Quota { quota, .. } => (of_quota(*quota), Bound, None),
            Failure::NotPublished { .. } => (Reason::ModelNotPublished, Detail, None),
            Failure::Repeated { .. } => (Reason::DuplicateVersion, Detail, None),
            Failure::ModelInUse { .. } => (Reason::ModelInUse, Detail, None),
            Failure::ModelNotInService { .. } => (Reason::ModelNotInService, Detail, None),
            Failure::StateForbids { .. } => (Reason::StateForbids, Detail, None),
            Failure::BadConfig(_) => (Reason::BadConfig, Detail, None),
            Failure::BadPackage(_) => (Reason::BadPackage, Detail, None),
            Failure::AlreadyAuthorised => (Reason::AlreadyAuthorised, Association, None),
            Failure::WrongPassword => (Reason::WrongPassword, SignIn, None),
            Failure::Locked { left } => (Reason::AccountLocked, SignIn, Some(*left)),
            Failure::TooManySignIns { after } => (Reason::TooManySignIns, SignIn, Some(*after)),
            Failure::SignInsFull { after } => (Reason::SignInsFull, SignIn, Some(*after)),
            Failure::Host { .. } => (Reason::ManageHost, Detail, None),
            Failure::Origin { .. } => (Reason::ManageOrigin, Detail, None),
            Failure::ConsoleHeader => (Reason::ManageConsoleHeader, Detail, None),
            Failure::SignInLink => (Reason::ManageSignInLink, Detail, None),
            Failure::MediaType => (Reason::MediaType, Detail, None),
            Failure::Metrics { .. } => (Reason::ManageMetrics, Detail, None),
            Failure::TooLarge { .. } => (Reason::ManageBodyTooLarge, Size, None),
            Failure::Busy { after, .. } | Failure::AskedInVain { after } => {
                (Reason::ManageBusy, Detail, Some(*after))
            }
            Failure::LeftOut { .. } => (Reason::ManageRecordLeftOut, Detail, None),
            Failure::NoSpace(_) => (Reason::NoSpace, Storage, None),
            Failure::Storage(_) => (Reason::StorageUnavailable, Storage, None),
            Failure::UnprovenUpload(_) => (Reason::ManageUploadUnproven, Detail, None),
            Failure::UploadQuota(_) => (Reason::ManageUploadQuota, Detail, None),
            // Of a defect nothing is told.
            Failure::Defect(_) => (Reason::Internal, Code, None),
        };
        Row {
            reason,
            wording,
            retry_after,
        }
    }
}

const fn of_quota(quota: Quota) -> Reason {
    match quota {
        Quota::Services => Reason::ServiceQuota,
        Quota::Instances => Reason::InstanceQuota,
        Quota::Models => Reason::ModelQuota,
        Quota::PackageBytes => Reason::PackageQuota,
        Quota::Apps => Reason::AppQuota,
        Quota::AppCodes => Reason::AppCodeQuota,
        Quota::AccessKeys => Reason::KeyQuota,
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::evidence::Evidence;

    use super::*;

    #[test]
    fn only_what_passes_by_itself_says_when_to_try_again() {
        let after = Duration::from_secs(7);
        for failure in [
            Failure::Locked { left: after },
            Failure::TooManySignIns { after },
            Failure::SignInsFull { after },
            Failure::AskedInVain { after },
            Failure::Busy {
                what: "search",
                after,
            },
        ] {
            assert_eq!(failure.retry_after(), Some(after), "{failure:?}");
        }
        for failure in [
            Failure::WrongPassword,
            Failure::Storage(("", "").into()),
            Failure::Unauthenticated(Box::new(Refusal::new(Reason::TokenExpired, Evidence::None))),
        ] {
            assert_eq!(failure.retry_after(), None, "{failure:?}");
        }
    }

    #[test]
    fn a_quota_of_each_kind_is_refused_by_a_reason_of_its_own() {
        let reasons = Quota::ALL.map(of_quota);
        for (at, reason) in reasons.iter().enumerate() {
            assert!(!reasons[..at].contains(reason), "{reason:?}");
        }
    }
}
