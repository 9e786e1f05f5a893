//! Who may read `/metrics`: they tell of all tenants, and scrapers show no user's credentials.

use http::{HeaderMap, header};

use crate::call::OpenCall;
use crate::failure::{Failure, OperationResult};
use crate::settings::MetricsAccess;
use adyton_identity::Action;

/// Lets a reader in, or says how to be let in.
pub(crate) fn admit(call: &OpenCall) -> OperationResult<()> {
    let settings = call.shared.settings();
    let access = &settings.metrics;
    let is_known = match access {
        MetricsAccess::Open => true,
        MetricsAccess::Loopback => {
            call.remote.peer.ip().to_canonical().is_loopback() && !is_forwarded(&call.headers)
        }
        MetricsAccess::Token(token) => bearer(&call.headers).is_some_and(|sent| token.matches(sent)),
    };
    if is_known {
        return Ok(());
    }
    if shows_a_user(&call.headers) {
        return call.permitted(Action::MetricsGet);
    }
    Err(Failure::Metrics {
        how: match access {
            MetricsAccess::Token(_) => {
                "control.metrics is `token`: send the content of control.metrics_token_file as `Authorization: Bearer`, \
                 or credentials of an administrator or auditor"
            }
            MetricsAccess::Loopback | MetricsAccess::Open => {
                "control.metrics is `loopback`: only this machine can read them without credentials; set it to `token`, or \
                 send credentials of an administrator or auditor"
            }
        },
    })
}

/// Whether a proxy has passed the request on: then its peer is not whoever asks.
fn is_forwarded(headers: &HeaderMap) -> bool {
    headers
        .keys()
        .any(|name| name == header::FORWARDED || name.as_str().starts_with("x-forwarded-"))
}

/// The token of `Authorization: Bearer`, sent once.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, token) = value.as_bytes().split_at_checked(7)?;
    scheme
        .eq_ignore_ascii_case(b"bearer ")
        .then(|| token.trim_ascii())
}

/// Whether there are credentials of the kind that management calls take.
fn shows_a_user(headers: &HeaderMap) -> bool {
    headers.contains_key("x-auth-token")
        || headers
            .get_all(header::AUTHORIZATION)
            .iter()
            .any(|value| adyton_sign::looks_signed(value.as_bytes()))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_bearer_token_is_sent_once_and_alone() {
        let sent = |value| bearer(&headers(&[("authorization", value)])).map(<[u8]>::to_vec);
        assert_eq!(sent("Bearer abc").as_deref(), Some(&b"abc"[..]));
        assert_eq!(sent("bearer  abc ").as_deref(), Some(&b"abc"[..]));
        assert_eq!(sent("Basic abc"), None);
        assert_eq!(sent("Bear"), None);
        let twice = headers(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]);
        assert_eq!(bearer(&twice), None);
        assert_eq!(bearer(&headers(&[])), None);
    }

    #[test]
    fn a_request_that_a_proxy_passed_on_is_not_of_this_machine() {
        for name in ["forwarded", "x-forwarded-for", "x-forwarded-host"] {
            assert!(is_forwarded(&headers(&[(name, "a")])), "{name}");
        }
        assert!(!is_forwarded(&headers(&[("host", "a")])));
    }

    #[test]
    fn a_scrapers_token_is_no_users_credential() {
        assert!(shows_a_user(&headers(&[("x-auth-token", "t")])));
        let signed = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=00";
        assert!(shows_a_user(&headers(&[("authorization", signed)])));
        assert!(!shows_a_user(&headers(&[("authorization", "Bearer abc")])));
    }
}
