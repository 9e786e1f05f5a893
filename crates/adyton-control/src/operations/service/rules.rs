//! What a service's fields must be, and what counts where one is left out (ModelArts API Reference, "Deploying a Model as a
//! Service"). Whoever deploys or changes a service asks here, and nowhere else is any of it decided; fields are named as ModelArts
//! names them. That a model is there and published is the store's to say, in the transaction that needs it.

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use adyton_core::id::{ModelId, ProjectId};
use adyton_core::language::{Bilingual, both};
use adyton_core::service::{DEPLOY_TIMEOUT_DEFAULT, ServiceStatus, Version, Wanted};
use adyton_store::repository::{NewService, ServiceChange};

use crate::failure::{Failure, OperationResult};
use crate::operations::text;

/// What a service can be asked to run on, with a word about each; the first is what counts where nothing is said. Instances share
/// the machine in this version: a specification is kept and shown, not enforced.
pub(crate) const SPECIFICATIONS: [(&str, &str); 3] = [
    (
        "modelarts.vm.cpu.2u",
        "2 vCPUs, 8 GB; not enforced in this version",
    ),
    (
        "modelarts.vm.cpu.8u",
        "8 vCPUs, 32 GB; not enforced in this version",
    ),
    ("modelarts.vm.cpu.free", "shared; not enforced in this version"),
];
/// How long an instance may take to be ready, in seconds.
const DEPLOY_TIMEOUT: RangeInclusive<u32> = 1..=7200;
/// Instances of one version.
const INSTANCES: RangeInclusive<u32> = 1..=128;
/// Calls a second; 0 is no limit.
const CALLS_PER_SECOND: RangeInclusive<u32> = 0..=1_000_000;
/// What the weights of all versions add up to.
const WHOLE: u32 = 100;
/// The most environment variables of one version.
const ENVS_MOST: usize = 100;
/// The longest value of one, in bytes.
const ENV_MOST: usize = 4096;

/// A service that somebody wants deployed. `None` is a field that is left out.
pub(crate) struct AskedService {
    /// The project.
    pub(crate) project: ProjectId,
    /// The name of the user who asks.
    pub(crate) owner: String,
    /// `service_name`.
    pub(crate) name: String,
    /// `description`.
    pub(crate) description: Option<String>,
    /// `config`.
    pub(crate) versions: Vec<AskedVersion>,
    /// Settings of its API.
    pub(crate) properties: AskedProperties,
}

/// What somebody wants to be changed of a service. `None` is a field that is left out.
#[derive(Default)]
pub(crate) struct AskedChange {
    /// What is wanted of it.
    pub(crate) wanted: Option<Wanted>,
    /// `description`.
    pub(crate) description: Option<String>,
    /// `config`.
    pub(crate) versions: Option<Vec<AskedVersion>>,
    /// Settings of its API.
    pub(crate) properties: AskedProperties,
}

/// A model version of a service that somebody wants. `None` is a field that is left out.
pub(crate) struct AskedVersion {
    /// `model_id`.
    pub(crate) model: ModelId,
    /// `weight`.
    pub(crate) weight: Option<i64>,
    /// `instance_count`.
    pub(crate) instance_count: Option<i64>,
    /// `specification`.
    pub(crate) specification: Option<String>,
    /// `envs`.
    pub(crate) envs: Option<BTreeMap<String, String>>,
    /// `deploy_timeout_in_seconds`.
    pub(crate) deploy_timeout_seconds: Option<i64>,
}

/// `additional_properties`. `None` is a field that is left out.
#[derive(Default)]
pub(crate) struct AskedProperties {
    /// `calls_per_second`; `Some(None)` is the server's default.
    pub(crate) calls_per_second: Option<Option<i64>>,
    /// `app_auth`.
    pub(crate) app_auth: Option<bool>,
    /// `app_code`.
    pub(crate) app_code: Option<bool>,
}

impl AskedService {
    /// The service as it is to be made, if all of it is as it must be.
    pub(crate) fn checked(self) -> OperationResult<NewService> {
        text::name("service_name", &self.name)?;
        let description = self.description.unwrap_or_default();
        text::description(&description)?;
        Ok(NewService {
            project: self.project,
            name: self.name,
            description,
            wanted: Wanted::Running,
            versions: versions(self.versions)?,
            calls_per_second: calls_per_second(self.properties.calls_per_second)?.flatten(),
            app_auth: self.properties.app_auth.unwrap_or(false),
            app_code: self.properties.app_code.unwrap_or(true),
            owner: self.owner,
        })
    }
}

impl AskedChange {
    /// The change as it is to be made, if it is one and all of it is as it must be.
    pub(crate) fn checked(self) -> OperationResult<ServiceChange> {
        if let Some(description) = &self.description {
            text::description(description)?;
        }
        let change = ServiceChange {
            description: self.description,
            wanted: self.wanted,
            versions: self.versions.map(versions).transpose()?,
            calls_per_second: calls_per_second(self.properties.calls_per_second)?,
            app_auth: self.properties.app_auth,
            app_code: self.properties.app_code,
            renew: false,
            restart: false,
        };
        if change == ServiceChange::default() {
            return Err(Failure::invalid(
                "body",
                (
                    "must set `status`, `config`, `description` or `additional_properties`",
                    "必须设置 `status`、`config`、`description` 或 `additional_properties`",
                ),
            ));
        }
        Ok(change)
    }
}

