//! The OpenAPI document, made from the table: no path, type or status is written twice.
//!
//! `docs/reference/openapi.json` is the committed copy; a test compares the two, so that a changed contract shows in review.

use std::collections::HashMap;

use adyton_core::catalogue::Surface;
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Paths, PathsBuilder, Ref, RefOr,
    Required, ResponseBuilder, Schema, Tag,
};
use utoipa::{PartialSchema, ToSchema};

use crate::dialect::iam::errors::KeystoneError;
use crate::envelope::ErrorBody;
use crate::heading::{Access, Heading, Kind, tag};
use crate::page::{Page, Schemas};
use crate::table::{Row, Table};

/// The operations of all rows, and every schema that they refer to, some more than once.
fn operations(table: &Table) -> (Paths, Schemas) {
    let mut schemas: Schemas = vec![
        ("ErrorBody".to_owned(), ErrorBody::schema()),
        ("KeystoneError".to_owned(), KeystoneError::schema()),
    ];
    KeystoneError::schemas(&mut schemas);
    let mut paths = PathsBuilder::new().build();
    let mut names = HashMap::new();
    for row in &table.rows {
        let mut operation = operation(row, &mut schemas);
        operation.operation_id = operation.operation_id.map(|name| once(&mut names, name));
        let path = row.heading.path.replace("{*", "{");
        paths.add_path_operation(path, vec![row.heading.verb.documented()], operation);
    }
    (paths, schemas)
}

/// A name that stands once in the document: what has several addresses is numbered from the second on.
fn once(names: &mut HashMap<String, usize>, name: String) -> String {
    let count = names.entry(name.clone()).or_default();
    *count += 1;
    match *count {
        1 => name,
        count => format!("{name}_{count}"),
    }
}

/// The document of `table`.
pub(crate) fn document(table: &Table) -> OpenApi {
    let (paths, mut schemas) = operations(table);
    schemas.sort_by(|a, b| a.0.cmp(&b.0));
    schemas.dedup_by(|a, b| a.0 == b.0);
    let components = schemas
        .into_iter()
        .fold(ComponentsBuilder::new(), |built, (name, schema)| {
            built.schema(name, schema)
        })
        .security_scheme(
            "token",
            header("X-Auth-Token", "A token of `POST /v3/auth/tokens`"),
        )
        .security_scheme(
            "signature",
            header("Authorization", "SDK-HMAC-SHA256 with an access key"),
        )
        .security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
                adyton_identity::session::COOKIE,
                "The console's session, with `X-Adyton-Console: 1` where something may change",
            ))),
        );
    let components = OF_CALLERS
        .iter()
        .fold(components, |built, (name, sent_as, description)| {
            built.security_scheme(*name, header(sent_as, description))
        });
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Adyton control plane")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "IAM, ModelArts and API Gateway as their clients know them, and Adyton's own addresses.",
                ))
                .build(),
        )
        .tags(Some(
            [Surface::Iam, Surface::ModelArts, Surface::Apig, Surface::Adyton].map(|one| Tag::new(tag(one))),
        ))
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

/// How apps show who they are, beside a signature: only where callers read what became of their requests.
const OF_CALLERS: [(&str, &str, &str); 3] = [
    ("app_code", "X-Apig-AppCode", "An AppCode"),
    (
        "app_secret",
        "X-HW-AppKey",
        "An AppSecret, with its AppKey in X-HW-ID",
    ),
    (
        "api_key",
        "apikey",
        "An AppKey alone, where `auth.apikey` takes it",
    ),
];

fn header(name: &str, description: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(name, description)))
}

fn operation(row: &Row, schemas: &mut Schemas) -> Operation {
    let heading = &row.heading;
    let mut page = Page::new(start(heading, row.kind), heading.status.as_str().to_owned());
    (row.describe)(&mut page);
    let (operation, more) = page.finish();
    schemas.extend(more);
    operation
}

/// What every operation says, whatever it takes and gives.
fn start(heading: &Heading, kind: Kind) -> OperationBuilder {
    let error = match heading.surface {
        Surface::Iam => "KeystoneError",
        Surface::ModelArts | Surface::Apig | Surface::Adyton | Surface::Gateway => "ErrorBody",
    };
    let refusal = ResponseBuilder::new()
        .description("A refusal")
        .content(
            "application/json",
            ContentBuilder::new()
                .schema(Some(RefOr::<Schema>::Ref(Ref::from_schema_name(error))))
                .build(),
        )
        .build();
    let operation = OperationBuilder::new()
        .tag(tag(heading.surface))
        .operation_id(Some(format!(
            "{}_{}",
            heading.name.replace("::", "_"),
            heading.verb.documented_name()
        )))
        .summary(Some(heading.summary))
        .response("default", refusal);
    let operation = parameters(&heading.path)
        .into_iter()
        .fold(operation, OperationBuilder::parameter);
    let operation = match kind {
        Kind::Open => operation,
        Kind::Called | Kind::Forwarded => secured(operation),
        Kind::Read => OF_CALLERS
            .iter()
            .fold(secured(operation), |operation, (name, _, _)| {
                operation.security(SecurityRequirement::new(*name, [] as [&str; 0]))
            }),
    };
    match heading.access {
        Access::Anyone | Access::SignedIn | Access::AnyCaller => operation,
        Access::May(action) => {
            operation.description(Some(format!("Needs the permission `{}`.", action.name())))
        }
    }
}

