//! A body that fits what a model declares: from the schema of its `apis`, or from the inputs of its ONNX graph. What the package gives
//! as an example comes first; the rest is made up so that it fits.

use serde_json::{Map, Value as Json, json};

use crate::model::ApiDeclaration;
use crate::port::{AxisLength, ModelPorts, Port};

/// How deep a schema is followed.
const DEEPEST: usize = 32;
/// With more elements in all tensors together, an example helps nobody.
const ELEMENTS: u64 = 50_000;
/// A list or a text that must be longer is not made up.
const LONGEST: u64 = 1_000;
/// What a body is that says nothing of itself.
const JSON: &str = "application/json";

/// An example of a request's body.
#[derive(Clone, PartialEq, Debug)]
pub struct ExampleBody {
    /// What to send as `Content-Type`.
    pub content_type: String,
    /// The body; of a form the fields that are no files. Nothing where nothing is declared, or nothing can be made up.
    pub body: Option<Json>,
    /// Fields of a form that are files.
    pub files: Vec<String>,
    /// What it was made from.
    pub source: ExampleSource,
}

/// What an example was made from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ExampleSource {
    /// The schema of the declared request.
    Apis,
    /// The inputs of an ONNX graph.
    Inputs,
    /// Nothing.
    Nothing,
}

impl ExampleSource {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apis => "apis",
            Self::Inputs => "inputs",
            Self::Nothing => "none",
        }
    }
}

impl ExampleBody {
    /// An example for a declared path of a model that takes these inputs.
    pub fn of(api: &ApiDeclaration, ports: Option<&ModelPorts>) -> Self {
        let schema = api.request.as_ref().and_then(|request| request.get("data"));
        let inputs = ports.map_or(&[][..], |ports| &ports.inputs);
        let content_type = content_type(api);
        let is_form = is_form(&content_type);
        let (body, source) = match schema {
            _ if matches!(api.method.as_str(), "GET" | "HEAD") => (None, ExampleSource::Nothing),
            // A schema of rows is what the model is asked with; any other says less than the graph.
            schema if !inputs.is_empty() && !is_form && !schema.is_some_and(has_rows) => {
                (tensors(inputs), ExampleSource::Inputs)
            }
            Some(schema) => (made_up(schema, DEEPEST), ExampleSource::Apis),
            None => (None, ExampleSource::Nothing),
        };
        let mut example = Self {
            content_type,
            body,
            files: Vec::new(),
            source,
        };
        if is_form && let Some(schema) = schema {
            example.files = files(schema);
            if let Some(Json::Object(fields)) = &mut example.body {
                fields.retain(|name, _| !example.files.contains(name));
            }
        }
        example
    }
}

/// The body that a declared request (`{"Content-type", "data": schema}`) itself gives: each of its values has an `example`,
/// `examples` or a `default`. Nothing is made up.
pub fn given(request: &Json) -> Option<Json> {
    given_by(request.get("data")?, DEEPEST)
}

fn given_by(schema: &Json, deeper: usize) -> Option<Json> {
    let deeper = deeper.checked_sub(1)?;
    if let Some(own) = own(schema) {
        return Some(own);
    }
    if let Some(properties) = properties(schema) {
        let fields = properties
            .iter()
            .map(|(name, inner)| Some((name.clone(), given_by(inner, deeper)?)));
        return fields.collect::<Option<Map<String, Json>>>().map(Json::Object);
    }
    given_by(items(schema)?, deeper).map(|item| Json::Array(vec![item]))
}

/// What a schema itself gives as an example.
fn own(schema: &Json) -> Option<Json> {
    let own = schema.get("example").or_else(|| schema.get("default")).cloned();
    own.or_else(|| first(schema.get("examples")?))
}

fn first(list: &Json) -> Option<Json> {
    list.as_array()?.first().cloned()
}

fn properties(schema: &Json) -> Option<&Map<String, Json>> {
    schema.get("properties").and_then(Json::as_object)
}

/// What the items of a list are; `item` is written in the wild, and lists of kinds.
fn items(schema: &Json) -> Option<&Json> {
    let items = schema.get("items").or_else(|| schema.get("item"))?;
    items.as_array().map_or(Some(items), |kinds| kinds.first())
}

