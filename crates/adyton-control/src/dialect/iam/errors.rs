//! Failures in Keystone's envelope, as IAM answers (Identity and Access Management API Reference, "Status Codes").
//!
//! Codes of IAM's own (`IAM.0061`) are told twice, in Keystone's object and as `error_code`/`error_msg` beside it, because
//! OpenStack clients read the one and the official SDK the other.

use std::borrow::Cow;

use adyton_core::catalogue::{Code, SubCode, Surface};
use adyton_core::id::RequestId;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::envelope;
use crate::failure::{Failure, Wording};

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

/// The answer for a failure. The request id goes into the header alone: Keystone's envelope has no place for it.
pub(crate) fn answer(failure: &Failure, _request: RequestId) -> Response {
    let reason = failure.reason();
    let shown = if matches!(failure, Failure::SubjectToken(_)) {
        reason.of_subject_token()
    } else {
        reason.at(Surface::Iam)
    };
    enveloped(shown, message(failure, shown))
}

/// Whether IAM has a code for it beside the status.
const fn has_code_of_its_own(code: Code) -> bool {
    matches!(code, Code::IamAccountLocked)
}

fn enveloped(shown: SubCode, message: Cow<'_, str>) -> Response {
    let entry = shown.code().entry();
    let own = has_code_of_its_own(shown.code());
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
    envelope::json(shown, &body)
}

/// Keystone tells of a failed call what its status says, and more where that helps without telling secrets.
fn message(failure: &Failure, shown: SubCode) -> Cow<'static, str> {
    match failure.wording() {
        // Keystone says the same of all credentials that do not count.
        Wording::Credentials(_) | Wording::Bound => envelope::base(shown),
        Wording::Size => envelope::with_detail(shown, failure),
        Wording::Thing => Cow::Owned(format!("{} {failure}.", shown.code().entry().message)),
        // Keystone's sentences end with a full stop.
        Wording::Storage | Wording::Method => {
            let what = shown.code().entry().message.trim_end_matches('.');
            Cow::Owned(format!("{what}: {failure}."))
        }
        Wording::SignIn | Wording::Field(..) | Wording::Association | Wording::Code | Wording::Detail => {
            envelope::message(failure, shown)
        }
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::catalogue::{Code, Surface};

    use super::has_code_of_its_own;

    #[test]
    fn a_code_that_is_no_status_is_told_beside_keystones_object() {
        for code in Code::ALL {
            let entry = code.entry();
            let is_status = entry.wire == entry.status.to_string();
            if entry.surface == Surface::Iam {
                assert_eq!(has_code_of_its_own(*code), !is_status, "{code:?}");
            }
        }
    }
}