fn secured(operation: OperationBuilder) -> OperationBuilder {
    operation
        .security(SecurityRequirement::new("token", [] as [&str; 0]))
        .security(SecurityRequirement::new("signature", [] as [&str; 0]))
        .security(SecurityRequirement::new("session", [] as [&str; 0]))
}

fn parameters(path: &str) -> Vec<Parameter> {
    path.split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            ParameterBuilder::new()
                .name(name.trim_start_matches('*'))
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use adyton_core::language::has_english;
    use bytes::Bytes;
    use http::Uri;
    use serde_json::{Value, json};

    use super::*;
    use crate::failure::Failure;
    use crate::page::ReadPayload;
    use crate::payload::Payload;

    /// How deep examples of schemas go: some contain themselves.
    const DEEPEST: usize = 8;

    /// A value that a schema allows.
    fn example(schema: &Value, all: &Value, depth: usize) -> Value {
        let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
        if let Some(name) = name {
            return example(&all[name], all, depth);
        }
        let of_parts = ["oneOf", "anyOf", "allOf"]
            .iter()
            .find_map(|of| schema[of].as_array());
        if let Some(parts) = of_parts {
            let part = parts.iter().find(|part| part["type"] != "null");
            return part.map_or(Value::Null, |part| example(part, all, depth));
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().find(|kind| **kind != "null").unwrap_or(&Value::Null),
            kind => kind,
        };
        match kind.as_str() {
            _ if depth > DEEPEST => Value::Null,
            _ if schema["enum"].is_array() => schema["enum"][0].clone(),
            Some("object") => {
                let fields = schema["properties"].as_object().into_iter().flatten();
                let fields = fields.map(|(name, part)| (name.clone(), example(part, all, depth + 1)));
                Value::Object(fields.collect())
            }
            Some("array") => json!([example(&schema["items"], all, depth + 1)]),
            Some("string") => json!("x"),
            Some("integer") => json!(1),
            Some("number") => json!(0.5),
            Some("boolean") => json!(true),
            _ => Value::Null,
        }
    }

    /// The document itself, and each with one of its parts wrong, missing or one too many.
    fn spoiled(value: &Value) -> Vec<Value> {
        let mut all = vec![
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(u64::MAX),
            json!("☃"),
            json!(""),
            json!([]),
            json!([[]]),
            json!({}),
        ];
        let (pairs, list) = (value.as_object(), value.as_array());
        for (name, part) in pairs.into_iter().flatten() {
            let whole = value.as_object().cloned().unwrap_or_default();
            let mut without = whole.clone();
            without.remove(name);
            all.push(Value::Object(without));
            for part in spoiled(part) {
                let mut with = whole.clone();
                with.insert(name.clone(), part);
                all.push(Value::Object(with));
            }
        }
        if let Some(whole) = pairs {
            let mut more = whole.clone();
            more.insert("unheard_of".to_owned(), json!(1));
            all.push(Value::Object(more));
        }
        for part in list.into_iter().flatten().flat_map(spoiled) {
            all.push(json!([part]));
        }
        all
    }

    /// What the readers of an operation say of a body and a query.
    fn problems(reads: &[ReadPayload], query: &str, body: &Value) -> Vec<Failure> {
        let uri: Uri = format!("/?{query}").parse().expect("an address");
        let payload = Payload::new(uri, Bytes::from(body.to_string()));
        reads.iter().filter_map(|read| read(&payload)).collect()
    }

    #[test]
    fn whatever_is_wrong_with_a_field_or_a_parameter_is_told_in_chinese() {
        let table = crate::routes::table();
        let document = serde_json::to_value(document(&table)).expect("JSON");
        let schemas = &document["components"]["schemas"];
        let mut told = HashSet::new();
        for row in &table.rows {
            let mut page = Page::new(OperationBuilder::new(), "200".to_owned());
            (row.describe)(&mut page);
            let reads = page.reads.clone();
            let (operation, _) = page.finish();
            let operation = serde_json::to_value(operation).expect("JSON");
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let mut failures = Vec::new();
            for body in spoiled(&example(schema, schemas, 0)) {
                failures.extend(problems(&reads, "", &body));
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("a name");
                for value in ["", "x", "-1", "1.5", "99999999999999999999", "%E2%98%83"] {
                    failures.extend(problems(&reads, &format!("{name}={value}"), &Value::Null));
                }
                failures.extend(problems(&reads, &format!("{name}=1&{name}=1"), &Value::Null));
            }
            failures.extend(problems(&reads, "unheard_of=1", &Value::Null));
            for failure in failures {
                let (Failure::Invalid { problem, .. } | Failure::Query { problem, .. }) = failure else {
                    continue;
                };
                assert!(
                    !has_english(&problem.chinese),
                    "{}: {} is told as {}",
                    row.heading.path,
                    problem.english,
                    problem.chinese
                );
                told.insert(problem.english);
            }
        }
        assert!(told.len() > 200, "{}", told.len());
    }

    #[test]
    fn no_two_operations_share_an_id() {
        let document = serde_json::to_value(document(&crate::routes::table())).expect("JSON");
        let mut seen = HashSet::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let id = operation["operationId"].as_str().expect("an id");
                assert!(seen.insert(id.to_owned()), "{method} {path}: {id}");
            }
        }
    }

    #[test]
    fn two_types_of_one_name_have_one_schema() {
        let (_, schemas) = operations(&crate::routes::table());
        let mut known: HashMap<String, RefOr<Schema>> = HashMap::new();
        for (name, schema) in schemas {
            let first = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert!(
                *first == schema,
                "two types are called {name}: readers of the document get one of them"
            );
        }
    }
}
