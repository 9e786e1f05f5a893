//! Headers that are ours or that mean something to us, by their names.

use std::borrow::Cow;
use std::time::Duration;

use http::{HeaderName, HeaderValue};

/// The request's id, in every answer.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The sub-code of a refusal.
pub const X_ADYTON_REASON: HeaderName = HeaderName::from_static("x-adyton-reason");
/// Who has answered a call: the gateway, or what stands behind the API.
pub const X_ADYTON_ANSWERED_BY: HeaderName = HeaderName::from_static("x-adyton-answered-by");
/// Names, separated by commas, what of the request counted for nothing: `?limit` is a query parameter, `description` a field of the
/// body, `body` the whole of it.
pub const X_ADYTON_IGNORED: HeaderName = HeaderName::from_static("x-adyton-ignored");
/// The environment of the API that is called.
pub const X_STAGE: HeaderName = HeaderName::from_static("x-stage");

/// What only the console's own pages send, with the value `1`: a page of another origin cannot.
pub const X_ADYTON_CONSOLE: HeaderName = HeaderName::from_static("x-adyton-console");

/// More names do not stand in [`X_ADYTON_IGNORED`].
const IGNORED_MOST: usize = 20;
/// A longer name is cut there, in characters.
const NAME_LONGEST: usize = 64;
/// The value is not longer, in bytes: a proxy that is given more headers than its buffer holds (nginx: 4 KiB) refuses the whole answer.
const IGNORED_LONGEST: usize = 1024;

/// The value of [`X_ADYTON_IGNORED`] that names these; nothing where there are none.
pub fn ignored<'n>(names: impl Iterator<Item = Cow<'n, str>>) -> Option<HeaderValue> {
    let mut value = String::new();
    for name in names.take(IGNORED_MOST) {
        let name = plain(&name);
        if value.len() + name.len() > IGNORED_LONGEST {
            break;
        }
        if !value.is_empty() {
            value.push_str(", ");
        }
        value.push_str(&name);
    }
    let value = HeaderValue::from_str(&value).ok()?;
    (!value.is_empty()).then_some(value)
}

/// A name in a list in a header, cut: what is no sign of a word there is escaped as in an address.
fn plain(name: &str) -> String {
    let end = name
        .char_indices()
        .nth(NAME_LONGEST)
        .map_or(name.len(), |(end, _)| end);
    let mut plain = String::with_capacity(end);
    for byte in name[..end].bytes() {
        match byte {
            b',' | 0..=b' ' | 0x7f.. => plain.push_str(&format!("%{byte:02X}")),
            _ => plain.push(byte.into()),
        }
    }
    plain
}

/// The parameters of a query as [`ignored`] names them.
pub fn query_names(query: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let keys = query
        .split('&')
        .map(|pair| pair.split('=').next().unwrap_or(pair));
    keys.filter(|key| !key.is_empty())
        .map(|key| Cow::Owned(format!("?{key}")))
}

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
    fn what_counted_for_nothing_is_named_in_signs_that_a_header_may_have() {
        fn value(names: &[&str]) -> Option<HeaderValue> {
            ignored(names.iter().map(|name| Cow::Borrowed(*name)))
        }
        assert_eq!(value(&[]), None);
        assert_eq!(
            value(&["a", "data.x y", "k,\n", "列"]).unwrap(),
            "a, data.x%20y, k%2C%0A, %E5%88%97"
        );
        assert_eq!(value(&["a"; 99]).unwrap().len(), 20 * 3 - 2);
        let long = "列".repeat(9999);
        let long = long.as_str();
        assert_eq!(value(&[long]).unwrap().len(), NAME_LONGEST * 9);
        assert!(value(&[long; 9]).unwrap().len() <= IGNORED_LONGEST);
        let of = |query: &'static str| ignored(query_names(query));
        assert_eq!(of("a=1&b&&=2&c=%20=").unwrap(), "?a, ?b, ?c");
        assert_eq!(of(""), None);
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
