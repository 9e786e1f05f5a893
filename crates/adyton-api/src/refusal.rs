//! Refusals, as whoever calls reads them: every API has a shape of its own, and proxies in between have others.

use serde::Deserialize;

/// A refusal in any of the shapes: API Gateway's and ModelArts' (`error_code`), ModelArts' of predictions (`erno`), Keystone's
/// (`error`, with a code that is a number).
#[derive(Deserialize)]
pub struct RefusalBody {
    error: Option<Box<RefusalBody>>,
    error_code: Option<Word>,
    erno: Option<Word>,
    code: Option<Word>,
    error_msg: Option<String>,
    msg: Option<String>,
    message: Option<String>,
    title: Option<String>,
    /// The id of the request, where the body names it.
    pub request_id: Option<String>,
}

/// A code: a text, or the number of a status.
#[derive(Deserialize)]
#[serde(untagged)]
enum Word {
    Text(String),
    Number(i64),
}

impl RefusalBody {
    /// The refusal that a body is, if it is one.
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
    /// The code, as a text.
    pub fn code(&self) -> Option<String> {
        let inner = self.innermost();
        let code = [&inner.error_code, &inner.erno, &inner.code]
            .into_iter()
            .flatten()
            .next()?;
        Some(match code {
            Word::Text(text) => text.clone(),
            Word::Number(number) => number.to_string(),
        })
    }
    /// What is wrong, for people.
    pub fn message(&self) -> Option<String> {
        let inner = self.innermost();
        [&inner.error_msg, &inner.msg, &inner.message, &inner.title]
            .into_iter()
            .flatten()
            .next()
            .cloned()
    }
    fn innermost(&self) -> &Self {
        self.error.as_deref().unwrap_or(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_has_a_code_and_a_message() {
        for (body, code, message) in [
            (
                r#"{"error_code":"APIG.0101","error_msg":"no such API","request_id":"7"}"#,
                Some("APIG.0101"),
                Some("no such API"),
            ),
            (
                r#"{"erno":"ModelArts.4302","msg":"refused"}"#,
                Some("ModelArts.4302"),
                Some("refused"),
            ),
            (
                r#"{"error":{"code":401,"message":"not you","title":"Unauthorized"}}"#,
                Some("401"),
                Some("not you"),
            ),
            (
                r#"{"error":{"code":404,"message":"no","title":"Not Found"},"error_code":"IAM.0001","error_msg":"no"}"#,
                Some("404"),
                Some("no"),
            ),
            (r#"{"title":"Bad Gateway"}"#, None, Some("Bad Gateway")),
            ("{}", None, None),
        ] {
            let refusal = RefusalBody::read(body.as_bytes()).unwrap();
            assert_eq!(refusal.code().as_deref(), code, "{body}");
            assert_eq!(refusal.message().as_deref(), message, "{body}");
        }
    }

    #[test]
    fn what_is_no_object_is_no_refusal() {
        for body in ["", "<html>", "[1]", r#"{"error":"text: a string is needed"}"#] {
            assert!(RefusalBody::read(body.as_bytes()).is_none(), "{body}");
        }
    }
}
