//! The command line as a client: finds the server, signs, sends, and makes refusals readable.
//!
//! - [`target`]: which server, and as whom; [`profile`]: where that is kept.
//! - [`answer`]: answers and refusals.
//! - [`lookup`]: ids from names; [`upload`]: a model package on its way; [`wait`]: until something is ready.
//!
//! What must hold: only the public HTTP interfaces are used, as any client would; a secret is never printed.

pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod lookup;
pub(crate) mod multipart;
pub(crate) mod profile;
pub(crate) mod target;
pub(crate) mod upload;
pub(crate) mod wait;

use std::cell::RefCell;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use adyton_sign::{BodyHash, BodyHasher, Outgoing, sign};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use ureq::{Agent, SendBody, http};

use self::address::Address;
use self::answer::{Answer, Asked};
use self::target::{KeyPair, Target};
use crate::failure::{Failure, Outcome};

/// The largest answer that is taken, in bytes.
const ANSWER_MAX: u64 = 1 << 30;
/// How long a server may take to accept a connection.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long a server may take to answer; a prediction's own limit is 40 s by default.
const ANSWER_TIME: Duration = Duration::from_secs(300);

/// What stays as it is in a path segment or a query (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as a path segment or a query value.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, UNRESERVED).to_string()
}

/// The body of a request.
pub(crate) enum Body {
    /// None.
    Empty,
    /// These bytes, of this content type.
    Bytes(Vec<u8>, String),
    /// What this reads: so many bytes, with this digest.
    Stream(Box<dyn Read>, u64, Sha256),
}

/// What is sent, and how many bytes it is.
type Reading = (Box<dyn Read>, u64);

/// How a request shows who calls.
pub(crate) enum Shown<'a> {
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
pub(crate) struct Request<'a> {
    /// `GET`, …
    pub(crate) method: &'a str,
    /// The listener.
    pub(crate) address: &'a Address,
    /// Path, encoded.
    pub(crate) path: &'a str,
    /// Query, encoded, without `?`.
    pub(crate) query: &'a str,
    /// Further headers.
    pub(crate) headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Body,
}

/// Sends requests to one server as one caller.
pub(crate) struct Client {
    /// The server, and who calls.
    pub(crate) target: Target,
    clock: Clock,
    agent: Agent,
    /// A token that was got with the password.
    token: RefCell<Option<Secret<String>>>,
}

