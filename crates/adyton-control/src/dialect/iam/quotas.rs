//! `/v3.0/OS-QUOTA/…`: quotas where IAM's clients look for them. `adyton-control/src/dialect/adyton/quotas.rs` sets them.

use adyton_api::iam::quotas::{OsQuotaAnswer, OsQuotaResource, OsQuotaResult};
use adyton_core::language::both;
use adyton_core::quota::Limit;
use adyton_identity::Action;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::actor::permitted;
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::{project, quota};

/// What a domain has quotas of.
const OF_DOMAIN: [&str; 5] = ["user", "group", "idp", "agency", "policy"];

/// Which quotas.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OsQuotaQuery {
    /// Only this one: `user`, `group`, `idp`, `agency` or `policy`.
    r#type: Option<String>,
}

/// `GET /v3.0/OS-QUOTA/domains/{in_domain}`: the caller's own domain.
pub(crate) async fn of_domain(
    call: Call,
    Query(query): Query<OsQuotaQuery>,
) -> OperationResult<Json<OsQuotaAnswer>> {
    let (text, own) = (call.text("in_domain"), call.actor.domain()?);
    if text != own.to_string() {
        return Err(Failure::missing(Thing::Domain, text));
    }
    if let Some(asked) = &query.r#type
        && !OF_DOMAIN.contains(&asked.as_str())
    {
        let known = OF_DOMAIN.join(", ");
        return Err(Failure::query(
            "type",
            both!("must be one of {}", "必须为以下之一：{}", known),
        ));
    }
    let users = call.actor.live.users().filter(|user| user.domain == own).count();
    let wanted = OF_DOMAIN
        .into_iter()
        .filter(|kind| query.r#type.as_ref().is_none_or(|asked| asked == kind));
    let resources = wanted.map(|kind| match kind {
        "user" => resource(kind, users as u64, Limit::None),
        // There are none here, and there can be none.
        _ => resource(kind, 0, Limit::AtMost(0)),
    });
    Ok(answer(resources.collect()))
}

/// `GET /v3.0/OS-QUOTA/projects/{in_project}`: a project in which the caller has a role.
pub(crate) async fn of_project(call: Call) -> OperationResult<Json<OsQuotaAnswer>> {
    let text = call.text("in_project").to_owned();
    let projects = project::of_user(&call.actor.live, call.actor.user()?);
    let found = projects.iter().find(|project| project.id.to_string() == text);
    let id = found.ok_or_else(|| Failure::missing(Thing::Project, &text))?.id;
    permitted(&call.actor.live, &call.actor.caller, Action::QuotaGet, Some(id))?;
    let all = quota::list(&call.shared, &call.actor, id).await?;
    let counted = all
        .into_iter()
        .filter_map(|one| Some(resource(one.quota.name(), one.used?, one.limit)));
    Ok(answer(counted.collect()))
}

fn resource(kind: &str, used: u64, limit: Limit) -> OsQuotaResource {
    OsQuotaResource {
        r#type: kind.to_owned(),
        used,
        quota: limit.number(),
        min: 0,
        max: Limit::None.number(),
    }
}

fn answer(resources: Vec<OsQuotaResource>) -> Json<OsQuotaAnswer> {
    Json(OsQuotaAnswer {
        quotas: OsQuotaResult { resources },
    })
}
