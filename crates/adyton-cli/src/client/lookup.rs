//! Ids from what people write: a name, a name with a version, or the id itself.

use adyton_api::apig::apps::AppShown;
use adyton_api::iam::projects::ProjectShown;
use adyton_api::iam::users::UserShown;
use adyton_api::modelarts::models::ModelSummary;
use adyton_api::modelarts::services::{ServiceShown, ServiceSummary};
use adyton_core::id::{AppId, ModelId, ServiceId, UserId};
use adyton_core::model::ModelStatus;
use adyton_core::spelling::nearest;

use super::{Client, ModelFilter};
use crate::failure::{Failure, Outcome};
use crate::language::{phrase, spoken};
use crate::said;

/// The model that `said` names: an id, `NAME:VERSION`, or `NAME` for its newest version.
pub fn model(client: &Client, said: &str) -> Outcome<ModelSummary> {
    if ModelId::parse(said.as_bytes()).is_some() {
        return Ok(client.model(said)?.summary);
    }
    let (name, version) = said
        .split_once(':')
        .map_or((said, None), |(name, version)| (name, Some(version)));
    let filter = ModelFilter {
        name: Some(name),
        ..ModelFilter::default()
    };
    if let Some(model) = chosen(client.models(filter)?.models, version) {
        return Ok(model);
    }
    let all = client.models(ModelFilter::default())?.models;
    let names = all.iter().map(|model| model.model_name.as_str());
    Err(missing(
        phrase!(spoken(), "model", "模型"),
        said,
        names,
        "adyton model list",
    ))
}

/// The version of this number, or the newest one. A version that can be deployed is meant rather than a newer one that cannot.
fn chosen(models: Vec<ModelSummary>, version: Option<&str>) -> Option<ModelSummary> {
    models
        .into_iter()
        .filter(|model| version.is_none_or(|version| model.model_version == version))
        .max_by_key(|model| {
            (
                model.model_status == ModelStatus::Published,
                version_key(&model.model_version),
            )
        })
}

/// `1.10.0` comes after `1.9.0`.
fn version_key(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// The service that `said` names, with all its details.
pub fn service(client: &Client, said: &str) -> Outcome<ServiceShown> {
    client.service(&service_id(client, said)?)
}

/// The id of the service that `said` names.
pub fn service_id(client: &Client, said: &str) -> Outcome<String> {
    if ServiceId::parse(said.as_bytes()).is_some() {
        return Ok(said.to_owned());
    }
    if let Some(service) = service_named(client, said)? {
        return Ok(service.service_id);
    }
    let all = client.services(None)?.services;
    let names = all.iter().map(|service| service.service_name.as_str());
    Err(missing(
        phrase!(spoken(), "service", "服务"),
        said,
        names,
        "adyton service list",
    ))
}

/// The service of exactly this name, if there is one.
pub fn service_named(client: &Client, name: &str) -> Outcome<Option<ServiceSummary>> {
    let listed = client.services(Some(name))?.services;
    Ok(listed.into_iter().find(|service| service.service_name == name))
}

/// The app that `said` names: an id, a name, or an AppKey.
pub fn app(client: &Client, said: &str) -> Outcome<AppShown> {
    let apps = client.apps()?.apps;
    match meant(&apps, said) {
        Some(at) => apps
            .into_iter()
            .nth(at)
            .ok_or_else(|| Failure::failed(said!("no such app", "没有这样的应用"))),
        None => {
            let names = apps.iter().map(|app| app.name.as_str());
            Err(missing(
                phrase!(spoken(), "app", "应用"),
                said,
                names,
                "adyton app list",
            ))
        }
    }
}

/// Which of the apps is meant: what looks like an id is one, or an AppKey, before it is a name.
fn meant(apps: &[AppShown], said: &str) -> Option<usize> {
    let by_id = || {
        AppId::parse(said.as_bytes())?;
        let id = apps.iter().position(|app| app.id == said);
        id.or_else(|| apps.iter().position(|app| app.app_key == said))
    };
    by_id().or_else(|| apps.iter().position(|app| app.name == said))
}

/// The user of the domain that `said` names: an id or a name.
pub fn user(client: &Client, said: &str) -> Outcome<UserShown> {
    if UserId::parse(said.as_bytes()).is_some() {
        return client.user(said);
    }
    if let Some(user) = client.users(Some(said))?.users.into_iter().next() {
        return Ok(user);
    }
    let all = client.users(None)?.users;
    let names = all.iter().map(|user| user.name.as_str());
    Err(missing_in(
        this_domain(),
        phrase!(spoken(), "user", "用户"),
        said,
        names,
        "adyton user list",
    ))
}

/// The project that `said` names, an id or a name, of those in which the caller has a role.
pub fn project(client: &Client, said: &str) -> Outcome<ProjectShown> {
    let mut projects = client.projects()?.projects;
    let by_id = projects.iter().position(|project| project.id == said);
    match by_id.or_else(|| projects.iter().position(|project| project.name == said)) {
        Some(at) => Ok(projects.swap_remove(at)),
        None => {
            let names = projects.iter().map(|project| project.name.as_str());
            Err(no_project(said, names))
        }
    }
}

/// What is not theirs looks like what does not exist.
fn no_project<'a>(said: &str, names: impl Iterator<Item = &'a str>) -> Failure {
    let failure = Failure::failed(said!(
        "there is no project `{said}` in which you have a role",
        "没有您拥有角色的项目 `{said}`"
    ));
    match nearest(said, names) {
        Some(meant) => failure.hint(said!("did you mean `{meant}`?", "您是否要找 `{meant}`？")),
        None => failure
            .hint(said!(
                "`adyton project list` lists yours",
                "`adyton project list` 列出您的项目"
            ))
            .hint(said!(
                "for a role in another one, ask an administrator to run `adyton role grant USER ROLE --project {said}`",
                "要获得其他项目的角色，请管理员执行 `adyton role grant USER ROLE --project {said}`"
            )),
    }
}

