//! `…/quotas`: how many of each kind a project may have, and who sets it: an administrator of the domain.

use adyton_api::adyton::quotas::{QuotaList, QuotaSet, QuotaShown};
use adyton_core::audit::AuditedKind;
use adyton_core::quota::{Limit, QuotaUse};

use crate::call::Call;
use crate::endpoint::{Body, Json};
use crate::failure::OperationResult;
use crate::operations::quota::{self, AskedQuota, Change};

fn shown(one: QuotaUse) -> QuotaShown {
    QuotaShown {
        r#type: one.quota.name().to_owned(),
        used: one.used,
        quota: one.limit.number(),
        usual: one.quota.usual().number(),
    }
}

fn set(change: &Change) -> QuotaShown {
    shown(QuotaUse {
        quota: change.quota,
        limit: change.to,
        used: None,
    })
}

fn asked(body: QuotaSet) -> Vec<AskedQuota> {
    let asked = body.quotas.into_iter().map(|one| AskedQuota {
        name: one.r#type,
        number: one.quota,
    });
    asked.collect()
}

/// What was set, in the record of the call and as its answer.
fn answer(call: &Call, changes: &[Change]) -> Json<QuotaList> {
    let text = |limit: Limit| match limit {
        Limit::AtMost(most) => most.to_string(),
        Limit::None => "no limit".to_owned(),
    };
    for change in changes.iter().filter(|change| change.from != change.to) {
        let (from, to) = (text(change.from), text(change.to));
        call.audit.field(change.quota.name(), Some(from), Some(to));
    }
    Json(QuotaList {
        quotas: changes.iter().map(set).collect(),
    })
}

/// `GET /adyton/v1/{project_id}/quotas`
pub(crate) async fn show(call: Call) -> OperationResult<Json<QuotaList>> {
    let all = quota::list(&call.shared, &call.actor, call.project()?).await?;
    Ok(Json(QuotaList {
        quotas: all.into_iter().map(shown).collect(),
    }))
}

/// `PUT /adyton/v1/quotas/{in_project}`
pub(crate) async fn set_in_project(
    call: Call,
    Body(body): Body<QuotaSet>,
) -> OperationResult<Json<QuotaList>> {
    let id = call.text("in_project").to_owned();
    let (project, changes) = quota::set_in_project(&call.shared, &call.actor, &id, &asked(body)).await?;
    call.audit.about(AuditedKind::Project, project.id, &project.name);
    Ok(answer(&call, &changes))
}

/// `PUT /adyton/v1/quotas`
pub(crate) async fn set_in_domain(
    call: Call,
    Body(body): Body<QuotaSet>,
) -> OperationResult<Json<QuotaList>> {
    let changes = quota::set_in_domain(&call.shared, &call.actor, &asked(body)).await?;
    Ok(answer(&call, &changes))
}
