//! `GET …/services/{service_id}/rollout`: how far a change of a service has come; `POST …/restart`: the change that changes nothing.

use adyton_api::adyton::rollouts::{RolloutShown, RolloutState};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::dialect::modelarts::services::id;
use crate::endpoint::{Json, Query};
use crate::failure::OperationResult;
use crate::operations::service;
use crate::operations::service::rollout::{self, Progress};

/// Which change.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct RolloutQuery {
    /// The generation that the change began; the service's present one by default.
    generation: Option<u64>,
}

/// `GET …/services/{service_id}/rollout`
pub(crate) async fn show(
    call: Call,
    Query(query): Query<RolloutQuery>,
) -> OperationResult<Json<RolloutShown>> {
    shown(&call, query.generation).await
}

/// `POST …/services/{service_id}/restart`
pub(crate) async fn restart(call: Call) -> OperationResult<Json<RolloutShown>> {
    let service = service::restart(&call.shared, call.project()?, id(&call)?).await?;
    shown(&call, Some(service.generation)).await
}

async fn shown(call: &Call, generation: Option<u64>) -> OperationResult<Json<RolloutShown>> {
    let (seen, generation, progress) =
        rollout::show(&call.shared, call.project()?, id(call)?, generation).await?;
    let (state, cause) = match progress {
        Progress::Going => (RolloutState::Going, String::new()),
        Progress::Done => (RolloutState::Done, String::new()),
        Progress::RolledBack(cause) => (RolloutState::RolledBack, cause),
        Progress::Failed(cause) => (RolloutState::Failed, cause),
        Progress::Replaced => (RolloutState::Replaced, String::new()),
        Progress::Stopped => (RolloutState::Stopped, String::new()),
    };
    Ok(Json(RolloutShown {
        service_id: seen.service.id.to_string(),
        generation,
        state,
        cause,
        status: seen.status,
        progress: seen.progress,
        error_msg: seen.error().to_owned(),
    }))
}
