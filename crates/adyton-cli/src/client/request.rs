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

#[cfg(test)]
mod tests {
    use super::*;

    fn request(address: &Address, body: Body) -> Request<'_> {
        Request {
            method: "POST",
            address,
            path: "/v1/infers/x",
            query: "a=b",
            headers: Vec::new(),
            body,
        }
    }

    fn listener() -> Address {
        Address::parse("http://127.0.0.1:8080", "test").unwrap()
    }

    fn at() -> Timestamp {
        Timestamp::from_iso("2026-01-15T08:15:30Z").unwrap()
    }

    /// The names of the headers that a caller is shown by, and the URL.
    fn head(shown: &Shown<'_>) -> (String, Vec<(String, String)>) {
        let body = Body::Bytes(b"{}".to_vec(), "application/json".to_owned());
        request(&listener(), body).head(shown, at()).unwrap()
    }

    #[test]
    fn each_way_to_show_who_calls_has_its_own_header_and_the_url_has_no_secret() {
        let secret = Secret::new("s3cret".to_owned());
        let keys = KeyPair {
            access: "AK".to_owned(),
            secret: secret.clone(),
        };
        for (shown, name) in [
            (Shown::Token(&secret), "X-Auth-Token"),
            (Shown::AppCode(&secret), "X-Apig-AppCode"),
        ] {
            let (url, headers) = head(&shown);
            assert_eq!(url, "http://127.0.0.1:8080/v1/infers/x?a=b");
            let with_secret: Vec<&str> = headers
                .iter()
                .filter(|(_, value)| value.contains("s3cret"))
                .map(|(name, _)| name.as_str())
                .collect();
            assert_eq!(with_secret, [name]);
        }
        let (url, headers) = head(&Shown::Signed(&keys));
        assert!(!url.contains("s3cret") && headers.iter().all(|(_, value)| !value.contains("s3cret")));
        let value = |wanted: &str| {
            let mut found = headers
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.next().map(|(_, value)| value.as_str())
        };
        assert!(value("authorization").unwrap().contains("Access=AK"));
        assert_eq!(value("x-sdk-date"), Some("20260115T081530Z"));
        // The server takes little of a body from whom it does not know yet.
        let digest = Sha256::of(b"{}").to_string();
        assert_eq!(value("x-sdk-content-sha256"), Some(digest.as_str()));
        let (_, headers) = head(&Shown::Nobody);
        assert_eq!(
            headers,
            [("Content-Type".to_owned(), "application/json".to_owned())]
        );
    }

    #[test]
    fn a_large_body_is_sent_only_when_it_is_wanted() {
        let expects = |bytes: usize| {
            let body = Body::Bytes(vec![b' '; bytes], "application/json".to_owned());
            let listener = listener();
            let prepared = request(&listener, body).prepare(&Shown::Nobody, at()).unwrap();
            prepared.headers().contains_key("expect")
        };
        assert!(!expects(1 << 20));
        assert!(expects((1 << 20) + 1));
    }

    #[test]
    fn what_cannot_be_sent_is_told_with_the_way_to_write_it() {
        let listener = listener();
        let told = |change: &dyn Fn(&mut Request<'_>)| {
            let mut request = request(&listener, Body::Empty);
            change(&mut request);
            match request.prepare(&Shown::Nobody, at()) {
                Ok(_) => panic!("it can be sent"),
                Err(failure) => failure.to_string(),
            }
        };
        let space = told(&|request| request.path = "/a b");
        assert!(space.contains("a space is `%20`"), "{space}");
        let method = told(&|request| request.method = "GE T");
        assert!(method.contains("a method is a word"), "{method}");
        let header = told(&|request| request.headers.push(("X".to_owned(), "a\nb".to_owned())));
        assert!(header.contains("--header 'Name: value'"), "{header}");
    }

    #[test]
    fn a_file_is_digested_whole() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes = vec![7; 300 * 1024];
        std::fs::write(file.path(), &bytes).unwrap();
        let mut file = File::open(file.path()).unwrap();
        assert_eq!(
            digest_of_file(&mut file).unwrap(),
            (Sha256::of(&bytes), bytes.len() as u64)
        );
    }
}
