//! A caller: sends one request over a socket of its own and gives back all of the answer.

use std::net::SocketAddr;

use adyton_core::clock::Clock;
use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use adyton_sign::{Outgoing, OutgoingBody, sign};
use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// How a caller shows who they are.
#[derive(Clone)]
pub(crate) enum Credential {
    Nothing,
    Token(String),
    Key { access: String, secret: String },
}

/// Somebody who asks the control plane.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) address: SocketAddr,
    pub(crate) credential: Credential,
    pub(crate) clock: Clock,
    pub(crate) extra: Vec<(String, String)>,
}

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("not JSON: {} {:?}", self.status, self.body))
    }
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }
    /// The JSON of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        if self.body.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }
    /// A refusal with this status, wire code and sub-code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str, reason: &str) -> String {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        assert_eq!(
            (self.status.as_u16(), self.header("x-adyton-reason").as_str()),
            (status, reason),
            "{text}"
        );
        let json = self.json();
        let keystone = &json["error"];
        if keystone.is_object() {
            assert_eq!(keystone["code"], status, "{text}");
            if code.starts_with("IAM.") {
                assert_eq!(json["error_code"], code, "{text}");
            }
            return keystone["message"].as_str().unwrap().to_owned();
        }
        assert_eq!(json["error_code"], code, "{text}");
        assert_eq!(json["request_id"], self.header("x-request-id"), "{text}");
        json["error_msg"].as_str().unwrap().to_owned()
    }
}

impl Caller {
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut caller = self.clone();
        caller.extra.push((name.to_owned(), value.to_owned()));
        caller
    }
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, Bytes::new()).await
    }
    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, Bytes::new()).await
    }
    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, body.to_string()).await
    }
    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, body.to_string()).await
    }
    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, body.to_string()).await
    }
    /// Sends a request.
    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Bytes>) -> Answer {
        let body = body.into();
        let headers = self.headers(method, path, &body);
        self.raw(method, path, headers, body).await
    }
    /// The headers of a request. AK/SK sign the body, as the official signer does for JSON.
    pub(crate) fn headers(&self, method: &str, path: &str, body: &[u8]) -> Vec<(String, String)> {
        let own = |name: &str| {
            self.extra
                .iter()
                .any(|(extra, _)| extra.eq_ignore_ascii_case(name))
        };
        let mut headers = self.extra.clone();
        if !own("content-type") {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        let host = ("Host".to_owned(), self.address.to_string());
        match &self.credential {
            Credential::Nothing if own("host") => {}
            Credential::Nothing => headers.push(host),
            Credential::Token(token) => {
                if !own("host") {
                    headers.push(host);
                }
                headers.push(("X-Auth-Token".to_owned(), token.clone()));
            }
            Credential::Key { access, secret } => {
                let (path, query) = path.split_once('?').unwrap_or((path, ""));
                let outgoing = Outgoing {
                    method,
                    path,
                    query,
                    host: &self.address.to_string(),
                    headers: &headers,
                    body: OutgoingBody::Hashed(Sha256::of(body)),
                };
                let signed = sign(&outgoing, access, &Secret::new(secret.clone()), self.clock.now()).unwrap();
                headers.extend(signed.headers);
            }
        }
        headers
    }
    /// Sends exactly this.
    pub(crate) async fn raw(
        &self,
        method: &str,
        path: &str,
        headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Answer {
        let socket = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
            .await
            .unwrap();
        let running = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let answer = sender
            .send_request(request.body(Full::new(body)).unwrap())
            .await
            .unwrap();
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        drop(sender);
        let _ = running.await;
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}
