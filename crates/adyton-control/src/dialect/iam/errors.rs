//! Failures in Keystone's envelope, as IAM answers (Identity and Access Management API Reference, "Status Codes").
//!
//! Codes of IAM's own (`IAM.0061`) are told twice, in Keystone's object and as `error_code`/`error_msg` beside it, because
//! OpenStack clients read the one and the official SDK the other.

use std::borrow::Cow;

use adyton_core::catalogue::Reason;
use adyton_core::id::RequestId;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope;
use crate::failure::Failure;

/// A refusal in Keystone's envelope.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct KeystoneError {
    /// The refusal.
    error: KeystoneFault,
    /// The code, where IAM has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<String>,
    /// The message again, beside such a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_msg: Option<String>,
}

/// What is wrong.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct KeystoneFault {
    /// The HTTP status.
    code: u16,
    /// What is wrong, for people.
    message: String,
    /// The status in words.
    title: String,
}

/// No address of IAM's is so spelt.
pub(crate) fn no_such_address() -> Response {
    plain(Reason::IamNotFound)
}

/// The address is IAM's, and takes other methods.
pub(crate) fn method_not_allowed() -> Response {
    plain(Reason::IamMethodNotAllowed)
}

fn plain(reason: Reason) -> Response {
    enveloped(reason, Cow::Borrowed(reason.code().entry().message))
}

/// The answer for a failure. The request id goes into the header alone: Keystone's envelope has no place for it.
pub(crate) fn answer(failure: &Failure, _request: RequestId) -> Response {
    let (reason, message) = told(failure);
    enveloped(reason, message)
}

fn enveloped(reason: Reason, message: Cow<'_, str>) -> Response {
    let entry = reason.code().entry();
    let own = entry.wire.starts_with("IAM.");
    let title = http::StatusCode::from_u16(entry.status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Error");
    let body = KeystoneError {
        error_code: own.then(|| entry.wire.to_owned()),
        error_msg: own.then(|| message.clone().into_owned()),
        error: KeystoneFault {
            code: entry.status,
            message: message.into_owned(),
            title: title.to_owned(),
        },
    };
    envelope::json(reason, &body)
}

fn told(failure: &Failure) -> (Reason, Cow<'static, str>) {
    let base = |reason: Reason| (reason, Cow::Borrowed(reason.code().entry().message));
    let with_detail = |reason: Reason| (reason, envelope::with_detail(reason, failure));
    match failure {
        Failure::Unauthenticated(rejection) => base(of_caller(rejection.reason)),
        Failure::SubjectToken(rejection) => base(of_subject(rejection.reason)),
        Failure::WrongPassword => base(Reason::IamWrongPassword),
        Failure::Locked { .. } => base(Reason::IamAccountLocked),
        Failure::TooManySignIns { .. } => base(Reason::IamTooManySignIns),
        Failure::SignInsFull { .. } => base(Reason::IamSignInsFull),
        Failure::Host { .. } => with_detail(Reason::IamHost),
        Failure::Origin { .. } => with_detail(Reason::IamOrigin),
        Failure::MediaType => with_detail(Reason::IamMediaType),
        Failure::Forbidden { .. } | Failure::OtherProject | Failure::NoProject => base(Reason::IamForbidden),
        Failure::Missing { .. } => (
            Reason::IamNotFound,
            Cow::Owned(format!(
                "{} {failure}.",
                Reason::IamNotFound.code().entry().message
            )),
        ),
        Failure::Taken { .. } => (
            Reason::IamConflict,
            Cow::Owned(format!(
                "{} {failure}.",
                Reason::IamConflict.code().entry().message
            )),
        ),
        Failure::Quota { .. } => base(Reason::IamKeyQuota),
        Failure::NoSpace(_) => told_more(Reason::IamNoSpace, failure),
        Failure::Storage(_) => told_more(Reason::IamStorageUnavailable, failure),
        Failure::TooLarge { .. }
        | Failure::Malformed(_)
        | Failure::Invalid { .. }
        | Failure::Query { .. } => with_detail(Reason::IamMalformed),
        _ => base(Reason::IamInternal),
    }
}

/// The message with what else is known.
fn told_more(reason: Reason, failure: &Failure) -> (Reason, Cow<'static, str>) {
    let message = reason.code().entry().message;
    (reason, Cow::Owned(format!("{message} {failure}.")))
}

/// IAM's reason for what identity found of the caller's own credentials: Keystone answers all of them alike.
const fn of_caller(found: Reason) -> Reason {
    match found {
        Reason::CredentialsMissing => Reason::IamCredentialsMissing,
        Reason::TokenMalformed | Reason::TokenRepeated => Reason::IamTokenMalformed,
        Reason::TokenUnknownKey => Reason::IamTokenUnknownKey,
        Reason::TokenUndecryptable => Reason::IamTokenUndecryptable,
        Reason::TokenExpired => Reason::IamTokenExpired,
        Reason::TokenNotYetValid => Reason::IamTokenNotYetValid,
        Reason::TokenRevoked => Reason::IamTokenRevoked,
        Reason::TokenSuperseded => Reason::IamTokenSuperseded,
        Reason::TokenUserDisabled => Reason::IamTokenUserDisabled,
        Reason::TokenUserDeleted => Reason::IamTokenUserDeleted,
        Reason::AkskMalformed
        | Reason::AkskRepeated
        | Reason::AkskUnsupportedAlgorithm
        | Reason::AkskUnknownKey
        | Reason::AkskAppKey
        | Reason::AkskKeyDisabled
        | Reason::AkskUserDisabled
        | Reason::AkskSecurityToken
        | Reason::AkskDateMissing
        | Reason::AkskDateMalformed
        | Reason::AkskDateNotSigned
        | Reason::AkskClockSkew
        | Reason::AkskSignedHeaderMissing
        | Reason::AkskBadSignature
        | Reason::AkskSigningMistake
        | Reason::AkskBodyDigest
        | Reason::AkskLocked => Reason::IamSignatureInvalid,
        // What is left is of no kind that counts here.
        _ => Reason::IamCredentialsNotAccepted,
    }
}

/// The same for a token that is asked about: Keystone knows it not, whatever the cause.
const fn of_subject(found: Reason) -> Reason {
    match found {
        Reason::TokenMalformed => Reason::IamSubjectMalformed,
        Reason::TokenUnknownKey => Reason::IamSubjectUnknownKey,
        Reason::TokenUndecryptable => Reason::IamSubjectUndecryptable,
        Reason::TokenExpired => Reason::IamSubjectExpired,
        Reason::TokenNotYetValid => Reason::IamSubjectNotYetValid,
        Reason::TokenRevoked => Reason::IamSubjectRevoked,
        Reason::TokenSuperseded => Reason::IamSubjectSuperseded,
        Reason::TokenUserDisabled => Reason::IamSubjectUserDisabled,
        Reason::TokenUserDeleted => Reason::IamSubjectUserDeleted,
        // Not found out by identity, but decided here.
        Reason::IamSubjectNotPermitted => Reason::IamSubjectNotPermitted,
        _ => Reason::IamNotFound,
    }
}
