//! Headers that are ours or that mean something to us, by their names.

use std::time::Duration;

use http::HeaderName;

/// The request's id, in every answer.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The sub-code of a refusal.
pub const X_ADYTON_REASON: HeaderName = HeaderName::from_static("x-adyton-reason");
/// Who has answered a call: the gateway, or what stands behind the API.
pub const X_ADYTON_ANSWERED_BY: HeaderName = HeaderName::from_static("x-adyton-answered-by");
/// The environment of the API that is called.
pub const X_STAGE: HeaderName = HeaderName::from_static("x-stage");

/// What only the console's own pages send, with the value `1`: a page of another origin cannot.
pub const X_ADYTON_CONSOLE: HeaderName = HeaderName::from_static("x-adyton-console");

/// Whether the value of a header, named in lower case, is a credential or makes one.
pub fn is_credential(name: &str) -> bool {
    matches!(
        name,
        "authorization"
            | "cookie"
            | "proxy-authorization"
            | "x-auth-token"
            | "x-subject-token"
            | "x-security-token"
            | "x-apig-appcode"
            | "x-hw-appkey"
            | "apikey"
            | "x-api-key"
            | "x-csrf-token"
    )
}

/// A pause as `Retry-After` says it: in whole seconds, rounded up, because to come back a little early would be to be refused again.
pub fn retry_after_seconds(pause: Duration) -> u64 {
    let seconds = pause
        .as_secs()
        .saturating_add(u64::from(pause.subsec_nanos() > 0));
    seconds.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_as_long_as_is_said_comes_late_enough() {
        for (millis, seconds) in [(0, 1), (1, 1), (1_000, 1), (1_001, 2), (59_999, 60)] {
            assert_eq!(
                retry_after_seconds(Duration::from_millis(millis)),
                seconds,
                "{millis} ms"
            );
        }
        assert_eq!(retry_after_seconds(Duration::MAX), u64::MAX);
    }

    #[test]
    fn whatever_shows_who_calls_is_a_credential() {
        for name in [
            "x-auth-token",
            "authorization",
            "cookie",
            "x-apig-appcode",
            "x-hw-appkey",
        ] {
            assert!(is_credential(name), "{name}");
        }
        for name in ["x-hw-id", "x-sdk-date", "content-type", "x-stage"] {
            assert!(!is_credential(name), "{name}");
        }
    }
}
