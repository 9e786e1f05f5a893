//! `…/models`: list, show and delete models, and the engines that can run them.

use adyton_api::modelarts::models::{ModelDeleted, ModelKept, ModelList, ModelShown, ModelSummary};
use adyton_core::id::ModelId;
use adyton_core::model::{EngineKind, ModelStatus};
use adyton_store::repository::{ModelFilter, ModelSort, NameMatch, SortOrder};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::model_shapes;
use super::services::{descending, page};
use crate::audit::{self, Audited as _};
use crate::call::Call;
use crate::endpoint::{Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::language;
use crate::operations::model;

/// Which models.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelQuery {
    /// Only those whose name holds this; `_` stands for any one character.
    model_name: Option<String>,
    /// `true`: `_` in the name is itself.
    exact_match: Option<String>,
    /// Only this version.
    model_version: Option<String>,
    /// Only in this state.
    model_status: Option<String>,
    /// The page, counted from 0.
    offset: Option<u32>,
    /// How many a page holds, 1 to 1000.
    limit: Option<u32>,
    /// `create_at`, `model_version`, `model_size` or `model_name`.
    sort_by: Option<String>,
    /// `desc` or `asc`.
    order: Option<String>,
    /// `0`.
    workspace_id: Option<String>,
}

/// How to delete.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteQuery {
    /// `true`: all versions of the model.
    cascade: Option<bool>,
}

/// What can run models.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct EngineList {
    /// The engines.
    engine_runtimes: Vec<EngineShown>,
    /// How many there are.
    total_count: usize,
}

/// An engine.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct EngineShown {
    /// Its name, as `model_type` says it.
    ai_engine: String,
    /// The runtimes that it has here.
    runtimes: Vec<String>,
}

/// `GET …/models`
pub(crate) async fn list(call: Call, Query(query): Query<ModelQuery>) -> OperationResult<Json<ModelList>> {
    let exact = match query.exact_match.as_deref() {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => {
            return Err(Failure::query(
                "exact_match",
                ("must be `true` or `false`", "必须为 `true` 或 `false`"),
            ));
        }
    };
    let status = match query.model_status.as_deref() {
        None => None,
        // States of models that are built as images: no model of ours is ever in one.
        Some("building" | "building_failed") => return Ok(Json(empty())),
        Some(word) => Some(ModelStatus::parse(word).ok_or_else(|| {
            Failure::query(
                "model_status",
                (
                    "must be `publishing`, `published` or `failed`",
                    "必须为 `publishing`、`published` 或 `failed`",
                ),
            )
        })?),
    };
    if query.workspace_id.as_deref().is_some_and(|id| id != "0") {
        return Ok(Json(empty()));
    }
    let by = match query.sort_by.as_deref() {
        None | Some("create_at") => ModelSort::CreatedAt,
        Some("model_version") => ModelSort::Version,
        Some("model_size") => ModelSort::Size,
        Some("model_name") => ModelSort::Name,
        Some(_) => {
            let known = (
                "must be `create_at`, `model_version`, `model_size` or `model_name`",
                "必须为 `create_at`、`model_version`、`model_size` 或 `model_name`",
            );
            return Err(Failure::query("sort_by", known));
        }
    };
    let filter = ModelFilter {
        name: query.model_name.map(|name| match exact {
            true => NameMatch::Contains(name),
            false => NameMatch::Fuzzy(name),
        }),
        version: query.model_version,
        status,
    };
    let order = SortOrder {
        by,
        descending: descending(query.order.as_deref())?,
    };
    let page = page(query.offset, query.limit)?;
    let listed = model::list(&call.shared, call.project()?, &filter, order, page).await?;
    let language = language::of(&call.headers);
    let models: Vec<ModelSummary> = listed
        .items
        .iter()
        .map(|model| model_shapes::model_summary(&call.shared, model, language))
        .collect();
    Ok(Json(ModelList {
        total_count: listed.total,
        count: models.len(),
        models,
    }))
}

fn empty() -> ModelList {
    ModelList {
        total_count: 0,
        count: 0,
        models: Vec::new(),
    }
}

/// `GET …/models/{model_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<ModelShown>> {
    let mut model = model::show(&call.shared, call.project()?, id(&call)?).await?;
    model::with_ports(&call.shared, &mut model).await?;
    let language = language::of(&call.headers);
    Ok(Json(model_shapes::model_shown(&call.shared, &model, language)))
}

/// `DELETE …/models/{model_id}`
pub(crate) async fn delete(
    call: Call,
    Query(query): Query<DeleteQuery>,
) -> OperationResult<Json<ModelDeleted>> {
    let cascade = query.cascade.unwrap_or(false);
    let deleted = model::delete(&call.shared, call.project()?, id(&call)?, cascade).await?;
    for gone in &deleted.gone {
        let model = call.actor.live.model(*gone);
        let name = model.map_or_else(|| gone.to_string(), |model| model.name());
        call.audit.field("model", Some(name), None);
    }
    if let Some((_, failure)) = deleted.kept.first() {
        let (shown, _) = super::errors::told(failure);
        call.audit.partly_refused(audit::refusal(shown, Some(failure)));
    }
    let kept = deleted.kept.iter().map(|(model, failure)| {
        let (shown, message) = super::errors::told(failure);
        ModelKept {
            model_id: model.id.to_string(),
            model_name: model.name.clone(),
            model_version: model.version.clone(),
            error_code: shown.code().entry().wire.to_owned(),
            error_msg: message.into_owned(),
            reason: shown.name().to_owned(),
        }
    });
    Ok(Json(ModelDeleted {
        delete_failed_list: kept.collect(),
        delete_success_list: deleted.gone.iter().map(ModelId::to_string).collect(),
    }))
}

/// `GET …/models/ai-engine-runtimes`
pub(crate) async fn engines(call: Call) -> OperationResult<Json<EngineList>> {
    let shared = &call.shared;
    let shown = |kind: EngineKind| EngineShown {
        ai_engine: kind.name().to_owned(),
        runtimes: vec![match kind {
            EngineKind::Onnx => shared.onnx.choice().to_string(),
            EngineKind::Command => "program".to_owned(),
        }],
    };
    let engine_runtimes: Vec<_> = model::engines(shared).map(shown).collect();
    Ok(Json(EngineList {
        total_count: engine_runtimes.len(),
        engine_runtimes,
    }))
}

fn id(call: &Call) -> OperationResult<ModelId> {
    call.parameter("model_id", Thing::Model)
}