fn this_domain() -> &'static str {
    phrase!(spoken(), "this domain", "该账号")
}

fn missing<'a>(what: &str, said: &str, names: impl Iterator<Item = &'a str>, list: &str) -> Failure {
    missing_in(
        phrase!(spoken(), "this project", "该项目"),
        what,
        said,
        names,
        list,
    )
}

fn missing_in<'a>(
    place: &str,
    what: &str,
    said: &str,
    names: impl Iterator<Item = &'a str>,
    list: &str,
) -> Failure {
    let failure = Failure::failed(said!(
        "{place} has no {what} named `{said}`",
        "{place}没有名为 `{said}` 的{what}"
    ));
    match nearest(said, names) {
        Some(meant) => failure.hint(said!("did you mean `{meant}`?", "您是否要找 `{meant}`？")),
        None => failure.hint(said!("run `{list}` to list them", "执行 `{list}` 可以列出")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model(version: &str, status: &str) -> ModelSummary {
        serde_json::from_value(json!({
            "model_id": "", "model_name": "iris", "model_version": version, "model_type": "ONNX", "model_status": status,
            "model_size": 1, "description": "", "source_location": "", "create_at": 0, "tenant": "", "project": "",
            "workspace_id": "0", "publishable_flag": true, "install_type": [],
        }))
        .unwrap()
    }

    #[test]
    fn the_newest_version_that_can_be_deployed_is_meant() {
        let models = || {
            vec![
                model("0.9.0", "published"),
                model("0.10.0", "published"),
                model("1.0.0", "failed"),
            ]
        };
        let version = |wanted| chosen(models(), wanted).map(|model| model.model_version);
        assert_eq!(version(None).as_deref(), Some("0.10.0"));
        assert_eq!(version(Some("1.0.0")).as_deref(), Some("1.0.0"));
        assert_eq!(version(Some("2.0.0")), None);
        // What there is, even if it cannot be deployed: the server says why.
        assert!(chosen(vec![model("1.0.0", "failed")], None).is_some());
    }

    fn app(id: &str, name: &str, key: &str) -> AppShown {
        serde_json::from_value(json!({
            "id": id, "name": name, "remark": "", "app_key": key, "creator": "USER", "status": 1, "app_type": "apig",
            "register_time": "", "update_time": "",
        }))
        .unwrap()
    }

    #[test]
    fn an_app_is_named_by_id_key_or_name() {
        let (first, second) = (
            "7d6210ad00000000000000000000000a",
            "7d6210ad00000000000000000000000b",
        );
        let apps = [
            app(first, "reader", "own-key"),
            app("id", "other", second),
            app("x", first, "y"),
        ];
        assert_eq!(meant(&apps, "reader"), Some(0));
        assert_eq!(meant(&apps, first), Some(0), "an id before a name");
        assert_eq!(meant(&apps, second), Some(1));
        assert_eq!(
            meant(&apps, "own-key"),
            None,
            "a key that somebody chose may be anything"
        );
        assert_eq!(meant(&apps, "nobody"), None);
    }

    #[test]
    fn a_slip_is_answered_with_the_name_that_is_near() {
        let failure = |said| {
            missing(
                phrase!(spoken(), "app", "应用"),
                said,
                ["reader", "writer"].into_iter(),
                "adyton app list",
            )
            .to_string()
        };
        assert!(failure("raeder").contains("did you mean `reader`?"));
        assert!(failure("something").contains("run `adyton app list` to list them"));
    }
}
