//! What can be called at a service: the paths that its models declare, and the inputs that each names.

use adyton_core::live::route::encoded;
use serde_json::Value;

use crate::client::Client;
use crate::client::lookup::{entries, text};

/// The most inputs that are shown of one path.
const INPUTS: usize = 16;

/// A line for each method and path, with its inputs below. A model that is gone declares nothing.
pub(crate) fn paths(client: &Client, service: &Value) -> String {
    let address = text(service, "access_address");
    let mut lines: Vec<String> = Vec::new();
    for version in entries(service, "config") {
        let path = format!("/v1/{}/models/{}", client.project(), text(version, "model_id"));
        let Ok(model) = client.get(&path, "") else {
            continue;
        };
        // Model details give `apis` as a JSON text.
        let declared: Vec<Value> = serde_json::from_str(&text(&model, "apis")).unwrap_or_default();
        for api in &declared {
            let line = line(&address, api);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.join("\n")
}

fn line(address: &str, api: &Value) -> String {
    let method = match text(api, "method").to_uppercase() {
        empty if empty.is_empty() => "POST".to_owned(),
        method => method,
    };
    let url = text(api, "url");
    // A declared path is kept decoded; an address is for copying.
    let path = if url == "/" { "".into() } else { encoded(&url) };
    let mut inputs = Vec::new();
    if let Some(schema) = api.pointer("/request/data") {
        collect(schema, String::new(), &mut inputs);
    }
    let more = if inputs.len() > INPUTS { ", …" } else { "" };
    inputs.truncate(INPUTS);
    match inputs.is_empty() {
        true => format!("{method} {address}{path}"),
        false => format!("{method} {address}{path}\n  inputs {}{more}", inputs.join(", ")),
    }
}

/// The leaves of a JSON schema as paths with their types: `data.req_data[].sepal_length number`.
fn collect(schema: &Value, at: String, inputs: &mut Vec<String>) {
    if inputs.len() > INPUTS {
        return;
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, below) in properties {
            let at = if at.is_empty() {
                name.clone()
            } else {
                format!("{at}.{name}")
            };
            collect(below, at, inputs);
        }
    } else if let Some(items) = schema.get("items").or_else(|| schema.get("item")) {
        collect(items, format!("{at}[]"), inputs);
    } else if !at.is_empty() {
        inputs.push(format!("{at} {}", text(schema, "type")).trim_end().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_with_what_its_schema_names() {
        let api = serde_json::json!({ "url": "/predictions/poetry", "method": "post", "request": { "data": {
            "properties": { "text": { "type": "string" }, "rows": { "items": { "properties": { "x": { "type": "number" } } } } } } } });
        assert_eq!(
            line("http://a/v1/infers/s", &api),
            "POST http://a/v1/infers/s/predictions/poetry\n  inputs text string, rows[].x number"
        );
        assert_eq!(
            line("http://a", &serde_json::json!({ "url": "/" })),
            "POST http://a"
        );
    }

    #[test]
    fn an_address_has_its_escapes() {
        let line = |url: &str| line("http://a", &serde_json::json!({ "url": url }));
        assert_eq!(line("/with space"), "POST http://a/with%20space");
        assert_eq!(line("/a%b/q?mark"), "POST http://a/a%25b/q%3Fmark");
    }
}
