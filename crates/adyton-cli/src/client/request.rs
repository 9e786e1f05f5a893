//! A request on its way: its body, how it shows who calls, and the signing of it.

use std::fs::File;
use std::io::{Cursor, Read};

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use adyton_sign::{BodyHasher, Outgoing, OutgoingBody, Signed, sign};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::{SendBody, http};

use super::address::Address;
use super::server_access::KeyPair;
use crate::failure::{Failure, Outcome};
use crate::said;

/// Bodies over this many bytes are sent only when the server wants them: one that is refused in the middle of a body closes the
/// connection, and its answer may be lost.
const ASK_FIRST: u64 = 1 << 20;

/// What stays as it is in a path segment or a query (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as a path segment or a query value.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The body of a request.
pub enum Body {
    /// None.
    Empty,
    /// These bytes, of this content type.
    Bytes(Vec<u8>, String),
    /// What this reads: so many bytes, with this digest.
    Stream(Box<dyn Read>, u64, Sha256),
}

/// How a request shows who calls.
pub enum Shown<'a> {
    /// Nobody.
    Nobody,
    /// A signature by a key pair: AK/SK, or AppKey and AppSecret.
    Signed(&'a KeyPair),
    /// `X-Auth-Token`.
    Token(&'a Secret<String>),
    /// `X-Apig-AppCode`.
    AppCode(&'a Secret<String>),
}

/// A request that is about to be sent.
pub struct Request<'a> {
    /// `GET`, …
    pub method: &'a str,
    /// The listener.
    pub address: &'a Address,
    /// Path, encoded.
    pub path: &'a str,
    /// Query, encoded, without `?`.
    pub query: &'a str,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

impl Request<'_> {
    /// The request as it is sent.
    pub(super) fn prepare(
        mut self,
        shown: &Shown<'_>,
        at: Timestamp,
    ) -> Outcome<http::Request<SendBody<'static>>> {
        if self.path.is_empty() {
            self.path = "/";
        }
        let mark = if self.query.is_empty() { "" } else { "?" };
        let url = format!("{}{}{mark}{}", self.address, self.path, self.query);
        let (length, hash, body) = self.take_body();
        self.show(shown, hash, at)?;
        let mut builder = http::Request::builder().method(self.method).uri(&url);
        for (name, value) in &self.headers {
            builder = builder.header(name, value);
        }
        if let Some(length) = length {
            builder = builder.header("Content-Length", length);
            if length > ASK_FIRST {
                builder = builder.header("Expect", "100-continue");
            }
        }
        builder.body(body).map_err(|error| {
            let asked = format!("{} {}{}", self.method, self.address, self.path);
            let hint = if error.is::<http::uri::InvalidUri>() {
                said!(
                    "write what a URL may not hold as `%` and two hex digits: a space is `%20`",
                    "URL 中不允许的字符请写成 `%` 加两位十六进制数：空格为 `%20`"
                )
            } else if error.is::<http::method::InvalidMethod>() {
                said!(
                    "a method is a word, such as GET or POST",
                    "请求方法是一个单词，例如 GET 或 POST"
                )
            } else {
                said!(
                    "write --header 'Name: value', both of printable characters",
                    "请写成 --header 'Name: value'，两者都只含可打印字符"
                )
            };
            Failure::wrong_use(said!(
                "{asked} cannot be sent: {error}",
                "{asked} 无法发送：{error}"
            ))
            .hint(hint)
        })
    }

    /// The whole URL, and all headers with which it would be sent now. Of the body only the digest is taken.
    pub fn head(mut self, shown: &Shown<'_>, at: Timestamp) -> Outcome<(String, Vec<(String, String)>)> {
        if self.path.is_empty() {
            self.path = "/";
        }
        let mark = if self.query.is_empty() { "" } else { "?" };
        let url = format!("{}{}{mark}{}", self.address, self.path, self.query);
        let (_, hash, _) = self.take_body();
        self.show(shown, hash, at)?;
        Ok((url, self.headers))
    }

    /// How long the body is, how it is signed, and what sends it. The server takes little of a body from whom it does not
    /// know yet, so the head declares the hash of one.
    fn take_body(&mut self) -> (Option<u64>, OutgoingBody, SendBody<'static>) {
        let (kind, length, digest, reader): (String, u64, Sha256, Box<dyn Read>) =
            match std::mem::replace(&mut self.body, Body::Empty) {
                Body::Empty => return (None, OutgoingBody::Hashed(Sha256::EMPTY), SendBody::none()),
                Body::Bytes(bytes, kind) => (
                    kind,
                    bytes.len() as u64,
                    Sha256::of(&bytes),
                    Box::new(Cursor::new(bytes)),
                ),
                Body::Stream(reader, length, digest) => {
                    ("application/octet-stream".to_owned(), length, digest, reader)
                }
            };
        self.headers.push(("Content-Type".to_owned(), kind));
        (
            Some(length),
            OutgoingBody::Declared(digest),
            SendBody::from_owned_reader(reader),
        )
    }

    /// Adds the headers that show who calls.
    fn show(&mut self, shown: &Shown<'_>, body: OutgoingBody, at: Timestamp) -> Outcome {
        let mut add = |name: &str, value: &Secret<String>| {
            self.headers.push((name.to_owned(), value.expose().clone()));
        };
        match shown {
            Shown::Nobody => {}
            Shown::Token(token) => add("X-Auth-Token", token),
            Shown::AppCode(code) => add("X-Apig-AppCode", code),
            Shown::Signed(keys) => {
                let Self {
                    method, path, query, ..
                } = *self;
                let host = self.address.host();
                let outgoing = Outgoing {
                    method,
                    path,
                    query,
                    host,
                    headers: &self.headers,
                    body,
                };
                let headers = signed(&outgoing, keys, at)?.headers;
                self.headers.extend(headers);
            }
        }
        Ok(())
    }
}

/// The request, signed with a pair of keys.
pub fn signed(outgoing: &Outgoing<'_>, keys: &KeyPair, at: Timestamp) -> Outcome<Signed> {
    sign(outgoing, &keys.access, &keys.secret, at).map_err(|error| {
        Failure::wrong_use(said!(
            "the request cannot be signed: {error}",
            "无法对请求签名：{error}"
        ))
    })
}

/// A file's digest, and how long it is. Reads it once, piece by piece.
pub fn digest_of_file(file: &mut File) -> std::io::Result<(Sha256, u64)> {
    let (mut hasher, mut length, mut piece) = (BodyHasher::new(), 0, vec![0; 256 * 1024]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok((hasher.finish(), length)),
            read => {
                hasher.update(&piece[..read]);
                length += read as u64;
            }
        }
    }
}
