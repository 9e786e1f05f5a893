//! The command line as a client: finds the server, signs, sends, and makes refusals readable.
//!
//! - [`server_access`]: which server, and as whom; [`access_sources`]: where that is looked for; [`contexts`]: where it is kept.
//! - [`answer`]: answers and refusals.
//! - [`modelarts`], [`apig`], [`iam`], [`adyton`]: what each API is asked, one function a question; what they answer has a type.
//! - `tokens`: signing in and out; [`lookup`]: ids from names; [`upload`]: a model package on its way; [`wait`]: until something is ready.
//!
//! What must hold: only the public HTTP interfaces are used, as any client would; a secret is never printed.

pub mod access_sources;
pub mod address;
mod adyton;
pub mod answer;
mod apig;
pub mod authorities;
pub mod bootstrap;
pub mod contexts;
mod events;
mod iam;
pub mod lookup;
mod modelarts;
pub mod multipart;
mod pages;
pub mod request;
pub mod server_access;
pub mod service_call;
mod tokens;
pub mod upload;
pub mod wait;

use std::cell::{OnceCell, RefCell};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::secret::Secret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::Agent;
use ureq::tls::TlsConfig;

pub use self::iam::RoleScope;
pub use self::modelarts::ModelFilter;
pub use self::request::{Body, Request, Shown, digest_of_file, encoded};
pub use self::tokens::SignedIn;

use self::address::Address;
use self::answer::{Answer, Asked};
use self::server_access::ServerAccess;
use crate::failure::{Failure, Outcome};
use crate::language::spoken;
use crate::said;

/// The largest answer that is taken, in bytes.
const ANSWER_MAX: u64 = 1 << 30;
/// How long a server may take to accept a connection.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long a server may take to answer; a prediction's own limit is 40 s by default.
const ANSWER_TIME: Duration = Duration::from_secs(300);

/// Sends requests to one server as one caller.
pub struct Client {
    /// The server, and who calls.
    pub server: ServerAccess,
    clock: Clock,
    agent: Agent,
    /// A token that was got with the password.
    token: RefCell<Option<Secret<String>>>,
    /// Where the project's gateway is managed, once it was asked for.
    gateway: OnceCell<String>,
}

