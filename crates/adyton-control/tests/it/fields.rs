//! No field of a request is dropped without a word: it is used, or refused by its name, or named in `X-Adyton-Ignored`.
//!
//! Proven of every operation of the OpenAPI document: a query parameter and a body that the operation does not take, and, from the
//! schemas, that no object of a body takes fields that nobody reads. Not proven here: that a known field does what it says.

use std::collections::HashSet;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::{Answer, Caller};
use crate::strangers::{Operation, operations};
use crate::world::World;

/// Pages for browsers: their own scripts read the address.
const PAGES: [&str; 2] = ["/console", "/docs"];

fn is_page(operation: &Operation) -> bool {
    PAGES.iter().any(|page| operation.path.starts_with(page))
}

/// The operation's address, in the owner's own project and domain.
fn at(operation: &Operation, world: &World) -> String {
    let path = operation.path.replace("{in_project}", &world.project());
    let path = path.replace("{in_domain}", &world.first.domain.id.to_string());
    Operation {
        method: operation.method.clone(),
        path,
        document: Value::Null,
    }
    .at(&world.project())
}

/// Whether the word is refused, or named as ignored.
fn is_told(operation: &Operation, answer: &Answer, word: &str) -> bool {
    let is_own = operation.path.starts_with("/adyton/");
    let text = String::from_utf8_lossy(&answer.body);
    let is_refused = answer.status == 400 && text.contains(word);
    is_refused || (!is_own && answer.header("x-adyton-ignored").contains(word))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_an_operation_does_not_take_is_told() {
    let world = World::start().await;
    let owner = world.owner().await;
    for operation in operations(&world).await {
        if is_page(&operation) || operation.is_the_door() {
            continue;
        }
        let path = at(&operation, &world) + "?nonsense=2";
        // A body with nothing wrong in it, so that the query is what is judged.
        let body = body(&operation).unwrap_or_default();
        // Whoever signs out has to sign in again.
        let caller = match operation.path.as_str() {
            "/v3/auth/tokens" => owner.with("X-Subject-Token", "none"),
            _ => owner.clone(),
        };
        let answer = caller.send(&operation.method, &path, body).await;
        assert!(
            is_told(&operation, &answer, "nonsense") || answer.body.is_empty() && operation.method == "HEAD",
            "{}: {} {}",
            operation.name(),
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
}

/// The smallest body of an operation, by its schema.
fn body(operation: &Operation) -> Option<Bytes> {
    let schema = operation
        .document
        .pointer("/requestBody/content/application~1json/schema")?;
    let document: Value = serde_json::from_str(&adyton_control::openapi_json()).unwrap();
    Some(Bytes::from(least(&document, schema).to_string()))
}

fn least(document: &Value, schema: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return least(document, document.pointer(name.trim_start_matches('#')).unwrap());
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("object") => {
            let needed = schema["required"].as_array().into_iter().flatten();
            let fields = needed.map(|name| {
                let name = name.as_str().unwrap();
                (name.to_owned(), least(document, &schema["properties"][name]))
            });
            Value::Object(fields.collect())
        }
        Some("array") => json!([]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => json!("x"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_where_none_is_taken_is_told() {
    let world = World::start().await;
    let owner = world.owner().await;
    let mut tried = 0;
    for operation in operations(&world).await {
        let takes = operation.document["requestBody"].is_object();
        if takes || is_page(&operation) || operation.is_the_door() {
            continue;
        }
        let answer = send(&owner, &operation, &world, "{\"nonsense\": true}").await;
        assert!(
            is_told(&operation, &answer, "body") || operation.method == "HEAD",
            "{}: {} {}",
            operation.name(),
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
        tried += 1;
    }
    assert!(tried > 40, "{tried}");
}

async fn send(owner: &Caller, operation: &Operation, world: &World, body: &'static str) -> Answer {
    let caller = match operation.path.as_str() {
        "/v3/auth/tokens" => owner.with("X-Subject-Token", "none"),
        _ => owner.clone(),
    };
    let path = at(operation, world) + &needed(operation);
    caller.send(&operation.method, &path, body).await
}

/// The query without which the operation is refused.
fn needed(operation: &Operation) -> String {
    let parameters = operation.document["parameters"].as_array().into_iter().flatten();
    let needed = parameters.filter(|one| one["in"] == "query" && one["required"] == true);
    let pairs: Vec<String> = needed
        .map(|one| format!("{}={}", one["name"].as_str().unwrap(), "0".repeat(32)))
        .collect();
    format!("?{}", pairs.join("&"))
}

/// Objects of bodies whose fields are people's own names.
const OWN_NAMES: [&str; 1] = ["envs"];

#[test]
fn no_object_of_a_body_takes_fields_that_nobody_reads() {
    let document: Value = serde_json::from_str(&adyton_control::openapi_json()).unwrap();
    let mut seen = HashSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            if let Some(schema) = operation.pointer("/requestBody/content/application~1json/schema") {
                strict(&document, schema, "body", &mut seen);
            }
        }
    }
    assert!(seen.len() > 25, "{seen:?}");
}

fn strict(document: &Value, schema: &Value, name: &str, seen: &mut HashSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        if seen.insert(reference.to_owned()) {
            let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
            strict(document, schema, reference, seen);
        }
        return;
    }
    if let Some(fields) = schema["properties"].as_object() {
        assert_eq!(
            schema["additionalProperties"], false,
            "{name} takes fields that nobody reads: it lacks `deny_unknown_fields`"
        );
        for (field, schema) in fields {
            strict(document, schema, field, seen);
        }
    } else if schema["additionalProperties"].is_object() {
        assert!(OWN_NAMES.contains(&name), "{name}");
    }
    for below in ["oneOf", "anyOf", "allOf"] {
        for schema in schema[below].as_array().into_iter().flatten() {
            strict(document, schema, name, seen);
        }
    }
    if schema["items"].is_object() {
        strict(document, &schema["items"], name, seen);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_beside_a_status_is_named_and_nothing_is_said_of_nothing() {
    let world = World::start().await;
    let owner = world.owner().await;
    let path = world.v1("/services/00000000-0000-4000-8000-000000000000");
    let answer = owner.delete(&(path.clone() + "?")).await;
    assert_eq!(answer.header("x-adyton-ignored"), "");
    // As clients write no body.
    for nothing in ["", "{}", " null "] {
        let answer = owner.send("POST", "/adyton/v1/session-links", nothing).await;
        assert_eq!(answer.status, 201, "{nothing}");
    }
    let answer = owner.get("/v3/roles?name=caller&page=2").await;
    assert_eq!(
        (answer.status.as_u16(), answer.header("x-adyton-ignored").as_str()),
        (200, "?name, ?page")
    );
}
