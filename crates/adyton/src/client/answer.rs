//! Answers, and the refusals among them: every dialect's shape of error, made into one message with the way on.

use adyton_core::catalogue::{Code, Plane, Reason};
use serde_json::{Value, json};
use ureq::http::{HeaderMap, StatusCode};

use crate::failure::{Failure, Outcome};

/// An answer, whole.
pub(crate) struct Answer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Vec<u8>,
    /// What was asked, for messages: `GET http://…`.
    pub(crate) asked: String,
}

/// Which listener was asked: only the gateway keeps records that `explain` reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Asked {
    /// A management call.
    Control,
    /// A prediction.
    Gateway,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
    /// The body as JSON, `null` when it is empty.
    pub(crate) fn json(&self) -> Outcome<Value> {
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).map_err(|_| {
            Failure::failed(format!("{} answered something that is not JSON", self.asked))
                .hint("is this the control listener of an Adyton server?")
        })
    }
    /// The answer, unless it is a refusal.
    pub(crate) fn ok(self, asked: Asked) -> Outcome<Self> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(self.refusal(asked))
        }
    }
    /// The request's id.
    pub(crate) fn request_id(&self) -> Option<String> {
        let body = || serde_json::from_slice::<Value>(&self.body).ok();
        self.header("x-request-id")
            .map(str::to_owned)
            .or_else(|| body()?.get("request_id")?.as_str().map(str::to_owned))
    }
    /// What the server says, for people.
    pub(crate) fn refusal(&self, asked: Asked) -> Failure {
        let (code, message) = self.said();
        // Whatever a server says stays inside the message: no line of it begins as a hint or a fact of ours does.
        let message = message.trim_end().replace('\n', "\n  ");
        let status = self.status.as_u16();
        let reason = self.header("x-adyton-reason").map(str::to_owned);
        let mut failure = match &code {
            Some(code) if *code != status.to_string() => {
                Failure::failed(format!("{code} ({status}): {message}"))
            }
            _ => Failure::failed(format!("{status}: {message}")),
        };
        if let Some(reason) = &reason {
            failure = failure.fact(format!("reason      {reason}"));
        }
        let id = self.request_id();
        if let Some(id) = &id {
            failure = failure.fact(format!("request id  {id}"));
        }
        failure = match (asked, &id, &reason) {
            (Asked::Gateway, Some(id), _) => failure.hint(format!(
                "`adyton explain {id}` says what was compared and what to do"
            )),
            (_, _, Some(reason)) if Reason::parse(reason).is_some() => failure.hint(format!(
                "`adyton errors {reason}` says what causes it and what to do"
            )),
            _ => match code.as_deref().filter(|code| is_known(code)) {
                Some(code) => failure.hint(format!(
                    "`adyton errors {code}` says what causes it and what to do"
                )),
                None => failure,
            },
        };
        failure
            .with_status(status)
            .with_document(match serde_json::from_slice::<Value>(&self.body) {
                Ok(body @ Value::Object(_)) => body,
                _ => json!({"error_code": code, "error_msg": message, "request_id": id}),
            })
    }
    /// Code and message, in whichever shape they came.
    fn said(&self) -> (Option<String>, String) {
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let body = serde_json::from_slice::<Value>(&self.body).unwrap_or(Value::Null);
        let inner = body
            .get("error")
            .filter(|inner| inner.is_object())
            .unwrap_or(&body);
        let code = ["error_code", "erno", "code"]
            .iter()
            .find_map(|name| text(inner.get(name)));
        let message = ["error_msg", "msg", "message", "title"]
            .iter()
            .find_map(|name| text(inner.get(name)));
        let message = message.unwrap_or_else(|| match self.body.trim_ascii() {
            [] => format!("{} was refused without a message", self.asked),
            body => String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned(),
        });
        (code, message)
    }
}

fn is_known(code: &str) -> bool {
    Code::ALL
        .iter()
        .any(|known| known.entry().wire == code && known.entry().plane != Plane::Iam)
}