fn made_up(schema: &Json, deeper: usize) -> Option<Json> {
    let deeper = deeper.checked_sub(1)?;
    let fixed = || {
        schema
            .get("const")
            .cloned()
            .or_else(|| first(schema.get("enum")?))
    };
    if let Some(own) = own(schema).or_else(fixed) {
        return Some(own);
    }
    let either = ["oneOf", "anyOf", "allOf"]
        .iter()
        .find_map(|name| schema.get(*name)?.as_array()?.first());
    if let Some(one) = either {
        return made_up(one, deeper);
    }
    match kind(schema) {
        "object" => object(schema, deeper),
        "array" => list(schema, deeper),
        "integer" => Some(json!(number(schema).ceil() as i64)),
        "number" => {
            let number = number(schema);
            Some(if number.fract() == 0.0 {
                json!(number as i64)
            } else {
                json!(number)
            })
        }
        "boolean" => Some(json!(true)),
        "null" => Some(Json::Null),
        _ => text(schema),
    }
}

/// The type of a schema: as it says, the first of several, or what its parts tell.
fn kind(schema: &Json) -> &str {
    let said = schema.get("type");
    let first = said.and_then(|said| said.as_str().or_else(|| said.as_array()?.first()?.as_str()));
    match first {
        Some(kind) => kind,
        None if schema.get("properties").is_some() => "object",
        None if items(schema).is_some() => "array",
        None => "string",
    }
}

/// The fields that must be there; where none is said to, all.
fn object(schema: &Json, deeper: usize) -> Option<Json> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let fields = properties(schema).into_iter().flatten();
    let wanted = fields.filter(|(name, _)| required.is_empty() || required.contains(&name.as_str()));
    let made = wanted.map(|(name, inner)| Some((name.clone(), made_up(inner, deeper)?)));
    made.collect::<Option<Map<String, Json>>>().map(Json::Object)
}

fn list(schema: &Json, deeper: usize) -> Option<Json> {
    let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(1).max(1);
    let item = match items(schema) {
        Some(inner) => made_up(inner, deeper)?,
        None => json!(1),
    };
    let least = usize::try_from(least).ok().filter(|_| least <= LONGEST)?;
    Some(Json::Array(vec![item; least]))
}

/// 1, or what its bounds allow.
fn number(schema: &Json) -> f64 {
    let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
    let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|least| least + 1.0));
    let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|most| most - 1.0));
    let wanted = least.map_or(1.0, |least| least.max(1.0));
    most.map_or(wanted, |most| wanted.min(most).max(least.unwrap_or(f64::MIN)))
}

fn text(schema: &Json) -> Option<Json> {
    let least = schema.get("minLength").and_then(Json::as_u64).unwrap_or(0);
    let most = schema.get("maxLength").and_then(Json::as_u64).unwrap_or(LONGEST);
    let least = usize::try_from(least).ok().filter(|_| least <= LONGEST)?;
    let text: String = "text".chars().cycle().take(least.max(4)).collect();
    Some(json!(
        text.chars()
            .take(usize::try_from(most).unwrap_or(usize::MAX))
            .collect::<String>()
    ))
}

/// Whether the body is `{"data": {"req_data": [...]}}`.
fn has_rows(schema: &Json) -> bool {
    let rows = schema.pointer("/properties/data/properties/req_data");
    rows.is_some()
}

/// `{"inputs": {NAME: tensor}}`: axes of any length are 1 long.
fn tensors(inputs: &[Port]) -> Option<Json> {
    let mut left = ELEMENTS;
    let mut tensors = Map::new();
    for input in inputs {
        let shape = input.shape.as_ref()?;
        let lengths: Vec<u64> = shape.iter().map(length).collect();
        let elements = lengths
            .iter()
            .try_fold(1_u64, |product, length| product.checked_mul(*length))?;
        left = left.checked_sub(elements)?;
        tensors.insert(input.name.clone(), nested(&lengths, &leaf(&input.kind)?));
    }
    Some(json!({"inputs": tensors}))
}

