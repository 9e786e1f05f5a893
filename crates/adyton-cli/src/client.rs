//! The command line as a client: finds the server, signs, sends, and makes refusals readable.
//!
//! - [`target`]: which server, and as whom; [`contexts`]: where that is kept.
//! - [`answer`]: answers and refusals.
//! - [`modelarts`], [`apig`], [`iam`], [`adyton`]: what each API is asked, one function a question; what they answer has a type.
//! - [`lookup`]: ids from names; [`upload`]: a model package on its way; [`wait`]: until something is ready.
//!
//! What must hold: only the public HTTP interfaces are used, as any client would; a secret is never printed.

pub mod address;
mod adyton;
pub mod answer;
mod apig;
pub mod authorities;
pub mod bootstrap;
pub mod contexts;
mod iam;
pub mod lookup;
mod modelarts;
pub mod multipart;
mod pages;
pub mod request;
pub mod target;
pub mod upload;
pub mod wait;

use std::cell::{OnceCell, RefCell};
use std::time::Duration;

use adyton_api::iam::tokens::{
    NamedRef, PasswordMethod, PasswordUser, TokenAnswer, TokenAuth, TokenIdentity, TokenMethod, TokenRequest,
    TokenScope,
};
use adyton_core::clock::Clock;
use adyton_core::id::ProjectId;
use adyton_core::secret::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::tls::TlsConfig;

pub use self::iam::RoleScope;
pub use self::modelarts::ModelFilter;
pub use self::request::{Body, Request, Shown, digest_of_file, encoded};

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
pub struct Client {
    /// The server, and who calls.
    pub target: Target,
    clock: Clock,
    agent: Agent,
    /// A token that was got with the password.
    token: RefCell<Option<Secret<String>>>,
    /// Where the project's gateway is managed, once it was asked for.
    gateway: OnceCell<String>,
}

/// A token, and until when it counts.
pub struct SignedIn {
    /// The token.
    pub token: Secret<String>,
    /// ISO 8601.
    pub expires_at: String,
}

