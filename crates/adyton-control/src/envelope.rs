//! The envelope of a refused management call that ModelArts, APIG and Adyton's own API share, and its headers.

use std::borrow::Cow;

use adyton_core::catalogue::Reason;
use adyton_core::id::RequestId;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::failure::Failure;

/// `X-Request-Id`, in every answer.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// `X-Adyton-Reason`: the unique sub-code of a refusal.
pub(crate) const REASON: HeaderName = HeaderName::from_static("x-adyton-reason");

/// A refusal.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct ErrorBody {
    /// The wire code, for example `APIG.3004`.
    pub(crate) error_code: String,
    /// What is wrong.
    pub(crate) error_msg: String,
    /// The id of the request, also in `X-Request-Id`.
    pub(crate) request_id: String,
}

/// The answer for `reason` in the common envelope.
pub(crate) fn refusal(reason: Reason, message: Cow<'_, str>, request: RequestId) -> Response {
    let body = ErrorBody {
        error_code: reason.code().entry().wire.to_owned(),
        error_msg: message.into_owned(),
        request_id: request.to_string(),
    };
    json(reason, &body)
}

/// An answer with the status of `reason`, its sub-code, and `body`.
pub(crate) fn json<T: Serialize>(reason: Reason, body: &T) -> Response {
    // Only structs of texts and numbers come here; these always serialise.
    let text = serde_json::to_string(body).unwrap_or_default();
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() =
        StatusCode::from_u16(reason.code().entry().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(REASON, HeaderValue::from_static(reason.sub_code()));
    answer
}

/// The refusals of authentication and of addresses, which look alike at all addresses but those of IAM: the edge's.
/// `None` for what a dialect says in its own words.
pub(crate) fn edge(failure: &Failure) -> Option<(Reason, Cow<'static, str>)> {
    let base = |reason: Reason| (reason, Cow::Borrowed(reason.code().entry().message));
    let told = |reason: Reason| (reason, with_detail(reason, failure));
    Some(match failure {
        // Only IAM's own addresses have subject tokens, and words of their own for them.
        Failure::Unauthenticated(rejection) | Failure::SubjectToken(rejection) => {
            let reason = of_management(rejection.reason);
            (reason, Cow::Owned(rejection.detail.message(reason).into_owned()))
        }
        // The same holds for passwords.
        Failure::WrongPassword
        | Failure::Locked { .. }
        | Failure::TooManySignIns { .. }
        | Failure::SignInsFull { .. } => base(Reason::ManageCredentialsNotAccepted),
        Failure::Host { .. } => told(Reason::ManageHost),
        Failure::Origin { .. } => told(Reason::ManageOrigin),
        Failure::Metrics { .. } => told(Reason::ManageMetrics),
        Failure::OtherProject | Failure::NoProject => base(Reason::ManageOtherProject),
        Failure::TooLarge { .. } => base(Reason::ManageBodyTooLarge),
        Failure::UnprovenUpload(_) => {
            let reason = Reason::ManageUploadUnproven;
            (reason, with_detail(reason, failure))
        }
        Failure::UploadQuota(_) => {
            let reason = Reason::ManageUploadQuota;
            (reason, with_detail(reason, failure))
        }
        _ => return None,
    })
}

/// The management plane's reason for what identity found: one for each cause, under one wire code.
const fn of_management(found: Reason) -> Reason {
    match found {
        Reason::CredentialsMissing => Reason::ManageCredentialsMissing,
        Reason::TokenMalformed | Reason::TokenRepeated => Reason::ManageTokenMalformed,
        Reason::TokenUnknownKey => Reason::ManageTokenUnknownKey,
        Reason::TokenUndecryptable => Reason::ManageTokenUndecryptable,
        Reason::TokenExpired => Reason::ManageTokenExpired,
        Reason::TokenNotYetValid => Reason::ManageTokenNotYetValid,
        Reason::TokenRevoked => Reason::ManageTokenRevoked,
        Reason::TokenSuperseded => Reason::ManageTokenSuperseded,
        Reason::TokenUserDisabled => Reason::ManageTokenUserDisabled,
        Reason::TokenUserDeleted => Reason::ManageTokenUserDeleted,
        Reason::AkskMalformed | Reason::AkskRepeated => Reason::ManageSignatureMalformed,
        Reason::AkskUnsupportedAlgorithm => Reason::ManageAlgorithmUnsupported,
        Reason::AkskUnknownKey | Reason::AkskAppKey => Reason::ManageKeyUnknown,
        Reason::AkskKeyDisabled => Reason::ManageKeyDisabled,
        Reason::AkskUserDisabled => Reason::ManageKeyUserDisabled,
        Reason::AkskSecurityToken => Reason::ManageSecurityToken,
        Reason::AkskDateMissing => Reason::ManageDateMissing,
        Reason::AkskDateMalformed => Reason::ManageDateMalformed,
        Reason::AkskDateNotSigned => Reason::ManageDateNotSigned,
        Reason::AkskClockSkew => Reason::ManageClockSkew,
        Reason::AkskSignedHeaderMissing => Reason::ManageSignedHeaderMissing,
        Reason::AkskBadSignature => Reason::ManageSignatureBad,
        Reason::AkskSigningMistake => Reason::ManageSigningMistake,
        Reason::AkskBodyDigest => Reason::ManageBodyDigest,
        Reason::AkskLocked => Reason::ManageKeyLocked,
        Reason::AppKeyPairIncomplete
        | Reason::AppKeyPairRepeated
        | Reason::AppKeyPairInsecure
        | Reason::AppKeyPairUnknown
        | Reason::AppKeyPairMismatch
        | Reason::AppLocked
        | Reason::AppDisabled => Reason::ManageAppCredentials,
        // What is left is of no kind that counts here.
        _ => Reason::ManageCredentialsNotAccepted,
    }
}

/// `base: detail`.
pub(crate) fn with_detail(reason: Reason, detail: &dyn std::fmt::Display) -> Cow<'static, str> {
    Cow::Owned(format!("{}: {detail}", reason.code().entry().message))
}