impl Client {
    /// A client of this server.
    pub fn new(server: ServerAccess, clock: Clock) -> Self {
        let agent = agent(&server);
        let token = RefCell::new(server.credentials.token.clone());
        Self {
            server,
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
        &self.server.project
    }
    /// A management call; its answer, if it is not a refusal.
    pub fn manage(&self, method: &str, path: &str, query: &str, body: Body) -> Outcome<Answer> {
        let answer = self.as_caller(method, path, query, body, |request, shown| {
            self.send(request, shown)
        })?;
        self.accepted(answer)
    }
    /// What becomes of a management request that shows who calls.
    fn as_caller<T>(
        &self,
        method: &str,
        path: &str,
        query: &str,
        body: Body,
        send: impl FnOnce(Request<'_>, &Shown<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let request = Request {
            method,
            address: &self.server.control,
            path,
            query,
            headers: vec![
                ("X-Project-Id".to_owned(), self.server.project.clone()),
                ("Accept-Language".to_owned(), spoken().tag().to_owned()),
            ],
            body,
        };
        match &self.server.credentials.keys {
            Some(keys) => send(request, &Shown::Signed(keys)),
            None => {
                let token = self.token()?;
                send(request, &Shown::Token(&token))
            }
        }
    }
    /// A refusal with the caller's own names in its advice.
    fn named(&self, failure: Failure) -> Failure {
        let known = &self.server.credentials;
        failure.named(|word| match word {
            "AK" => Some(known.keys.as_ref()?.access.clone()),
            "USER" => Some(known.password.as_ref()?.user.clone()),
            _ => None,
        })
    }
    /// An answer, if it is not a refusal. Of one for the credentials, it is said which they were.
    fn accepted(&self, answer: Answer) -> Outcome<Answer> {
        answer
            .ok(Asked::Control)
            .map_err(|failure| match failure.status() {
                Some(401) => self.named(failure).hint(said!(
                    "used the credentials of {}; `adyton login` saves others",
                    "使用了 {} 的凭证；用 `adyton login` 可以保存其他凭证",
                    self.server.said
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
    /// Sends a request as it is, whatever the answer.
    pub fn send(&self, request: Request<'_>, shown: &Shown<'_>) -> Outcome<Answer> {
        let (asked, head, mut body) = self.open(request, shown)?;
        let body = body
            .with_config()
            .limit(ANSWER_MAX)
            .read_to_vec()
            .map_err(|error| {
                Failure::failed(said!(
                    "{asked}: the response was cut off: {error}",
                    "{asked}：响应不完整：{error}"
                ))
            })?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            asked,
        })
    }
    /// The same with where it is said that this is the server.
    fn sourced(&self, failure: Failure, address: &Address) -> Failure {
        match self.server.said.as_str() {
            // Of a login the address is in the command, or in the context that it is for.
            "login" => failure,
            said if *address == self.server.control => failure.fact(format!("source  {said}")),
            _ => failure,
        }
    }
    /// Sends a request; what was asked, and the head of the answer and its body, of which nothing has been read.
    fn open(
        &self,
        request: Request<'_>,
        shown: &Shown<'_>,
    ) -> Outcome<(String, ureq::http::response::Parts, ureq::Body)> {
        let address = request.address;
        let asked = format!("{} {address}{}", request.method, request.path);
        let sent = request.prepare(shown, self.clock.now())?;
        let answer = self.agent.run(sent).map_err(|error| {
            self.sourced(
                unreachable(&asked, address, *address == self.server.control, &error),
                address,
            )
        })?;
        let (head, body) = answer.into_parts();
        Ok((asked, head, body))
    }
}

/// A JSON body.
fn json(document: &impl Serialize) -> Outcome<Body> {
    let text = serde_json::to_vec(document).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(Body::Bytes(text, "application/json".to_owned()))
}

fn agent(server: &ServerAccess) -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .max_redirects(0)
        .user_agent(concat!("adyton/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT_TIME))
        .timeout_recv_response(Some(ANSWER_TIME));
    // A proxy of the environment is for other machines.
    let config = if server.control.is_local() {
        config.proxy(None)
    } else {
        config
    };
    let config = match &server.authorities {
        Some(authorities) => config.tls_config(TlsConfig::builder().root_certs(authorities.roots()).build()),
        None => config,
    };
    Agent::new_with_config(config.build())
}

/// What went wrong on the way, and what to look at.
fn unreachable(asked: &str, address: &Address, is_control: bool, error: &ureq::Error) -> Failure {
    let (start, name) = match is_control {
        true => (
            said!(
                "start the server with `adyton serve`, or name another one with `adyton login --control URL`",
                "用 `adyton serve` 启动服务器，或用 `adyton login --control URL` 指定另一台"
            ),
            said!(
                "check the name, or sign in by another address: `adyton login --control URL`",
                "请检查名称，或用其他地址登录：`adyton login --control URL`"
            ),
        ),
        // The server is there: it has told where the service is to be called.
        false => (
            said!(
                "`adyton doctor` on the server's machine checks its gateway; to call services at another address than the one that the server \
                 prints, run `adyton login --gateway URL`",
                "在服务器所在的机器上执行 `adyton doctor` 检查其网关；要在服务器给出的地址以外调用服务，请执行 `adyton login --gateway URL`"
            ),
            said!(
                "the server prints this name (`gateway.public_url`); where it is not known, call services at another address: \
                 `adyton login --gateway URL`",
                "该名称由服务器给出（`gateway.public_url`）；如果此处无法解析，请改用其他地址调用服务：`adyton login --gateway URL`"
            ),
        ),
    };
    if let Some(said) = of_tls(error) {
        return insecure(asked, address, said);
    }
    match error {
        ureq::Error::Io(io) if io.kind() == std::io::ErrorKind::ConnectionRefused => Failure::failed(said!(
            "nothing listens at {address} (connection refused)",
            "{address} 上没有服务在监听（连接被拒绝）"
        ))
        .fact(asked)
        .hint(start),
        ureq::Error::ConnectionFailed => {
            Failure::failed(said!("cannot connect to {address}", "无法连接到 {address}"))
                .fact(asked)
                .hint(start)
        }
        ureq::Error::HostNotFound => Failure::failed(said!(
            "cannot resolve the host name in {address}",
            "无法解析 {address} 中的主机名"
        ))
        .fact(asked)
        .hint(name),
        ureq::Error::Timeout(step) => Failure::failed(said!(
            "{address} did not answer in time ({step})",
            "{address} 未及时响应（{step}）"
        ))
        .fact(asked)
        .hint(said!(
            "`adyton doctor` checks the server",
            "`adyton doctor` 可以检查服务器"
        )),
        // The standard library gives what the resolver says no type.
        other if other.to_string().contains("lookup address information") => Failure::failed(said!(
            "cannot resolve the host name in {address}",
            "无法解析 {address} 中的主机名"
        ))
        .fact(asked)
        .hint(name),
        other => Failure::failed(format!("{asked}: {other}")),
    }
}

/// What TLS says, also where the connection passes it on as an error of reading or writing.
fn of_tls(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Rustls(said) => Some(said),
        ureq::Error::Io(io) => io.get_ref()?.downcast_ref(),
        _ => None,
    }
}

/// What went wrong with TLS.
fn insecure(asked: &str, address: &Address, error: &rustls::Error) -> Failure {
    use rustls::{Error, InvalidMessage};
    match error {
        Error::InvalidCertificate(_) | Error::NoCertificatesPresented => Failure::failed(said!(
            "the certificate of {address} is not trusted: {error}",
            "{address} 的证书不受信任：{error}"
        ))
        .fact(asked)
        .hint(said!(
            "trust a private authority with `adyton login --ca-file FILE`, or ADYTON_CA_FILE",
            "用 `adyton login --ca-file FILE` 或 ADYTON_CA_FILE 信任私有 CA"
        )),
        // What TLS says where plain HTTP is spoken.
        Error::InvalidMessage(InvalidMessage::InvalidContentType) => Failure::failed(said!(
            "{address} does not speak TLS",
            "{address} 没有使用 TLS"
        ))
        .fact(asked)
        .hint(said!(
            "write `http://` in place of `https://`; TLS is spoken by a proxy in front, at an address of its own",
            "请将 `https://` 改为 `http://`；TLS 由前置代理在其自身的地址上提供"
        )),
        other => Failure::failed(format!("{asked}: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_not_the_control_listener_s_is_changed_as_the_gateway_s() {
        let address = Address::parse("https://models.example.com", "test").unwrap();
        for error in [ureq::Error::HostNotFound, ureq::Error::ConnectionFailed] {
            for (is_control, right, wrong) in [
                (true, "--control", "--gateway"),
                (false, "--gateway", "--control"),
            ] {
                let told = unreachable("POST /", &address, is_control, &error).to_string();
                assert!(told.contains(right) && !told.contains(wrong), "{told}");
            }
        }
    }
}
