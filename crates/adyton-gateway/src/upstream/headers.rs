//! Headers between the caller and the model. Towards the model: no credentials, nothing that concerns only one connection,
//! and who called from where. Back: nothing that looks as if the gateway had said it.
//!
//! Programs that put headers into variables (CGI, WSGI, PHP) read `X_Real_IP`, `X.Real.IP` and `X-Real-IP` alike. So a name is
//! looked up as they read it, and what has an underscore does not pass at all.

use adyton_core::header::is_credential;
use adyton_identity::Way;
use adyton_sign::Algorithm;
use http::header::{AUTHORIZATION, CONNECTION, COOKIE, HOST, HeaderName, TE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue};

use crate::items::items;
use crate::remote::Remote;

/// Whether a header stays on this side, whichever way it goes: it belongs to one connection (RFC 9110, 7.6.1), whether
/// `Connection` names it or not, or it looks as if the gateway had said it.
pub(super) fn stays(name: &str) -> bool {
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

/// Whether only the gateway may say it to a caller: what is left of a throttle, how long it took.
pub(super) fn is_the_gateways(name: &str) -> bool {
    name.starts_with("x-apig-")
}

/// Whether a header is a credential of the caller, in one of the ways that the gateway takes them, or the console's; or is
/// made anew for the model. `Authorization` and `Cookie` may be the model's own: see [`write_for_model`].
fn is_the_callers(name: &str) -> bool {
    match name {
        // A model may take these from its own callers.
        "authorization" | "cookie" | "x-api-key" => false,
        "content-length"
        | "x-hw-id"
        | "x-sdk-date"
        | "x-sdk-content-sha256"
        | "x-request-id"
        | "x-forwarded-proto"
        | "x-forwarded-prefix" => true,
        name => is_credential(name),
    }
}

/// Whether a header says where a request came from, or what was asked for before a proxy changed it: worth something only from
/// a trusted proxy, since anybody can write it.
fn is_hearsay(name: &str) -> bool {
    HEARSAY.contains(&name) || HEARSAY_BEGINS.iter().any(|begin| name.starts_with(begin))
}

/// See [`is_hearsay`].
const HEARSAY: [&str; 16] = [
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "client-ip",
    "fastly-client-ip",
    "forwarded",
    "forwarded-for",
    "true-client-ip",
    "x-appengine-user-ip",
    "x-azure-clientip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-envoy-external-address",
    "x-host",
    "x-http-host-override",
    "x-real-ip",
    "x-remote-addr",
];
/// All that begin with one of these, likewise.
const HEARSAY_BEGINS: [&str; 3] = ["x-forwarded", "x-original-", "x-rewrite-"];
/// The most names that are kept of what did not pass, and the most letters of one.
const NAMED_MAX: (usize, usize) = (16, 64);

/// The names of headers that did not pass because of how they are spelled, for the record.
pub(crate) type Dropped = Vec<String>;

/// Whether a header's name alone keeps it from programs: it has an underscore, or is read as one that is on a list. `Proxy` is
/// read as the variable `HTTP_PROXY`, which names the proxy of a program's own calls.
fn is_misleading(name: &str) -> bool {
    if name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    {
        return name == "proxy";
    }
    let read = as_programs_read(name);
    name.contains('_')
        || stays(&read)
        || is_the_callers(&read)
        || is_hearsay(&read)
        || matches!(&*read, "host" | "authorization" | "cookie" | "proxy")
}

/// A name with `-` for everything that is no letter and no digit.
fn as_programs_read(name: &str) -> String {
    name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-")
}

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
/// What begins with this is ours, in both directions.
const OURS: &str = "x-adyton-";
/// Cookies that begin with this are the console's. Browsers send them to every port of a host.
const OUR_COOKIES: &[u8] = b"adyton";

/// Writes the lines of a caller's head that go to the model, and those that say who called from where, and what stands before
/// the model's own paths. Gives the names that did not pass because of how they are spelled.
pub(crate) fn write_for_model(
    lines: &mut Vec<u8>,
    head: &Parts,
    remote: &Remote,
    way: Way,
    prefix: &str,
) -> Dropped {
    let mut dropped = Dropped::new();
    let named = named_by_connection(&head.headers);
    let (mut host, mut has_forwarded_host) = (None, false);
    let mut chain = Vec::new();
    for (name, value) in &head.headers {
        let text = name.as_str();
        if is_misleading(text) {
            note(&mut dropped, text);
            continue;
        }
        let goes = stays(text)
            || is_the_callers(text)
            || (!remote.proxied && is_hearsay(text))
            || is_named(&named, text)
            || (name == AUTHORIZATION && is_ours(value.as_bytes(), way));
        if goes {
            continue;
        }
        if name == HOST {
            host.get_or_insert(value.as_bytes());
        } else if name == COOKIE {
            write_cookies(lines, value);
        } else if name == FORWARDED_FOR {
            if remote.proxied {
                chain.extend_from_slice(value.as_bytes());
                chain.extend_from_slice(b", ");
            }
        } else {
            has_forwarded_host |= name == FORWARDED_HOST;
            write_line(lines, text, value.as_bytes());
        }
    }
    if takes_trailers(&head.headers) {
        write_line(lines, "te", b"trailers");
        write_line(lines, "connection", b"te");
    }
    let peer = remote.peer_text.as_bytes();
    match chain.is_empty() {
        true => write_line(lines, FORWARDED_FOR.as_str(), peer),
        false => {
            chain.extend_from_slice(peer);
            write_line(lines, FORWARDED_FOR.as_str(), &chain);
        }
    }
    let scheme: &[u8] = if remote.https { b"https" } else { b"http" };
    write_line(lines, "x-forwarded-proto", scheme);
    let host = host.or_else(|| {
        head.uri
            .authority()
            .map(|authority| authority.as_str().as_bytes())
    });
    if let Some(host) = host
        && !has_forwarded_host
    {
        write_line(lines, FORWARDED_HOST.as_str(), host);
    }
    if !prefix.is_empty() {
        write_line(lines, "x-forwarded-prefix", prefix.as_bytes());
    }
    dropped
}

/// Whether the caller reads what comes behind a chunked body.
fn takes_trailers(headers: &HeaderMap) -> bool {
    headers
        .get_all(TE)
        .iter()
        .flat_map(|line| items(line.as_bytes()))
        .any(|coding| coding.eq_ignore_ascii_case(b"trailers"))
}

fn note(dropped: &mut Dropped, name: &str) {
    let (most, letters) = NAMED_MAX;
    let name = &name[..name.floor_char_boundary(letters)];
    if dropped.len() < most && !dropped.iter().any(|known| known == name) {
        dropped.push(name.to_owned());
    }
}

/// Writes one line of a head. Names and values come from parsed heads or are our own, so no line can end inside one.
pub(crate) fn write_line(lines: &mut Vec<u8>, name: &str, value: &[u8]) {
    lines.extend_from_slice(name.as_bytes());
    lines.extend_from_slice(b": ");
    lines.extend_from_slice(value);
    lines.extend_from_slice(b"\r\n");
}

/// A signature is meant for the gateway, and so is what an app showed as `Basic`. Anything else is the model's own.
fn is_ours(authorization: &[u8], way: Way) -> bool {
    way == Way::AppBasic || Algorithm::of_header(authorization).is_some()
}

/// The headers that `Connection` names, beside what it says of the connection itself. `Host` is never one of the connection: the
/// program would not hear which host was called.
fn named_by_connection(headers: &HeaderMap) -> Vec<&[u8]> {
    headers
        .get_all(CONNECTION)
        .iter()
        .flat_map(|line| items(line.as_bytes()))
        .filter(|name| {
            ![b"keep-alive".as_slice(), b"close", b"host"]
                .iter()
                .any(|word| name.eq_ignore_ascii_case(word))
        })
        .collect()
}

fn is_named(named: &[&[u8]], name: &str) -> bool {
    named
        .iter()
        .any(|other| other.eq_ignore_ascii_case(name.as_bytes()))
}

/// Whether a `Set-Cookie` sets one of the console's: a model could sign people in there as somebody else, or out. Browsers send a
/// cookie without a name as its value alone, so one that only looks like ours in the end is meant too.
pub(super) fn sets_our_cookie(value: &[u8]) -> bool {
    let is_before = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'=';
    let start = value.iter().position(|byte| !is_before(byte));
    start.is_some_and(|start| value[start..].starts_with(OUR_COOKIES))
}

/// Writes a line of cookies without the console's.
fn write_cookies(lines: &mut Vec<u8>, value: &HeaderValue) {
    let is_kept = |pair: &&[u8]| !pair.starts_with(OUR_COOKIES);
    let pairs = || {
        value
            .as_bytes()
            .split(|byte| *byte == b';')
            .map(<[u8]>::trim_ascii)
    };
    if pairs().all(|pair| is_kept(&pair)) {
        return write_line(lines, COOKIE.as_str(), value.as_bytes());
    }
    let kept: Vec<&[u8]> = pairs().filter(is_kept).collect();
    if !kept.is_empty() {
        write_line(lines, COOKIE.as_str(), &kept.join(&b"; "[..]));
    }
}

#[cfg(test)]
mod tests;