impl Client {
    /// A client of this server.
    pub(crate) fn new(target: Target, clock: Clock) -> Self {
        let agent = agent(&target.control);
        let token = RefCell::new(target.credentials.token.clone());
        Self {
            target,
            clock,
            agent,
            token,
        }
    }
    /// The clock.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }
    /// `{project_id}` of the paths.
    pub(crate) fn project(&self) -> &str {
        &self.target.project
    }
    /// A management call; its answer, if it is not a refusal.
    pub(crate) fn manage(&self, method: &str, path: &str, query: &str, body: Body) -> Outcome<Answer> {
        let request = Request {
            method,
            address: &self.target.control,
            path,
            query,
            headers: vec![("X-Project-Id".to_owned(), self.target.project.clone())],
            body,
        };
        let answer = match &self.target.credentials.keys {
            Some(keys) => self.send(request, &Shown::Signed(keys)),
            None => {
                let token = self.token()?;
                self.send(request, &Shown::Token(&token))
            }
        }?;
        answer.ok(Asked::Control)
    }
    /// `GET`, as JSON.
    pub(crate) fn get(&self, path: &str, query: &str) -> Outcome<Value> {
        self.manage("GET", path, query, Body::Empty)?.json()
    }
    /// `POST` or `PUT` of JSON, as JSON.
    pub(crate) fn give(&self, method: &str, path: &str, document: &Value) -> Outcome<Value> {
        let body = Body::Bytes(document.to_string().into_bytes(), "application/json".to_owned());
        self.manage(method, path, "", body)?.json()
    }
    /// `DELETE`, as JSON.
    pub(crate) fn delete(&self, path: &str) -> Outcome<Value> {
        self.manage("DELETE", path, "", Body::Empty)?.json()
    }
    /// A token: the profile's, or one that is got now.
    pub(crate) fn token(&self) -> Outcome<Secret<String>> {
        if let Some(token) = self.token.borrow().as_ref() {
            return Ok(token.clone());
        }
        let Some(known) = &self.target.credentials.password else {
            return Err(Failure::wrong_use(format!(
                "{} holds keys and no password, so no token can be got",
                self.target.said
            ))
            .hint("`adyton login --user NAME` gets one and keeps it"));
        };
        let scope = json!({"project": {"id": known.project_id}});
        let got = self.sign_in(&known.user, &known.domain, &known.password, &scope)?;
        let token = token_of(&got)?;
        *self.token.borrow_mut() = Some(token.clone());
        Ok(token)
    }
    /// `POST /v3/auth/tokens` with a password.
    pub(crate) fn sign_in(
        &self,
        user: &str,
        domain: &str,
        password: &Secret<String>,
        scope: &Value,
    ) -> Outcome<Answer> {
        let document = json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "password": password.expose(), "domain": {"name": domain},
            }}},
            "scope": scope,
        }});
        let request = Request {
            method: "POST",
            address: &self.target.control,
            path: "/v3/auth/tokens",
            query: "nocatalog=true",
            headers: Vec::new(),
            body: Body::Bytes(document.to_string().into_bytes(), "application/json".to_owned()),
        };
        self.send(request, &Shown::Nobody)?.ok(Asked::Control)
    }
    /// Sends a request as it is, whatever the answer.
    pub(crate) fn send(&self, request: Request<'_>, shown: &Shown<'_>) -> Outcome<Answer> {
        let Request {
            method,
            address,
            path,
            query,
            mut headers,
            body,
        } = request;
        let path = if path.is_empty() { "/" } else { path };
        let mark = if query.is_empty() { "" } else { "?" };
        let url = format!("{address}{path}{mark}{query}");
        let asked = format!("{method} {address}{path}");
        let (reader, hash): (Option<Reading>, BodyHash) = match body {
            Body::Empty => (None, BodyHash::Of(digest(b""))),
            Body::Bytes(bytes, kind) => {
                headers.push(("Content-Type".to_owned(), kind));
                let hash = BodyHash::Of(digest(&bytes));
                (
                    Some((Box::new(std::io::Cursor::new(bytes.clone())), bytes.len() as u64)),
                    hash,
                )
            }
            Body::Stream(reader, length, digest) => {
                headers.push(("Content-Type".to_owned(), "application/octet-stream".to_owned()));
                (Some((reader, length)), BodyHash::Of(digest))
            }
        };
        match shown {
            Shown::Nobody => {}
            Shown::Token(token) => headers.push(("X-Auth-Token".to_owned(), token.expose().clone())),
            Shown::AppCode(code) => headers.push(("X-Apig-AppCode".to_owned(), code.expose().clone())),
            Shown::Signed(keys) => {
                let outgoing = Outgoing {
                    method,
                    path,
                    query,
                    host: address.host(),
                    headers: &headers,
                    body: hash,
                };
                let signed = sign(&outgoing, &keys.access, &keys.secret, self.clock.now())
                    .map_err(|error| Failure::wrong_use(format!("the request cannot be signed: {error}")))?;
                headers.extend(signed.headers);
            }
        }
        let mut builder = http::Request::builder().method(method).uri(&url);
        for (name, value) in &headers {
            builder = builder.header(name, value);
        }
        if let Some((_, length)) = &reader {
            builder = builder.header("Content-Length", *length);
        }
        let sent = match reader {
            None => builder.body(SendBody::none()),
            Some((reader, _)) => builder.body(SendBody::from_owned_reader(reader)),
        };
        let sent = sent.map_err(|error| Failure::wrong_use(format!("{asked} cannot be sent: {error}")))?;
        let answer = self
            .agent
            .run(sent)
            .map_err(|error| unreachable(&asked, address, &error))?;
        let (head, mut body) = answer.into_parts();
        let body = body
            .with_config()
            .limit(ANSWER_MAX)
            .read_to_vec()
            .map_err(|error| Failure::failed(format!("{asked}: the answer broke off: {error}")))?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            asked,
        })
    }
}

/// The token of an answer to `POST /v3/auth/tokens`.
pub(crate) fn token_of(answer: &Answer) -> Outcome<Secret<String>> {
    match answer.header("x-subject-token") {
        Some(token) => Ok(Secret::new(token.to_owned())),
        None => Err(Failure::failed(format!(
            "{} answered without `X-Subject-Token`",
            answer.asked
        ))),
    }
}

/// SHA-256 of bytes.
pub(crate) fn digest(bytes: &[u8]) -> Sha256 {
    let mut hasher = BodyHasher::new();
    hasher.update(bytes);
    hasher.finish()
}

fn agent(address: &Address) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .user_agent(concat!("adyton/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT_TIME))
        .timeout_recv_response(Some(ANSWER_TIME));
    // A proxy of the environment is for other machines.
    let config = if address.is_local() {
        config.proxy(None)
    } else {
        config
    };
    Agent::new_with_config(config.build())
}

/// What went wrong on the way, and what to look at.
fn unreachable(asked: &str, address: &Address, error: &ureq::Error) -> Failure {
    let start = "start the server with `adyton serve`, or name another one with `adyton login --control URL`";
    match error {
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => {
            Failure::failed(format!("nothing listens at {address} (connection refused)"))
                .fact(asked)
                .hint(start)
        }
        ureq::Error::ConnectionFailed => Failure::failed(format!("no connection to {address}"))
            .fact(asked)
            .hint(start),
        ureq::Error::HostNotFound => Failure::failed(format!("no machine has the name in {address}"))
            .fact(asked)
            .hint("check the address"),
        ureq::Error::Timeout(step) => Failure::failed(format!("{address} did not answer in time ({step})"))
            .fact(asked)
            .hint("`adyton doctor` checks the server"),
        other => Failure::failed(format!("{asked}: {other}")),
    }
}

/// A file's digest, and how long it is. Reads it once, piece by piece.
pub(crate) fn digest_of_file(file: &mut File) -> std::io::Result<(Sha256, u64)> {
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
