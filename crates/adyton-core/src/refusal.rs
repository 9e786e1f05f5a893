//! A refusal: why a request is refused, what may be said in public, and what only operators see.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;

use crate::catalogue::{Code, Reason};
use crate::clock::Timestamp;
use crate::evidence::Evidence;
use crate::id::{RequestId, ServiceId};
use crate::shown::quoted;

/// How much of a key is repeated to whoever sent it, in characters.
const QUOTED_KEY: usize = 64;

/// A request that was refused. The public answer is made from `reason` and `detail`; `evidence` goes to the journal.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The cause.
    pub reason: Reason,
    /// What follows the message after ": ", where the compatible API says something there.
    pub detail: PublicDetail,
    /// What was compared with what. Never in the answer.
    pub evidence: Box<Evidence>,
}

impl Refusal {
    /// A refusal for `reason`, with what was found out.
    pub fn new(reason: Reason, evidence: Evidence) -> Self {
        Self {
            reason,
            detail: PublicDetail::None,
            evidence: Box::new(evidence),
        }
    }
    /// When the same request may be let through, where it is refused only for now: the key is locked.
    pub fn retry_after(&self) -> Option<Duration> {
        self.evidence.locked_for()
    }
    /// The same refusal with a public detail.
    #[must_use]
    pub fn with_detail(mut self, detail: PublicDetail) -> Self {
        self.detail = detail;
        self
    }
}

/// The details that the compatible APIs add to a message in public. Closed, so that nothing else can be shown by accident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PublicDetail {
    /// Nothing is added.
    None,
    /// `decrypt token fail`: the token cannot be opened.
    DecryptTokenFail,
    /// `x-auth-token not found`: no credentials.
    TokenNotFound,
    /// `token expires, expires_at: …`
    TokenExpires {
        /// When it did.
        expires_at: Timestamp,
    },
    /// `Get secretKey failed,ak:…,err:ak not exist`
    UnknownAccessKey {
        /// The key as sent; at most 64 characters of it are shown.
        key: String,
    },
    /// `verify aksk signature fail`
    AkSkSignature,
    /// `AK access failed to reach the limit,forbidden`
    Locked,
    /// `app not found, appkey …`
    UnknownAppKey {
        /// The key as sent; at most 64 characters of it are shown.
        key: String,
    },
    /// `verify signature fail`
    AppSignature,
    /// `signature expired, signature time:…,server time:…`
    SignatureExpired {
        /// What `X-Sdk-Date` said.
        signed_at: Timestamp,
        /// What our clock said.
        server_time: Timestamp,
    },
    /// `policy … over ratelimit,limit:…,time:1 second`
    OverRateLimit {
        /// Whose limit: `api`, `user`, `app`, `ip`.
        policy: &'static str,
        /// Calls in the interval.
        limit: u64,
        /// The interval, for example `1 second`.
        interval: &'static str,
    },
    /// The message of `ModelArts.4203` names the service.
    Unavailable {
        /// The service called.
        service: ServiceId,
    },
    /// What a model or a management operation says of the caller's own input.
    Input(String),
}

impl PublicDetail {
    /// The whole public message for `code` with this detail.
    pub fn message(&self, code: Code) -> Cow<'static, str> {
        let base = code.entry().message;
        let detail = match self {
            PublicDetail::None => return Cow::Borrowed(base),
            PublicDetail::DecryptTokenFail => Cow::Borrowed("decrypt token fail"),
            PublicDetail::TokenNotFound => Cow::Borrowed("x-auth-token not found"),
            PublicDetail::TokenExpires { expires_at } => {
                format!("token expires, expires_at: {expires_at}").into()
            }
            PublicDetail::UnknownAccessKey { key } => format!(
                "Get secretKey failed,ak:{},err:ak not exist",
                quoted(key, QUOTED_KEY)
            )
            .into(),
            PublicDetail::AkSkSignature => Cow::Borrowed("verify aksk signature fail"),
            PublicDetail::Locked => Cow::Borrowed("AK access failed to reach the limit,forbidden"),
            PublicDetail::UnknownAppKey { key } => {
                format!("app not found, appkey {}", quoted(key, QUOTED_KEY)).into()
            }
            PublicDetail::AppSignature => Cow::Borrowed("verify signature fail"),
            PublicDetail::SignatureExpired {
                signed_at,
                server_time,
            } => format!(
                "signature expired, signature time:{},server time:{}",
                signed_at.to_sdk_date(),
                server_time.to_sdk_date()
            )
            .into(),
            PublicDetail::OverRateLimit {
                policy,
                limit,
                interval,
            } => format!("policy {policy} over ratelimit,limit:{limit},time:{interval}").into(),
            PublicDetail::Unavailable { service } => {
                return format!("Invalid request because requested service {service} is unavailable.").into();
            }
            PublicDetail::Input(text) => Cow::Owned(text.clone()),
        };
        format!("{base}: {detail}").into()
    }
}

/// The body of every refusal in the gateway's envelope (API Gateway User Guide, "Error Codes").
#[derive(Serialize)]
pub struct PublicError<'a> {
    /// The wire code.
    pub error_code: &'static str,
    /// The message, with its detail.
    pub error_msg: Cow<'a, str>,
    /// The id to ask `adyton explain` about.
    pub request_id: RequestId,
}

impl<'a> PublicError<'a> {
    /// Makes the public part of a refusal. Evidence is not a parameter, so it cannot leak.
    pub fn new(reason: Reason, detail: &PublicDetail, request_id: RequestId) -> Self {
        Self {
            error_code: reason.code().entry().wire,
            error_msg: detail.message(reason.code()),
            request_id,
        }
    }
    /// The JSON text, in the order `error_code`, `error_msg`, `request_id`, without spaces.
    pub fn to_json(&self) -> String {
        // A struct of three texts always serialises.
        serde_json::to_string(self).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_founding_refusals_read_as_documented() {
        let id = RequestId::from_bits(1);
        let body =
            PublicError::new(Reason::TokenUndecryptable, &PublicDetail::DecryptTokenFail, id).to_json();
        assert_eq!(
            body,
            "{\"error_code\":\"APIG.0301\",\"error_msg\":\"Incorrect IAM authentication information: decrypt token \
             fail\",\"request_id\":\"00000000000000000000000000000001\"}"
        );
    }
}
