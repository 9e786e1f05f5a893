//! What can be called at a service: the paths that its models declare, and the inputs that each names.

use adyton_api::modelarts::services::ServiceShown;
use adyton_core::live::route::encoded;
use adyton_core::model::ApiDeclaration;
use serde_json::Value;

use crate::client::Client;

/// The most inputs that are shown of one path.
const INPUTS: usize = 16;

/// A line for each method and path, with its inputs below.
pub(super) fn paths(client: &Client, service: &ServiceShown) -> String {
    let declared = declared(client, service);
    let lines = declared
        .iter()
        .map(|api| line(&service.summary.access_address, api));
    lines.collect::<Vec<_>>().join("\n")
}

/// What the models of a service declare, each once. A model that is gone declares nothing.
pub fn declared(client: &Client, service: &ServiceShown) -> Vec<ApiDeclaration> {
    let mut declared = Vec::new();
    for version in &service.config {
        let Ok(model) = client.model(&version.settings.model_id) else {
            continue;
        };
        for api in model.declared() {
            if !declared.contains(&api) {
                declared.push(api);
            }
        }
    }
    declared
}

/// A declared path as it is sent, but for what stands in braces: that is to be filled in by whoever reads it.
pub(super) fn to_fill_in(declared: &str) -> String {
    encoded(declared).replace("%7B", "{").replace("%7D", "}")
}

fn line(address: &str, api: &ApiDeclaration) -> String {
    let method = api.method.to_uppercase();
    // A declared path is kept decoded; an address is for copying. What stands for any segment is to be filled in.
    let path = match api.url.as_str() {
        "/" => String::new(),
        url => to_fill_in(url),
    };
    let mut inputs = Vec::new();
    if let Some(schema) = api.request.as_ref().and_then(|request| request.get("data")) {
        collect(schema, String::new(), &mut inputs);
    }
    let more = if inputs.len() > INPUTS { ", …" } else { "" };
    inputs.truncate(INPUTS);
    match inputs.is_empty() {
        true => format!("{method} {address}{path}"),
        false => format!("{method} {address}{path}\n  inputs {}{more}", inputs.join(", ")),
    }
}

/// The leaves of a JSON schema, which is of any form, as paths with their types: `data.req_data[].sepal_length number`.
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
        let kind = schema.get("type").and_then(Value::as_str).unwrap_or_default();
        inputs.push(format!("{at} {kind}").trim_end().to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn api(url: &str, request: Option<Value>) -> ApiDeclaration {
        ApiDeclaration {
            url: url.to_owned(),
            method: "post".to_owned(),
            request,
            response: None,
        }
    }

    #[test]
    fn a_path_is_shown_with_what_its_schema_names() {
        let request = json!({"data": {"properties": {
            "text": {"type": "string"}, "rows": {"items": {"properties": {"x": {"type": "number"}}}},
        }}});
        assert_eq!(
            line("http://a/v1/infers/s", &api("/predictions/poetry", Some(request))),
            "POST http://a/v1/infers/s/predictions/poetry\n  inputs text string, rows[].x number"
        );
        assert_eq!(line("http://a", &api("/", None)), "POST http://a");
    }

    #[test]
    fn an_address_has_its_escapes() {
        let line = |url: &str| line("http://a", &api(url, None));
        assert_eq!(line("/with space"), "POST http://a/with%20space");
        assert_eq!(line("/v1/{name}/chat/*"), "POST http://a/v1/{name}/chat/*");
        assert_eq!(line("/a%b/q?mark"), "POST http://a/a%25b/q%3Fmark");
    }
}
