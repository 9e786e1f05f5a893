//! `/v1/{project_id}/quotas`: of the project's quotas those of models and services.

use adyton_api::modelarts::quotas::{ResourceQuota, ResourceQuotaAnswer, ResourceQuotaList};
use adyton_core::quota::{Quota, QuotaUse};

use crate::call::Call;
use crate::endpoint::Json;
use crate::failure::OperationResult;
use crate::operations::quota;

/// `GET /v1/{project_id}/quotas`
pub(crate) async fn show(call: Call) -> OperationResult<Json<ResourceQuotaAnswer>> {
    let all = quota::list(&call.shared, &call.actor, call.project()?).await?;
    let resources = all.into_iter().filter_map(shown).collect();
    Ok(Json(ResourceQuotaAnswer {
        quotas: ResourceQuotaList { resources },
    }))
}

/// A quota, if it is one of ModelArts'.
fn shown(one: QuotaUse) -> Option<ResourceQuota> {
    match one.quota {
        Quota::Services | Quota::Instances | Quota::Models | Quota::PackageBytes => Some(ResourceQuota {
            r#type: one.quota.name().to_owned(),
            quota: one.limit.number(),
            used: one.used?,
        }),
        Quota::Apps | Quota::AppCodes | Quota::AccessKeys => None,
    }
}
