//! The query and the body of a call, read into types. What does not fit is told with the field that it concerns.

use adyton_core::event_cause::cause_in;
use adyton_core::language::{Bilingual, Language, both};
use bytes::Bytes;
use http::{HeaderMap, Uri, header};
use serde::de::DeserializeOwned;

use crate::failure::{Failure, OperationResult};
use crate::objects::Objects;

mod wording;

/// The query and the whole body of a management call.
pub(crate) struct Payload {
    uri: Uri,
    body: Bytes,
    /// Whether a web page could have sent it as JSON unnoticed: nothing in the head was asked for, and it is said to be
    /// something else.
    is_suspect: bool,
}

impl Payload {
    /// Of a request whose body was read.
    pub(crate) fn new(uri: Uri, body: Bytes) -> Self {
        Self {
            uri,
            body,
            is_suspect: false,
        }
    }
    /// The same, of a call that anybody may make. Without credentials in the head it must say that its body is JSON: then a
    /// browser asks this server before it sends what a page of another origin has made, and gets no leave.
    pub(crate) fn open_to_all(mut self, headers: &HeaderMap) -> Self {
        let shows_credentials =
            headers.contains_key("x-auth-token") || headers.contains_key(header::AUTHORIZATION);
        self.is_suspect = !shows_credentials && !is_json(headers);
        self
    }
    /// The whole body.
    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }
    /// The address.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }
    /// The body as JSON. An empty one is told as such, because that is a common mistake of scripts.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> OperationResult<T> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Err(Failure::Malformed(both!(
                "the body is empty; JSON is expected",
                "请求体为空；应为 JSON"
            )));
        }
        if self.is_suspect {
            return Err(Failure::MediaType);
        }
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        let value = serde_path_to_error::deserialize(Objects(&mut reader)).map_err(|error| {
            let path = error.path().to_string();
            let inner = error.into_inner();
            match inner.classify() {
                serde_json::error::Category::Data => {
                    let problem = inner.to_string();
                    Failure::invalid(field(&path, &problem), wording::told(without_place(&problem)))
                }
                serde_json::error::Category::Io
                | serde_json::error::Category::Syntax
                | serde_json::error::Category::Eof => Failure::Malformed(not_json(&inner)),
            }
        })?;
        reader.end().map_err(|error| {
            let error = error.to_string();
            Failure::Malformed(Bilingual {
                chinese: format!(
                    "请求体不是单个 JSON 文档：{}",
                    cause_in(&error, Language::Chinese)
                ),
                english: format!("the body is not one JSON document: {error}"),
            })
        })?;
        Ok(value)
    }
    /// The query.
    pub(crate) fn query<T: DeserializeOwned>(&self) -> OperationResult<T> {
        axum::extract::Query::<T>::try_from_uri(&self.uri)
            .map(|query| query.0)
            .map_err(|error| {
                let whole = error.body_text();
                let problem = whole
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&whole);
                // `name: what is wrong` where the reader knows the name.
                match problem.split_once(": ") {
                    Some((name, rest)) if !name.contains(' ') => Failure::query(name, wording::told(rest)),
                    _ => Failure::query(field(".", problem), wording::told(problem)),
                }
            })
    }
}

fn not_json(problem: &serde_json::Error) -> Bilingual {
    let problem = problem.to_string();
    Bilingual {
        chinese: format!("请求体不是 JSON：{}", cause_in(&problem, Language::Chinese)),
        english: format!("the body is not JSON: {problem}"),
    }
}

/// Whether the body is said to be JSON, or something of that syntax.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .map(|kind| kind.trim().to_ascii_lowercase())
        .unwrap_or_default();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// The field that a problem is about: the path to it, ended with the name that the message quotes when the field itself is
/// missing or unknown.
fn field(path: &str, problem: &str) -> String {
    let named = problem.starts_with("unknown field") || problem.starts_with("missing field");
    let name = problem.split('`').nth(1).filter(|_| named);
    match (path, name) {
        ("." | "", Some(name)) => name.to_owned(),
        ("." | "", None) => "body".to_owned(),
        // The path may or may not end with the name already.
        (path, Some(name)) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        (path, Some(name)) => format!("{path}.{name}"),
        (path, None) => path.to_owned(),
    }
}

/// A message without the ` at line 1 column 7` that only helps who reads the text by hand.
fn without_place(problem: &str) -> &str {
    problem.rfind(" at line ").map_or(problem, |at| &problem[..at])
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its reading is tested")]
        inner: Vec<Inner>,
    }

    #[derive(Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its reading is tested")]
        weight: u32,
    }

    fn problem(body: &str) -> String {
        let payload = Payload::new(Uri::from_static("/"), Bytes::copy_from_slice(body.as_bytes()));
        payload.json::<Outer>().expect_err("a problem").to_string()
    }

    #[test]
    fn a_problem_names_its_field() {
        assert_eq!(
            problem(r#"{"inner":[{"weight":-1}]}"#),
            "inner[0].weight: invalid value: integer `-1`, expected u32"
        );
        assert_eq!(
            problem(r#"{"inner":[{}]}"#),
            "inner[0].weight: missing field `weight`"
        );
        assert_eq!(
            problem(r#"{"inner":[],"more":1}"#),
            "more: unknown field `more`, expected `inner`"
        );
        assert_eq!(
            problem(r#"{"inner":[[7]]}"#),
            "inner[0]: invalid type: sequence, expected an object"
        );
        assert_eq!(
            problem("[[]]"),
            "body: invalid type: sequence, expected an object"
        );
        assert!(problem("").contains("empty"));
        assert!(problem("{").starts_with("the body is not JSON"));
        assert!(problem(r#"{"inner":[]} x"#).starts_with("the body is not one JSON document"));
    }

    #[test]
    fn a_query_problem_names_its_parameter() {
        #[derive(Deserialize, Debug)]
        #[serde(deny_unknown_fields)]
        struct Paged {
            #[expect(dead_code, reason = "only its reading is tested")]
            limit: Option<u32>,
        }
        let read = |uri: &'static str| {
            Payload::new(Uri::from_static(uri), Bytes::new())
                .query::<Paged>()
                .map_err(|failure| failure.to_string())
        };
        assert!(read("/?limit=3").is_ok());
        for (query, says) in [
            ("/?limit=x", "limit: must be a whole number"),
            ("/?limit=", "limit: must be a whole number"),
            ("/?limit=99999999999", "limit: the number is too large"),
        ] {
            assert_eq!(read(query).expect_err(query), says);
        }
        assert!(read("/?colour=red").expect_err("unknown").contains("colour"));
    }
}