/// Whether instances are started anew though nothing else has changed: a service that failed is wanted running.
pub(crate) fn renews(status: ServiceStatus, wanted: Option<Wanted>) -> bool {
    status == ServiceStatus::Failed && wanted == Some(Wanted::Running)
}

fn calls_per_second(asked: Option<Option<i64>>) -> OperationResult<Option<Option<u32>>> {
    let field = "additional_properties.calls_per_second";
    asked
        .map(|asked| {
            asked
                .map(|number| bounded(field, number, CALLS_PER_SECOND))
                .transpose()
        })
        .transpose()
}

/// Each version alone, and all against each other.
fn versions(asked: Vec<AskedVersion>) -> OperationResult<Vec<Version>> {
    let is_alone = asked.len() == 1;
    let versions = asked
        .into_iter()
        .enumerate()
        .map(|(at, asked)| version(&format!("config[{at}]"), asked, is_alone))
        .collect::<OperationResult<Vec<_>>>()?;
    if versions.is_empty() {
        return Err(Failure::invalid(
            "config",
            ("must name at least one model", "至少需要一个模型"),
        ));
    }
    let mut named = HashSet::new();
    if let Some(again) = versions.iter().find(|version| !named.insert(version.model)) {
        return Err(Failure::Repeated {
            model: again.model.to_string(),
        });
    }
    let sum: u32 = versions.iter().map(|version| version.weight).sum();
    if sum != WHOLE {
        return Err(Failure::invalid(
            "config",
            both!(
                "the weights must add up to {}, these add up to {}",
                "权重之和必须为 {}，实际为 {}",
                WHOLE,
                sum
            ),
        ));
    }
    Ok(versions)
}

/// One version; `path` is where it stands.
fn version(path: &str, asked: AskedVersion, is_alone: bool) -> OperationResult<Version> {
    let field = |name: &str| format!("{path}.{name}");
    let weight = match asked.weight {
        Some(weight) => bounded(&field("weight"), weight, 0..=WHOLE)?,
        None if is_alone => WHOLE,
        None => {
            return Err(Failure::invalid(
                field("weight"),
                (
                    "must be set when there are several models",
                    "有多个模型时必须设置",
                ),
            ));
        }
    };
    let [(usual, _), ..] = SPECIFICATIONS;
    let specification = asked.specification.unwrap_or_else(|| usual.to_owned());
    if !SPECIFICATIONS.iter().any(|(name, _)| *name == specification) {
        return Err(Failure::invalid(
            field("specification"),
            (
                "must be one of those that `GET …/services/specifications` lists",
                "必须为 `GET …/services/specifications` 列出的规格之一",
            ),
        ));
    }
    let envs = asked.envs.unwrap_or_default();
    environment(&envs).map_err(|problem| Failure::invalid(field("envs"), problem))?;
    let count = asked
        .instance_count
        .map(|count| bounded(&field("instance_count"), count, INSTANCES));
    let timeout = asked
        .deploy_timeout_seconds
        .map(|seconds| bounded(&field("deploy_timeout_in_seconds"), seconds, DEPLOY_TIMEOUT));
    Ok(Version {
        model: asked.model,
        weight,
        instance_count: count.transpose()?.unwrap_or(1),
        specification,
        envs,
        deploy_timeout_seconds: timeout.transpose()?.unwrap_or(DEPLOY_TIMEOUT_DEFAULT),
        restarts: 0,
    })
}

/// What is wrong with the environment of a version's program.
fn environment(envs: &BTreeMap<String, String>) -> Result<(), Bilingual> {
    if envs.len() > ENVS_MOST {
        return Err(both!("at most {} variables", "最多 {} 个变量", ENVS_MOST));
    }
    for (name, value) in envs {
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !begins || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(Bilingual::from((
                "names must be letters, digits and `_`, and not begin with a digit",
                "变量名只能由字母、数字和 `_` 组成，且不能以数字开头",
            )));
        }
        if adyton_runtime::command::RESERVED.contains(&name.as_str()) {
            return Err(both!(
                "`{}` is set by the server itself; leave it out",
                "`{}` 由服务器设置；请去掉",
                name
            ));
        }
        if value.len() > ENV_MOST || value.contains('\0') {
            return Err(both!(
                "values must have at most {} bytes and no NUL",
                "变量值最多 {} 字节，且不能含有 NUL",
                ENV_MOST
            ));
        }
    }
    Ok(())
}

fn bounded(field: &str, number: i64, range: RangeInclusive<u32>) -> OperationResult<u32> {
    u32::try_from(number)
        .ok()
        .filter(|value| range.contains(value))
        .ok_or_else(|| {
            let problem = both!(
                "must be {} to {}, is {}",
                "必须在 {} 到 {} 之间，实际为 {}",
                range.start(),
                range.end(),
                number
            );
            Failure::invalid(field, problem)
        })
}

#[cfg(test)]
mod tests;