impl Client {
    /// A client of this server.
    pub fn new(target: Target, clock: Clock) -> Self {
        let agent = agent(&target);
        let token = RefCell::new(target.credentials.token.clone());
        Self {
            target,
            clock,
            agent,
            token,
            gateway: OnceCell::new(),
        }
    }
    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    /// `{project_id}` of the paths.
    pub fn project(&self) -> &str {
        &self.target.project
    }
    /// A management call; its answer, if it is not a refusal.
    pub fn manage(&self, method: &str, path: &str, query: &str, body: Body) -> Outcome<Answer> {
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
                    "used the credentials of {}; `adyton login` saves others",
                    self.target.said
                )),
                _ => failure,
            })
    }
    fn get<T: DeserializeOwned>(&self, path: &str, query: &str) -> Outcome<T> {
        self.manage("GET", path, query, Body::Empty)?.read()
    }
    fn post<T: DeserializeOwned>(&self, path: &str, document: &impl Serialize) -> Outcome<T> {
        self.manage("POST", path, "", json(document)?)?.read()
    }
    fn put<T: DeserializeOwned>(&self, path: &str, document: &impl Serialize) -> Outcome<T> {
        self.manage("PUT", path, "", json(document)?)?.read()
    }
    fn delete<T: DeserializeOwned>(&self, path: &str) -> Outcome<T> {
        self.manage("DELETE", path, "", Body::Empty)?.read()
    }
    /// A token: the context's, or one that is got now.
    pub fn token(&self) -> Outcome<Secret<String>> {
        if let Some(token) = self.token.borrow().as_ref() {
            return Ok(token.clone());
        }
        let Some(known) = &self.target.credentials.password else {
            return Err(self.no_token());
        };
        let scope = TokenScope::project(&known.project_id);
        let got = self.sign_in(&known.user, Some(&known.domain), &known.password, Some(scope))?;
        *self.token.borrow_mut() = Some(got.token.clone());
        Ok(got.token)
    }
    /// `POST /v3/auth/tokens` with a password; without a domain, in the only one that the server has.
    pub fn sign_in(
        &self,
        user: &str,
        domain: Option<&str>,
        password: &Secret<String>,
        scope: Option<TokenScope>,
    ) -> Outcome<SignedIn> {
        let user = PasswordUser {
            id: None,
            name: Some(user.to_owned()),
            domain: domain.map(NamedRef::name),
            password: password.expose().clone(),
        };
        let identity = TokenIdentity {
            methods: vec!["password".to_owned()],
            password: Some(PasswordMethod { user }),
            token: None,
        };
        self.token_for(identity, scope)
    }
    /// A token for a project, for another token. It ends when that would.
    fn sign_in_elsewhere(&self, token: &Secret<String>, project: &str) -> Outcome<SignedIn> {
        let identity = TokenIdentity {
            methods: vec!["token".to_owned()],
            password: None,
            token: Some(TokenMethod {
                id: token.expose().clone(),
            }),
        };
        self.token_for(identity, Some(TokenScope::project(project)))
    }
    /// `POST /v3/auth/tokens` with a password, for the project.
    pub fn sign_in_here(
        &self,
        user: &str,
        domain: Option<&str>,
        password: &Secret<String>,
    ) -> Outcome<SignedIn> {
        self.sign_in(user, domain, password, Some(TokenScope::project(self.project())))
    }
    /// A token of the caller for the project, which nobody else has. One that is got for another token ends when that does.
    pub fn new_token(&self) -> Outcome<SignedIn> {
        let credentials = &self.target.credentials;
        match (&credentials.password, &credentials.token) {
            (Some(known), _) => self.sign_in_here(&known.user, Some(&known.domain), &known.password),
            (None, Some(token)) => self.sign_in_elsewhere(token, self.project()),
            (None, None) => Err(self.no_token()),
        }
    }
    fn no_token(&self) -> Failure {
        Failure::wrong_use(format!(
            "{} has an access key but no password, so it cannot get a token",
            self.target.said
        ))
        .hint("run `adyton login --user NAME` to get one and save it, or `adyton token create --user NAME` to print one")
    }
    /// What a token says.
    pub fn token_shown(&self, token: &Secret<String>) -> Outcome<TokenAnswer> {
        self.of_token("GET", "nocatalog=true", token)?.read()
    }
    /// Revokes a token of the caller, or of somebody whom they may manage.
    pub fn revoke_token(&self, token: &Secret<String>) -> Outcome {
        self.of_token("DELETE", "", token).map(drop)
    }
    fn of_token(&self, method: &str, query: &str, token: &Secret<String>) -> Outcome<Answer> {
        let request = Request {
            method,
            address: &self.target.control,
            path: "/v3/auth/tokens",
            query,
            headers: vec![("X-Subject-Token".to_owned(), token.expose().clone())],
            body: Body::Empty,
        };
        let shown = match &self.target.credentials.keys {
            Some(keys) => Shown::Signed(keys),
            None => Shown::Token(token),
        };
        self.send(request, &shown)?.ok(Asked::Control)
    }
    /// Revokes a token, which is all that is known of its holder.
    pub fn sign_out(&self, token: &Secret<String>) -> Outcome {
        let request = Request {
            method: "DELETE",
            address: &self.target.control,
            path: "/v3/auth/tokens",
            query: "",
            headers: vec![("X-Subject-Token".to_owned(), token.expose().clone())],
            body: Body::Empty,
        };
        self.send(request, &Shown::Token(token))?
            .ok(Asked::Control)
            .map(drop)
    }
    /// The same server and caller in another project: its id or name.
    pub fn in_project(mut self, said: &str) -> Outcome<Self> {
        let project = match ProjectId::parse(said.as_bytes()) {
            Some(id) => id.to_string(),
            None => lookup::project(&self, said)?.id,
        };
        if self.target.credentials.keys.is_none()
            && let Some(token) = self.target.credentials.token.clone()
        {
            let token = self.sign_in_elsewhere(&token, &project)?.token;
            self.target.credentials.token = Some(token);
        }
        if let Some(password) = &mut self.target.credentials.password {
            password.project_id.clone_from(&project);
        }
        self.target.project = project;
        Ok(Self::new(self.target, self.clock))
    }
    fn token_for(&self, identity: TokenIdentity, scope: Option<TokenScope>) -> Outcome<SignedIn> {
        let wanted = TokenRequest {
            auth: TokenAuth { identity, scope },
        };
        let request = Request {
            method: "POST",
            address: &self.target.control,
            path: "/v3/auth/tokens",
            query: "nocatalog=true",
            headers: Vec::new(),
            body: json(&wanted)?,
        };
        let answer = self.send(request, &Shown::Nobody)?.ok(Asked::Control)?;
        let token = answer
            .header("x-subject-token")
            .map(str::to_owned)
            .ok_or_else(|| Failure::failed(format!("{} answered without `X-Subject-Token`", answer.asked)))?;
        Ok(SignedIn {
            token: Secret::new(token),
            expires_at: answer.read::<TokenAnswer>()?.token.expires_at,
        })
    }
    /// Sends a request as it is, whatever the answer.
    pub fn send(&self, request: Request<'_>, shown: &Shown<'_>) -> Outcome<Answer> {
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
            .map_err(|error| Failure::failed(format!("{asked}: the response was cut off: {error}")))?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            asked,
        })
    }
}

/// A JSON body.
fn json(document: &impl Serialize) -> Outcome<Body> {
    let text = serde_json::to_vec(document).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(Body::Bytes(text, "application/json".to_owned()))
}

fn agent(target: &Target) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .user_agent(concat!("adyton/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT_TIME))
        .timeout_recv_response(Some(ANSWER_TIME));
    // A proxy of the environment is for other machines.
    let config = if target.control.is_local() {
        config.proxy(None)
    } else {
        config
    };
    let config = match &target.authorities {
        Some(authorities) => config.tls_config(TlsConfig::builder().root_certs(authorities.roots()).build()),
        None => config,
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
        ureq::Error::ConnectionFailed => Failure::failed(format!("cannot connect to {address}"))
            .fact(asked)
            .hint(start),
        ureq::Error::HostNotFound => Failure::failed(format!("cannot resolve the host name in {address}"))
            .fact(asked)
            .hint("check the address"),
        ureq::Error::Timeout(step) => Failure::failed(format!("{address} did not answer in time ({step})"))
            .fact(asked)
            .hint("`adyton doctor` checks the server"),
        other if other.to_string().to_lowercase().contains("certificate") => {
            Failure::failed(format!("the certificate of {address} is not trusted: {other}"))
                .fact(asked)
                .hint("trust a private authority with `adyton login --ca-file FILE`, or ADYTON_CA_FILE")
        }
        other => Failure::failed(format!("{asked}: {other}")),
    }
}
