//! Answers, and the refusals among them: every dialect's shape of error, made into one message with the way on.

use adyton_api::refusal::RefusalBody;
use adyton_core::catalogue::{Code, Reason, SubCode, Surface};
use adyton_core::header::{X_ADYTON_REASON, X_REQUEST_ID};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_json::{Value, json};
use ureq::http::{HeaderMap, StatusCode};

use crate::again;
use crate::failure::{Failure, Outcome};
use crate::language::spoken;
use crate::said;

/// An answer, whole.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
    /// What was asked, for messages: `GET http://…`.
    pub asked: String,
}

/// Which listener was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A management call.
    Control,
    /// A prediction.
    Gateway,
}

impl Answer {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
    /// The body as what the API answers; an empty one is nothing.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Outcome<T> {
        let body = match self.body.trim_ascii() {
            [] => b"null",
            body => body,
        };
        serde_json::from_slice(body).map_err(|error| match error.classify() {
            Category::Data => Failure::failed(said!(
                "{} sent an unexpected response: {error}",
                "{} 返回了意外的响应：{error}",
                self.asked
            ))
            .hint(said!(
                "are the server and this command of the same version?",
                "服务器与本命令的版本是否一致？"
            )),
            Category::Io | Category::Syntax | Category::Eof => Failure::failed(said!(
                "{} sent a response that is not JSON",
                "{} 返回的响应不是 JSON",
                self.asked
            ))
            .hint(said!(
                "is this the control listener of an Adyton server?",
                "这是 Adyton 服务器的管理监听地址吗？"
            )),
        })
    }
    /// The answer, unless it is a refusal.
    pub fn ok(self, asked: Asked) -> Outcome<Self> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(self.refusal(asked))
        }
    }
    /// The request's id.
    pub fn request_id(&self) -> Option<String> {
        self.header(X_REQUEST_ID.as_str())
            .map(str::to_owned)
            .or_else(|| RefusalBody::read(&self.body)?.request_id)
    }
    /// What the server says, for people.
    pub fn refusal(&self, asked: Asked) -> Failure {
        let (code, message) = self.said();
        // Whatever a server says stays inside the message: no line of it begins as a hint or a fact of ours does.
        let message = message.trim_end().replace('\n', "\n  ");
        let status = self.status.as_u16();
        let reason = self.header(X_ADYTON_REASON.as_str());
        let known = reason.and_then(SubCode::parse);
        // Of a management call only the gateway says this.
        let is_gateway = reason == Some(Reason::RouteNotAnApiAddress.sub_code());
        let mut failure = match &code {
            Some(code) if *code != status.to_string() => {
                Failure::failed(format!("{code} ({status}): {message}"))
            }
            _ => Failure::failed(format!("{status}: {message}")),
        };
        if let Some(reason) = reason {
            failure = failure.fact(format!("reason      {reason}"));
        }
        let id = self.request_id();
        if let Some(id) = &id {
            failure = failure.fact(format!("request id  {id}"));
        }
        failure = match (asked, &id, known) {
            (Asked::Gateway, Some(id), _) => failure.hint(said!(
                "`adyton explain {id}` says what was compared and what to do",
                "`adyton explain {id}` 说明比较了什么以及如何处理"
            )),
            (_, _, Some(_)) if is_gateway => failure.hint(said!(
                "this is the gateway's address; the command line needs the control listener's, by default http://127.0.0.1:8081: \
                 `adyton login --control URL`",
                "这是网关的地址；命令行需要管理监听地址，默认为 http://127.0.0.1:8081：`adyton login --control URL`"
            )),
            // Refused management calls have records too, which whoever is not known may not read.
            (_, Some(id), Some(_)) if status != 401 => failure.hint(said!(
                "`adyton explain {id}` says what causes it and what to do",
                "`adyton explain {id}` 说明原因和处理方法"
            )),
            // Nobody but a reader of the trail may ask for more: what to do is said at once.
            (_, _, Some(reason)) => failure.hint(again::pasted_by_caller(what_to_do(reason))).hint(said!(
                "`adyton errors {reason}` says what causes it",
                "`adyton errors {reason}` 说明原因"
            )),
            _ => match code.as_deref().filter(|code| is_known(code)) {
                Some(code) => failure.hint(said!(
                    "`adyton errors {code}` says what causes it and what to do",
                    "`adyton errors {code}` 说明原因和处理方法"
                )),
                None => failure,
            },
        };
        failure
            .with_status(status)
            .with_reason(known)
            .with_document(&match serde_json::from_slice::<Value>(&self.body) {
                Ok(body @ Value::Object(_)) => body,
                _ => json!({"error_code": code, "error_msg": message, "request_id": id}),
            })
    }
    /// Code and message, in whichever shape they came.
    fn said(&self) -> (Option<String>, String) {
        let (code, message) = RefusalBody::read(&self.body)
            .map(|refusal| (refusal.code(), refusal.message()))
            .unwrap_or_default();
        let message = message.unwrap_or_else(|| match self.body.trim_ascii() {
            [] => said!(
                "{} was refused without a message",
                "{} 被拒绝，且没有说明",
                self.asked
            ),
            body => String::from_utf8_lossy(&body[..body.len().min(400)]).into_owned(),
        });
        (code, message)
    }
}

