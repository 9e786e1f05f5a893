//! `/openapi.json` and `/docs`: the reference, made from the table of routes. Nothing is fetched from elsewhere.

use std::fmt::Write as _;
use std::sync::OnceLock;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, header};
use serde_json::Value;

use crate::call::OpenCall;
use crate::failure::Outcome;

fn document() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(crate::openapi_json)
}

fn answer(kind: &'static str, text: impl Into<Body>) -> Response {
    let mut answer = Response::new(text.into());
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// `GET /openapi.json`
pub(crate) async fn openapi(_: OpenCall, (): ()) -> Outcome<Response> {
    Ok(answer("application/json", document()))
}

/// `GET /docs`
pub(crate) async fn docs(_: OpenCall, (): ()) -> Outcome<Response> {
    static PAGE: OnceLock<String> = OnceLock::new();
    Ok(answer(
        "text/html; charset=utf-8",
        PAGE.get_or_init(page).as_str(),
    ))
}

/// All operations on one page, by dialect.
fn page() -> String {
    let document: Value = serde_json::from_str(document()).unwrap_or_default();
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Adyton: the API</title><style>\
         body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}\
         td{padding:.2rem .8rem .2rem 0;vertical-align:top}code{font-size:.95em}</style><h1>The API</h1>\
         <p>Every address of the control plane. Types are in the <a href=\"/openapi.json\">OpenAPI document</a>, which any \
         viewer or generator reads.</p>",
    );
    for tag in ["IAM", "ModelArts", "APIG", "Adyton"] {
        // Writing to a String cannot fail.
        let _ = write!(html, "<h2>{tag}</h2><table>");
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                if operation["tags"][0] != tag {
                    continue;
                }
                let summary = operation["summary"].as_str().unwrap_or_default();
                let needs = operation["description"]
                    .as_str()
                    .unwrap_or_default()
                    .replace('`', "");
                let _ = write!(
                    html,
                    "<tr><td><code>{}</code><td><code>{path}</code><td>{summary}<br><small>{needs}</small>",
                    method.to_uppercase()
                );
            }
        }
        html.push_str("</table>");
    }
    html.push_str("</html>\n");
    html
}
