//! Quotas: what holds in a project, and setting it. Whether there is room is decided where something is made, by the store.

use adyton_core::id::{DomainId, ProjectId};
use adyton_core::language::both;
use adyton_core::quota::{Limit, Quota, QuotaUse};
use adyton_core::tenant::{Project, Scope};

use crate::actor::Actor;
use crate::failure::{Failure, OperationResult, Thing};
use crate::shared::Shared;

/// A quota that is to be set: its name, and the number as the API writes it. `None` gives back the usual one.
pub(crate) struct AskedQuota {
    /// Its name.
    pub(crate) name: String,
    /// How many there may be.
    pub(crate) number: Option<i64>,
}

/// All quotas that hold in the project.
pub(crate) async fn list(
    shared: &Shared,
    actor: &Actor,
    project: ProjectId,
) -> OperationResult<Vec<QuotaUse>> {
    let domain = domain_of(actor, project)?;
    Ok(shared.store.quotas().list(domain, project).await?)
}

/// Sets quotas of a project of the caller's domain. Gives the project, and what was set and was before, one for each that was asked.
pub(crate) async fn set_in_project(
    shared: &Shared,
    actor: &Actor,
    id: &str,
    asked: &[AskedQuota],
) -> OperationResult<(Project, Vec<Change>)> {
    let domain = actor.domain()?;
    let known = id.parse().ok().and_then(|id| actor.live.project(id));
    let project = known.filter(|project| project.domain == domain);
    let project = project.ok_or_else(|| Failure::missing(Thing::Project, id))?;
    let changes = set(shared, Scope::Project(project.id), asked).await?;
    Ok((Project::clone(project), changes))
}

/// Sets quotas that hold for each user of the caller's domain.
pub(crate) async fn set_in_domain(
    shared: &Shared,
    actor: &Actor,
    asked: &[AskedQuota],
) -> OperationResult<Vec<Change>> {
    set(shared, Scope::Domain(actor.domain()?), asked).await
}

/// A quota that was set, and both limits.
pub(crate) struct Change {
    /// Which.
    pub(crate) quota: Quota,
    /// What it was.
    pub(crate) from: Limit,
    /// What it is.
    pub(crate) to: Limit,
}

async fn set(shared: &Shared, scope: Scope, asked: &[AskedQuota]) -> OperationResult<Vec<Change>> {
    let wanted = checked(matches!(scope, Scope::Domain(_)), asked)?;
    let before = shared.store.quotas().set(scope, &wanted).await?;
    let before = shared.settled(before).await?;
    let changes = wanted.into_iter().zip(before).map(|((quota, to), from)| Change {
        quota,
        from,
        to: to.unwrap_or(quota.usual()),
    });
    Ok(changes.collect())
}

/// What was asked, with each quota named once and set where it belongs.
fn checked(in_domain: bool, asked: &[AskedQuota]) -> OperationResult<Vec<(Quota, Option<Limit>)>> {
    let mut wanted: Vec<(Quota, Option<Limit>)> = Vec::new();
    for (at, one) in asked.iter().enumerate() {
        let field = |name: &str| format!("quotas[{at}].{name}");
        let quota = Quota::parse(&one.name).filter(|quota| quota.is_of_domain() == in_domain);
        let Some(quota) = quota else {
            let here: Vec<&str> = Quota::ALL
                .iter()
                .filter(|quota| quota.is_of_domain() == in_domain)
                .map(|quota| quota.name())
                .collect();
            return Err(Failure::invalid(
                field("type"),
                both!("must be one of {}", "必须为以下之一：{}", here.join(", ")),
            ));
        };
        if wanted.iter().any(|(known, _)| *known == quota) {
            return Err(Failure::invalid(field("type"), ("occurs twice", "出现了两次")));
        }
        let limit = one.number.map(|number| {
            Limit::from_number(number).ok_or_else(|| {
                Failure::invalid(
                    field("quota"),
                    (
                        "must be 0 or more, -1 for no limit, or null for the default",
                        "必须为不小于 0 的整数，-1 表示不限，null 表示默认值",
                    ),
                )
            })
        });
        wanted.push((quota, limit.transpose()?));
    }
    match wanted.is_empty() {
        true => Err(Failure::invalid(
            "quotas",
            ("must name at least one", "至少需要一项"),
        )),
        false => Ok(wanted),
    }
}

fn domain_of(actor: &Actor, project: ProjectId) -> OperationResult<DomainId> {
    let known = actor.live.project(project);
    known
        .map(|project| project.domain)
        .ok_or_else(|| Failure::missing(Thing::Project, project))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str, number: Option<i64>) -> AskedQuota {
        AskedQuota {
            name: name.to_owned(),
            number,
        }
    }

    #[test]
    fn a_quota_is_set_where_it_belongs() {
        let wanted = checked(
            false,
            &[
                asked("services", Some(3)),
                asked("apps", Some(-1)),
                asked("models", None),
            ],
        );
        assert_eq!(
            wanted.unwrap(),
            [
                (Quota::Services, Some(Limit::AtMost(3))),
                (Quota::Apps, Some(Limit::None)),
                (Quota::Models, None)
            ]
        );
        assert!(checked(true, &[asked("access_keys", Some(3))]).is_ok());
    }

    #[test]
    fn what_cannot_be_set_is_told_with_its_field() {
        for (in_domain, quotas, message) in [
            (
                false,
                vec![asked("service", Some(1))],
                "quotas[0].type: must be one of services, instances",
            ),
            (
                false,
                vec![asked("access_keys", Some(1))],
                "quotas[0].type: must be one of services",
            ),
            (
                true,
                vec![asked("services", Some(1))],
                "quotas[0].type: must be one of access_keys",
            ),
            (
                false,
                vec![asked("apps", Some(1)), asked("apps", None)],
                "quotas[1].type: occurs twice",
            ),
            (
                false,
                vec![asked("apps", Some(-2))],
                "quotas[0].quota: must be 0 or more",
            ),
            (false, vec![], "quotas: must name at least one"),
        ] {
            let told = checked(in_domain, &quotas).unwrap_err().to_string();
            assert!(told.starts_with(message), "{told}");
        }
    }
}
