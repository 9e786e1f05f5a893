//! The command line as a client: finds the server, signs, sends, and makes refusals readable.
//!
//! - [`target`]: which server, and as whom; [`profile`]: where that is kept.
//! - [`answer`]: answers and refusals.
//! - [`lookup`]: ids from names; [`upload`]: a model package on its way; [`wait`]: until something is ready.
//!
//! What must hold: only the public HTTP interfaces are used, as any client would; a secret is never printed.

pub(crate) mod address;
pub(crate) mod answer;
pub(crate) mod bootstrap;
pub(crate) mod lookup;
pub(crate) mod multipart;
pub(crate) mod profile;
pub(crate) mod request;
pub(crate) mod target;
pub(crate) mod upload;
pub(crate) mod wait;

use std::cell::RefCell;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::secret::Secret;
use serde_json::{Value, json};
use ureq::Agent;

pub(crate) use self::request::{Body, Request, Shown, digest, digest_of_file, encoded};

use self::address::Address;
use self::answer::{Answer, Asked};
use self::target::Target;
use crate::failure::{Failure, Outcome};

/// The largest answer that is taken, in bytes.
const ANSWER_MAX: u64 = 1 << 30;
/// How long a server may take to accept a connection.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long a server may take to answer; a prediction's own limit is 40 s by default.
const ANSWER_TIME: Duration = Duration::from_secs(300);

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
        answer
            .ok(Asked::Control)
            .map_err(|failure| match failure.status() {
                Some(401) => failure.hint(format!(
                    "the credentials are those of {}; `adyton login` keeps others",
                    self.target.said
                )),
                _ => failure,
            })
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
        let address = request.address;
        let asked = format!("{} {address}{}", request.method, request.path);
        let sent = request.prepare(shown, self.clock.now())?;
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