fn length(axis: &AxisLength) -> u64 {
    match axis {
        AxisLength::Fixed(length) => *length,
        AxisLength::Named(_) | AxisLength::Any => 1,
    }
}

/// An element of a tensor; nothing for what is no tensor.
fn leaf(kind: &str) -> Option<Json> {
    match kind {
        "string" => Some(json!("text")),
        "bool" => Some(json!(true)),
        kind if kind.contains('(') || kind.is_empty() => None,
        _ => Some(json!(0)),
    }
}

fn nested(lengths: &[u64], leaf: &Json) -> Json {
    match lengths {
        [] => leaf.clone(),
        [length, rest @ ..] => Json::Array((0..*length).map(|_| nested(rest, leaf)).collect()),
    }
}

fn content_type(api: &ApiDeclaration) -> String {
    let declared = api
        .request
        .as_ref()
        .and_then(|request| request.get("Content-type")?.as_str());
    let declared = declared.map(str::trim).filter(|kind| !kind.is_empty());
    declared.unwrap_or(JSON).to_owned()
}

fn is_form(content_type: &str) -> bool {
    let kind = content_type.to_ascii_lowercase();
    kind.starts_with("multipart/form-data") || kind.starts_with("application/x-www-form-urlencoded")
}

/// The fields of a form that are files.
fn files(schema: &Json) -> Vec<String> {
    let is_file = |inner: &Json| {
        matches!(
            kind(inner).to_ascii_lowercase().as_str(),
            "file" | "image" | "binary"
        )
    };
    let fields = properties(schema).into_iter().flatten();
    fields
        .filter(|(_, inner)| is_file(inner))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(method: &str, request: Json) -> ApiDeclaration {
        ApiDeclaration {
            url: "/".to_owned(),
            method: method.to_owned(),
            request: Some(request),
            response: None,
        }
    }

    fn of(schema: Json) -> Option<Json> {
        ExampleBody::of(&api("POST", json!({"data": schema})), None).body
    }

    fn ports(inputs: &[(&str, &str, &[AxisLength])]) -> ModelPorts {
        let port = |(name, kind, shape): &(&str, &str, &[AxisLength])| Port {
            name: (*name).to_owned(),
            kind: (*kind).to_owned(),
            shape: Some(shape.to_vec()),
        };
        ModelPorts {
            inputs: inputs.iter().map(port).collect(),
            outputs: Vec::new(),
        }
    }

    #[test]
    fn a_schema_whose_values_all_have_examples_is_one() {
        let number = |example: f64| json!({"type": "number", "example": example});
        let row = json!({"type": "object", "properties": {"a": number(1.5), "b": {"type": "string", "default": "x"}}});
        let rows = json!({"type": "array", "items": [row]});
        let data = json!({"type": "object", "properties": {"req_data": rows}});
        let body = json!({"data": {"type": "object", "properties": {"data": data}}});
        assert_eq!(
            given(&body),
            Some(json!({"data": {"req_data": [{"a": 1.5, "b": "x"}]}}))
        );
        let whole = json!({"data": {"type": "object", "examples": [{"inputs": {"x": [1]}}]}});
        assert_eq!(given(&whole), Some(json!({"inputs": {"x": [1]}})));
        let half =
            json!({"data": {"type": "object", "properties": {"a": number(1.0), "b": {"type": "number"}}}});
        assert_eq!(given(&half), None, "nothing is made up");
    }

    #[test]
    fn what_has_no_example_is_made_up_so_that_it_fits() {
        for (schema, body) in [
            (json!({"type": "number"}), json!(1)),
            (json!({"type": "number", "maximum": 0.5}), json!(0.5)),
            (
                json!({"type": "integer", "minimum": 18, "maximum": 99}),
                json!(18),
            ),
            (json!({"type": "integer", "maximum": -3}), json!(-3)),
            (json!({"type": "string"}), json!("text")),
            (json!({"type": "string", "maxLength": 2}), json!("te")),
            (json!({"type": "string", "minLength": 6}), json!("textte")),
            (json!({"type": ["string", "null"]}), json!("text")),
            (json!({"enum": ["red", "blue"]}), json!("red")),
            (json!({"const": 7}), json!(7)),
            (json!({"type": "boolean"}), json!(true)),
            (
                json!({"type": "array", "item": {"type": "number"}, "minItems": 3}),
                json!([1, 1, 1]),
            ),
            (
                json!({"oneOf": [{"type": "boolean"}, {"type": "number"}]}),
                json!(true),
            ),
            (
                json!({"properties": {"a": {"type": "number"}, "b": {"type": "string"}}, "required": ["b"]}),
                json!({"b": "text"}),
            ),
            (
                json!({"type": "object", "properties": {"a": {"type": "number", "example": 5.1}}}),
                json!({"a": 5.1}),
            ),
        ] {
            assert_eq!(of(schema.clone()), Some(body), "{schema}");
        }
    }

    #[test]
    fn what_cannot_be_made_up_is_nothing() {
        let mut deep = json!({"type": "number"});
        for _ in 0..40 {
            deep = json!({"type": "array", "items": deep});
        }
        assert_eq!(of(deep), None);
        assert_eq!(of(json!({"type": "array", "minItems": 5_000_000_000_u64})), None);
        assert_eq!(
            of(json!({"type": "string", "minLength": 5_000_000_000_u64})),
            None
        );
    }

    #[test]
    fn a_graph_is_asked_with_tensors_unless_rows_are_declared() {
        let batch = AxisLength::Named("batch".to_owned());
        let graph = ports(&[
            ("x", "float32", &[batch, AxisLength::Fixed(2)]),
            ("words", "string", &[AxisLength::Any]),
            ("scale", "float32", &[]),
        ]);
        let silent = ApiDeclaration {
            request: None,
            ..api("POST", json!({}))
        };
        let example = ExampleBody::of(&silent, Some(&graph));
        assert_eq!(
            example.body,
            Some(json!({"inputs": {"x": [[0, 0]], "words": ["text"], "scale": 0}}))
        );
        assert_eq!(
            (example.source, example.content_type.as_str()),
            (ExampleSource::Inputs, JSON)
        );
        let rows = json!({"properties": {"data": {"properties": {"req_data": {"type": "array", "items": {"properties": {"x": {"type": "number"}}}}}}}});
        let example = ExampleBody::of(&api("POST", json!({"data": rows})), Some(&graph));
        assert_eq!(example.body, Some(json!({"data": {"req_data": [{"x": 1}]}})));
        assert_eq!(example.source, ExampleSource::Apis);
        let large = ports(&[("x", "float32", &[AxisLength::Fixed(224), AxisLength::Fixed(224)])]);
        assert_eq!(
            ExampleBody::of(&silent, Some(&large)).body,
            None,
            "an example of 50,000 numbers helps nobody"
        );
        let odd = ports(&[("x", "sequence(map(int64, float32))", &[])]);
        assert_eq!(ExampleBody::of(&silent, Some(&odd)).body, None);
    }

    #[test]
    fn files_of_a_form_stand_apart_from_its_fields() {
        let schema =
            json!({"type": "object", "properties": {"images": {"type": "file"}, "top": {"type": "integer"}}});
        let form = api(
            "POST",
            json!({"Content-type": "multipart/form-data", "data": schema}),
        );
        let example = ExampleBody::of(&form, None);
        assert_eq!(example.files, ["images"]);
        assert_eq!(example.body, Some(json!({"top": 1})));
        assert_eq!(example.content_type, "multipart/form-data");
    }

    #[test]
    fn what_takes_no_body_or_declares_none_has_no_example() {
        let schema = json!({"data": {"type": "object", "properties": {"a": {"type": "number"}}}});
        let get = ExampleBody::of(&api("GET", schema), None);
        assert_eq!((get.body, get.source), (None, ExampleSource::Nothing));
        let silent = ExampleBody::of(&api("POST", json!({"Content-type": "text/plain"})), None);
        assert_eq!((silent.body, silent.content_type.as_str()), (None, "text/plain"));
    }
}
