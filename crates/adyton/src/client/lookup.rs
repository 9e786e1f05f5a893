//! Ids from what people write: a name, a name with a version, or the id itself.

use adyton_core::id::{AppId, ModelId, ServiceId};
use adyton_core::spelling::nearest;
use serde_json::{Value, json};

use super::{Client, encoded};
use crate::failure::{Failure, Outcome};

/// How many entries are asked for at once.
const PAGE: usize = 100;
/// How many entries are read at most; a list for people is not longer.
const MOST: usize = 10_000;

/// A field as text; numbers too.
pub(crate) fn text(value: &Value, field: &str) -> String {
    match value.get(field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// A list of a field.
pub(crate) fn entries<'a>(document: &'a Value, field: &str) -> &'a [Value] {
    document
        .get(field)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// All pages of a ModelArts list (`offset` counts pages), as one document of the same shape.
pub(crate) fn all_pages(client: &Client, what: &str, filter: &str) -> Outcome<Value> {
    let path = format!("/v1/{}/{what}", client.project());
    let mut all: Vec<Value> = Vec::new();
    let mut document;
    let mut page = 0;
    loop {
        let mark = if filter.is_empty() { "" } else { "&" };
        document = client.get(&path, &format!("offset={page}&limit={PAGE}{mark}{filter}"))?;
        let got = entries(&document, what);
        let last = got.len() < PAGE;
        all.extend_from_slice(got);
        page += 1;
        if last || all.len() >= MOST {
            break;
        }
    }
    document["count"] = json!(all.len());
    document[what] = Value::Array(all);
    Ok(document)
}

/// The model that `said` names: an id, `NAME:VERSION`, or `NAME` for its newest version.
pub(crate) fn model(client: &Client, said: &str) -> Outcome<Value> {
    if ModelId::parse(said.as_bytes()).is_some() {
        return client.get(&format!("/v1/{}/models/{said}", client.project()), "");
    }
    let (name, version) = said
        .split_once(':')
        .map_or((said, None), |(name, version)| (name, Some(version)));
    let listed = all_pages(
        client,
        "models",
        &format!("exact_match=true&model_name={}", encoded(name)),
    )?;
    let mut fits: Vec<&Value> = entries(&listed, "models")
        .iter()
        .filter(|model| text(model, "model_name") == name)
        .filter(|model| version.is_none_or(|version| text(model, "model_version") == version))
        .collect();
    // A version that can be deployed is meant rather than a newer one that cannot.
    fits.sort_by_key(|model| {
        (
            text(model, "model_status") == "published",
            version_key(&text(model, "model_version")),
        )
    });
    match fits.last() {
        Some(model) => Ok((*model).clone()),
        None => {
            let all = all_pages(client, "models", "")?;
            let names = entries(&all, "models")
                .iter()
                .map(|model| text(model, "model_name"))
                .collect();
            Err(missing("model", said, names, "adyton model list"))
        }
    }
}

/// `1.10.0` comes after `1.9.0`.
fn version_key(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The service that `said` names, with all its details.
pub(crate) fn service(client: &Client, said: &str) -> Outcome<Value> {
    let id = service_id(client, said)?;
    client.get(&format!("/v1/{}/services/{id}", client.project()), "")
}

/// The id of the service that `said` names.
pub(crate) fn service_id(client: &Client, said: &str) -> Outcome<String> {
    if ServiceId::parse(said.as_bytes()).is_some() {
        return Ok(said.to_owned());
    }
    match service_named(client, said)? {
        Some(service) => Ok(text(&service, "service_id")),
        None => {
            let all = all_pages(client, "services", "")?;
            let names = entries(&all, "services")
                .iter()
                .map(|service| text(service, "service_name"))
                .collect();
            Err(missing("service", said, names, "adyton service list"))
        }
    }
}

/// The service of exactly this name, if there is one.
pub(crate) fn service_named(client: &Client, name: &str) -> Outcome<Option<Value>> {
    let listed = all_pages(client, "services", &format!("service_name={}", encoded(name)))?;
    Ok(entries(&listed, "services")
        .iter()
        .find(|service| text(service, "service_name") == name)
        .cloned())
}

/// The path of the APIG dialect: `/v2/{project_id}/apigw/instances/{instance_id}`.
pub(crate) fn apigw(client: &Client) -> Outcome<String> {
    let instances = client.get(&format!("/v2/{}/apigw/instances", client.project()), "")?;
    match entries(&instances, "instances").first() {
        Some(instance) => Ok(format!(
            "/v2/{}/apigw/instances/{}",
            client.project(),
            text(instance, "id")
        )),
        None => Err(Failure::failed("the project has no gateway instance")),
    }
}

/// All pages of an APIG list (`offset` counts entries), as one document of the same shape.
pub(crate) fn all_of(client: &Client, path: &str, field: &str, filter: &str) -> Outcome<Value> {
    let mut all: Vec<Value> = Vec::new();
    let mut document;
    loop {
        let mark = if filter.is_empty() { "" } else { "&" };
        document = client.get(path, &format!("offset={}&limit={PAGE}{mark}{filter}", all.len()))?;
        let got = entries(&document, field);
        let last = got.len() < PAGE;
        all.extend_from_slice(got);
        if last || all.len() >= MOST {
            break;
        }
    }
    document["size"] = json!(all.len());
    document[field] = Value::Array(all);
    Ok(document)
}

/// The app that `said` names: an id, a name, or an AppKey.
pub(crate) fn app(client: &Client, said: &str) -> Outcome<Value> {
    let base = apigw(client)?;
    let apps = all_of(client, &format!("{base}/apps"), "apps", "")?;
    let by = |field: &str| entries(&apps, "apps").iter().find(|app| text(app, field) == said);
    let by_id = AppId::parse(said.as_bytes()).and_then(|_| by("id").or_else(|| by("app_key")));
    match by_id.or_else(|| by("name")) {
        Some(app) => Ok(app.clone()),
        None => {
            let names = entries(&apps, "apps")
                .iter()
                .map(|app| text(app, "name"))
                .collect();
            Err(missing("app", said, names, "adyton app list"))
        }
    }
}

fn missing(what: &str, said: &str, names: Vec<String>, list: &str) -> Failure {
    let failure = Failure::failed(format!("no {what} of the project is called `{said}`"));
    match nearest(said, names.iter().map(String::as_str)) {
        Some(meant) => failure.hint(format!("did you mean `{meant}`?")),
        None => failure.hint(format!("`{list}` shows what there is")),
    }
}
