//! What a service's fields must be (ModelArts API Reference, "Deploying a Model as a Service").

use std::collections::HashSet;

use adyton_core::id::ProjectId;
use adyton_core::model::ModelStatus;
use adyton_core::service::Version;

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::text;
use crate::plane::Plane;

/// The longest description.
const DESCRIPTION_MOST: usize = 100;
/// The most instances of one version.
const INSTANCES_MOST: u32 = 128;
/// The most environment variables of one version, and the longest value.
const ENVS_MOST: (usize, usize) = (100, 4096);

/// 1 to 64 letters, digits, `_` and `-`.
pub(crate) fn name(field: &str, name: &str) -> OperationResult<()> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if fits {
        return Ok(());
    }
    Err(Failure::invalid(
        field,
        "must have 1 to 64 letters, digits, `_` and `-`",
    ))
}

/// At most 100 characters, none of `&!'"<>=`, and no control characters but lines and tabs.
pub(crate) fn description(text: &str) -> OperationResult<()> {
    text::check("description", text, DESCRIPTION_MOST)?;
    match text.chars().find(|c| "&!'\"<>=".contains(*c)) {
        None => Ok(()),
        Some(wrong) => Err(Failure::invalid(
            "description",
            format!("must not hold `{wrong}` (none of &!'\"<>=)"),
        )),
    }
}

/// The versions against each other and against the project's models.
pub(crate) async fn versions(plane: &Plane, project: ProjectId, versions: &[Version]) -> OperationResult<()> {
    if versions.is_empty() {
        return Err(Failure::invalid("config", "must name at least one model"));
    }
    let mut named = HashSet::new();
    for (at, version) in versions.iter().enumerate() {
        one(at, version)?;
        if !named.insert(version.model) {
            return Err(Failure::Repeated {
                model: version.model.to_string(),
            });
        }
    }
    let sum: u32 = versions.iter().map(|version| version.weight).sum();
    if sum != 100 {
        return Err(Failure::invalid(
            "config",
            format!("the weights must add up to 100, these add up to {sum}"),
        ));
    }
    for version in versions {
        let model = plane.store.models().get(project, version.model).await?;
        let model = model.ok_or_else(|| Failure::missing(Thing::Model, version.model))?;
        if model.status != ModelStatus::Published {
            return Err(Failure::NotPublished {
                model: model.id.to_string(),
                status: model.status.name(),
            });
        }
    }
    Ok(())
}

fn one(at: usize, version: &Version) -> OperationResult<()> {
    let wrong = |field: &str, problem: &str| Err(Failure::invalid(format!("config[{at}].{field}"), problem));
    if version.weight > 100 {
        return wrong("weight", "must be 0 to 100");
    }
    if !(1..=INSTANCES_MOST).contains(&version.instance_count) {
        return wrong("instance_count", "must be 1 to 128");
    }
    if version.deploy_timeout_seconds == 0 {
        return wrong("deploy_timeout_in_seconds", "must be at least 1");
    }
    if version.envs.len() > ENVS_MOST.0 {
        return wrong("envs", "at most 100 variables");
    }
    for (name, value) in &version.envs {
        let shape = name
            .bytes()
            .next()
            .is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if !shape {
            return wrong(
                "envs",
                "names must be letters, digits and `_`, and not begin with a digit",
            );
        }
        if adyton_runtime::command::RESERVED.contains(&name.as_str()) {
            return wrong(
                "envs",
                &format!("`{name}` is set by the server itself; leave it out"),
            );
        }
        if value.len() > ENVS_MOST.1 || value.contains('\0') {
            return wrong("envs", "values must have at most 4096 bytes and no NUL");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_descriptions() {
        assert!(name("service_name", "iris-1_a").is_ok());
        for wrong in ["", "ä", "a b", &"x".repeat(65)] {
            assert!(name("service_name", wrong).is_err(), "{wrong}");
        }
        assert!(description("what it does, and why").is_ok());
        assert!(description("<b>").is_err());
        assert!(description("\u{1b}]0;title\u{7}").is_err());
        assert!(description(&"x".repeat(101)).is_err());
    }
}