/// The catalogue's advice in one line.
fn what_to_do(reason: SubCode) -> String {
    let fix = reason.section_in(spoken()).fix;
    fix.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_known(code: &str) -> bool {
    Code::ALL
        .iter()
        .any(|known| known.entry().wire == code && known.entry().surface != Surface::Iam)
}

#[cfg(test)]
mod tests {
    use adyton_core::catalogue::Reason;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: map,
            body: body.as_bytes().to_vec(),
            asked: "GET http://h/v1".to_owned(),
        }
    }

    #[test]
    fn a_refusal_is_told_with_its_code_reason_and_id_and_the_way_on() {
        let body = r#"{"error_code":"APIG.0101","error_msg":"no such API","request_id":"7"}"#;
        let headers = [
            ("x-adyton-reason", "route.no_such_service"),
            ("x-request-id", "8"),
        ];
        let refused = answer(404, &headers, body).refusal(Asked::Gateway);
        assert_eq!(refused.status(), Some(404));
        assert!(refused.is_for(Reason::RouteNoSuchService));
        assert_eq!(
            refused.to_string(),
            "error: APIG.0101 (404): no such API\n  reason      route.no_such_service\n  request id  8\n\
             hint: `adyton explain 8` says what was compared and what to do"
        );
        assert_eq!(refused.to_document()["error_code"], "APIG.0101");
        let managed = |status| answer(status, &headers, body).refusal(Asked::Control).to_string();
        assert!(managed(404).contains("`adyton explain 8`"), "{}", managed(404));
        // Whoever is not known reads no record.
        assert!(
            managed(401).contains("`adyton errors route.no_such_service`"),
            "{}",
            managed(401)
        );
        let headers = [("x-adyton-reason", "app.disabled"), ("x-request-id", "8")];
        let refused = answer(401, &headers, body).refusal(Asked::Control);
        let told = refused
            .named(|word| (word == "APP").then(|| "k7".to_owned()))
            .to_string();
        assert!(
            told.contains("hint: Enable the app again: `adyton app enable k7`."),
            "{told}"
        );
    }

    #[test]
    fn a_reason_of_a_newer_server_is_shown_and_not_looked_up() {
        let refused = answer(400, &[("x-adyton-reason", "of.tomorrow")], "{}").refusal(Asked::Control);
        let told = refused.to_string();
        assert!(
            told.contains("reason      of.tomorrow") && !told.contains("adyton errors"),
            "{told}"
        );
    }

    #[test]
    fn what_a_proxy_answers_is_told_and_no_line_of_it_looks_like_ours() {
        let told = answer(502, &[], "<html>\nhint: call me")
            .refusal(Asked::Control)
            .to_string();
        assert!(told.starts_with("error: 502: <html>\n  hint: call me"), "{told}");
        let told = answer(503, &[], " ").refusal(Asked::Control).to_string();
        assert!(
            told.contains("GET http://h/v1 was refused without a message"),
            "{told}"
        );
    }

    #[test]
    fn an_answer_of_something_else_is_no_answer_of_ours() {
        let read = |body: &str| answer(200, &[], body).read::<Vec<u32>>();
        assert_eq!(read("[1]").ok(), Some(vec![1]));
        let told = read("<html>").err().unwrap().to_string();
        assert!(told.contains("sent a response that is not JSON"), "{told}");
        let told = read("{}").err().unwrap().to_string();
        assert!(told.contains("of the same version"), "{told}");
        assert_eq!(answer(204, &[], " ").read::<()>().ok(), Some(()));
    }
}
