//! Headers between the caller and the model. Towards the model: no credentials, nothing that concerns only one connection,
//! and who called from where. Back: nothing that looks as if the gateway had said it.

use std::net::SocketAddr;

use adyton_core::id::RequestId;
use adyton_identity::Way;
use adyton_sign::Algorithm;
use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, COOKIE, EXPECT, HOST, HeaderName, PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::arrival::Source;

/// Belong to one connection (RFC 9110, 7.6.1), whether `Connection` names them or not.
const HOP_BY_HOP: [HeaderName; 10] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
    EXPECT,
];

/// Credentials of callers, in every way that the gateway takes them; and the console's.
const CREDENTIALS: [HeaderName; 10] = [
    HeaderName::from_static("x-auth-token"),
    HeaderName::from_static("x-subject-token"),
    HeaderName::from_static("x-security-token"),
    HeaderName::from_static("x-apig-appcode"),
    HeaderName::from_static("x-hw-id"),
    HeaderName::from_static("x-hw-appkey"),
    HeaderName::from_static("apikey"),
    HeaderName::from_static("x-sdk-date"),
    HeaderName::from_static("x-sdk-content-sha256"),
    HeaderName::from_static("x-csrf-token"),
];

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What begins with this is ours, in both directions.
const OURS: &str = "x-adyton-";
/// Cookies that begin with this are the console's. Browsers send them to every port of a host.
const OUR_COOKIES: &[u8] = b"adyton";

/// Makes a caller's head the model's.
pub(super) fn to_model(head: &mut Parts, source: Source, address: SocketAddr, way: Way, id: RequestId) {
    let headers = &mut head.headers;
    let host = headers.get(HOST).cloned().or_else(|| {
        head.uri
            .authority()
            .and_then(|authority| HeaderValue::from_str(authority.as_str()).ok())
    });
    remove_hop_by_hop(headers);
    headers.remove(CONTENT_LENGTH);
    for name in &CREDENTIALS {
        headers.remove(name);
    }
    if headers
        .get(AUTHORIZATION)
        .is_some_and(|value| is_ours(value.as_bytes(), way))
    {
        headers.remove(AUTHORIZATION);
    }
    remove_our_cookies(headers);
    remove_ours(headers);
    let for_whom = match headers.get(FORWARDED_FOR) {
        Some(before) if source.proxied => {
            format!("{}, {}", String::from_utf8_lossy(before.as_bytes()), source.peer)
        }
        _ => source.peer.to_string(),
    };
    set(headers, FORWARDED_FOR, for_whom);
    headers.insert(
        FORWARDED_PROTO,
        HeaderValue::from_static(if source.https { "https" } else { "http" }),
    );
    if let Some(host) = host
        && !(source.proxied && headers.contains_key(FORWARDED_HOST))
    {
        headers.insert(FORWARDED_HOST, host);
    }
    set(headers, HOST, address.to_string());
    if let Ok(id) = HeaderValue::from_maybe_shared(Bytes::copy_from_slice(&id.to_ascii())) {
        headers.insert(X_REQUEST_ID, id);
    }
}

/// Makes a model's headers the caller's.
pub(super) fn from_model(headers: &mut HeaderMap) {
    remove_hop_by_hop(headers);
    remove_ours(headers);
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(value)) {
        headers.insert(name, value);
    }
}

/// A signature is meant for the gateway, and so is what an app showed as `Basic`. Anything else is the model's own.
fn is_ours(authorization: &[u8], way: Way) -> bool {
    way == Way::AppBasic || Algorithm::of_header(authorization).is_some()
}

fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if headers.contains_key(CONNECTION) {
        let named: Vec<HeaderName> = headers
            .get_all(CONNECTION)
            .iter()
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
            .filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok())
            .collect();
        for name in named {
            headers.remove(name);
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

fn remove_ours(headers: &mut HeaderMap) {
    while let Some(name) = headers
        .keys()
        .find(|name| name.as_str().starts_with(OURS))
        .cloned()
    {
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
