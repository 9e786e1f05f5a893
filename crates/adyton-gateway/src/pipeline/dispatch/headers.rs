//! Headers between the caller and the model. Towards the model: no credentials, nothing that concerns only one connection,
//! and who called from where. Back: nothing that looks as if the gateway had said it.

use adyton_core::id::RequestId;
use adyton_identity::Way;
use adyton_sign::Algorithm;
use http::header::{AUTHORIZATION, CONNECTION, COOKIE, HOST, HeaderName};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::arrival::Source;

/// Whether a header stays on this side, whichever way it goes: it belongs to one connection (RFC 9110, 7.6.1), whether
/// `Connection` names it or not, or it looks as if the gateway had said it.
fn stays(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-connection"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "expect"
    ) || name.starts_with(OURS)
}

/// Whether a header is a credential of the caller, in one of the ways that the gateway takes them, or the console's; or is
/// made anew for the model. `Authorization` and `Cookie` may be the model's own: see [`to_model`].
fn is_the_callers(name: &str) -> bool {
    matches!(
        name,
        "content-length"
            | "x-auth-token"
            | "x-subject-token"
            | "x-security-token"
            | "x-apig-appcode"
            | "x-hw-id"
            | "x-hw-appkey"
            | "apikey"
            | "x-sdk-date"
            | "x-sdk-content-sha256"
            | "x-csrf-token"
    )
}

/// Whether a header says where a request came from: worth something only from a trusted proxy, since anybody can write it.
fn is_hearsay(name: &str) -> bool {
    matches!(name, "forwarded" | "x-real-ip")
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What begins with this is ours, in both directions.
const OURS: &str = "x-adyton-";
/// Cookies that begin with this are the console's. Browsers send them to every port of a host.
const OUR_COOKIES: &[u8] = b"adyton";

/// Makes a caller's head the model's.
pub(super) fn to_model(head: &mut Parts, source: &Source, address: HeaderValue, way: Way, id: RequestId) {
    let headers = &mut head.headers;
    remove(headers, |name| {
        stays(name) || is_the_callers(name) || (!source.proxied && is_hearsay(name))
    });
    if headers
        .get(AUTHORIZATION)
        .is_some_and(|value| is_ours(value.as_bytes(), way))
    {
        headers.remove(AUTHORIZATION);
    }
    remove_our_cookies(headers);
    let for_whom = match headers.get(FORWARDED_FOR) {
        Some(before) if source.proxied => {
            let chain = format!("{}, {}", String::from_utf8_lossy(before.as_bytes()), source.peer);
            HeaderValue::try_from(chain).unwrap_or_else(|_| source.peer_text.clone())
        }
        _ => source.peer_text.clone(),
    };
    headers.insert(FORWARDED_FOR, for_whom);
    headers.insert(
        FORWARDED_PROTO,
        HeaderValue::from_static(if source.https { "https" } else { "http" }),
    );
    let host = headers.insert(HOST, address).or_else(|| {
        head.uri
            .authority()
            .and_then(|authority| HeaderValue::from_str(authority.as_str()).ok())
    });
    if let Some(host) = host
        && !(source.proxied && headers.contains_key(FORWARDED_HOST))
    {
        headers.insert(FORWARDED_HOST, host);
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_hex()) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// Makes a model's headers the caller's.
pub(super) fn from_model(headers: &mut HeaderMap) {
    remove(headers, stays);
}

/// A signature is meant for the gateway, and so is what an app showed as `Basic`. Anything else is the model's own.
fn is_ours(authorization: &[u8], way: Way) -> bool {
    way == Way::AppBasic || Algorithm::of_header(authorization).is_some()
}

/// Removes the headers of which `goes` says so, and those that `Connection` names. One pass over what was sent: looking up
/// each name that could be there would cost more.
fn remove(headers: &mut HeaderMap, goes: impl Fn(&str) -> bool) {
    let mut gone: Vec<HeaderName> = headers
        .keys()
        .filter(|name| goes(name.as_str()))
        .cloned()
        .collect();
    if gone.contains(&CONNECTION) {
        let named = headers
            .get_all(CONNECTION)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        gone.extend(named.filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok()));
    }
    for name in gone {
        headers.remove(name);
    }
}

fn remove_our_cookies(headers: &mut HeaderMap) {
    let ours = |pair: &&[u8]| pair.trim_ascii_start().starts_with(OUR_COOKIES);
    let mixed = headers.get_all(COOKIE).iter().any(|line| {
        line.as_bytes()
            .split(|byte| *byte == b';')
            .any(|pair| ours(&pair))
    });
    if !mixed {
        return;
    }
    let kept: Vec<Vec<u8>> = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter(|pair| !ours(pair))
        .map(|pair| pair.trim_ascii().to_vec())
        .collect();
    headers.remove(COOKIE);
    if let Ok(value) = HeaderValue::from_bytes(&kept.join(&b"; "[..]))
        && !kept.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

#[cfg(test)]
mod tests;
