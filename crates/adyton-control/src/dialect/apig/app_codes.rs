//! `…/apps/{app_id}/app-codes`: the simple way for an app to show itself.

use adyton_api::apig::app_codes::{AppCodeCreate, AppCodeList, AppCodeShown};
use adyton_core::audit::AuditedKind;
use adyton_core::id::{AppCodeId, AppId};
use adyton_core::secret::Secret;
use adyton_store::repository::AppCodeText;
use serde::Deserialize;
use utoipa::IntoParams;

use super::apps::id as app_id;
use super::shapes;
use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{OperationResult, Thing};
use crate::operations::app_code;

/// A page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppCodeQuery {
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give.
    limit: Option<i64>,
}

fn app_code_shown(code: &AppCodeText) -> AppCodeShown {
    AppCodeShown {
        id: code.code.id.to_string(),
        app_code: code.text.expose().clone(),
        app_id: code.app.to_string(),
        create_time: shapes::time(code.code.created_at),
    }
}

/// `POST …/app-codes`: adds the given code.
pub(crate) async fn create(
    call: Call,
    Body(wanted): Body<AppCodeCreate>,
) -> OperationResult<Json<AppCodeShown>> {
    let given = Some(Secret::new(wanted.app_code));
    let code = app_code::create(&call.shared, call.project()?, app_id(&call)?, given).await?;
    note(&call, &code);
    Ok(Json(app_code_shown(&code)))
}

/// `PUT …/app-codes`: adds a generated code.
pub(crate) async fn generate(call: Call) -> OperationResult<Json<AppCodeShown>> {
    let code = app_code::create(&call.shared, call.project()?, app_id(&call)?, None).await?;
    note(&call, &code);
    Ok(Json(app_code_shown(&code)))
}

/// `GET …/app-codes`
pub(crate) async fn list(
    call: Call,
    Query(query): Query<AppCodeQuery>,
) -> OperationResult<Json<AppCodeList>> {
    let codes = app_code::list(&call.shared, call.project()?, app_id(&call)?).await?;
    let all: Vec<AppCodeShown> = codes.iter().map(app_code_shown).collect();
    let app_codes = shapes::page(query.offset, query.limit).of(all).items;
    Ok(Json(AppCodeList {
        total: codes.len(),
        size: app_codes.len(),
        app_codes,
    }))
}

/// `GET …/app-codes/{app_code_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<AppCodeShown>> {
    let code = app_code::show(&call.shared, call.project()?, app_id(&call)?, id(&call)?).await?;
    Ok(Json(app_code_shown(&code)))
}

/// `DELETE …/app-codes/{app_code_id}`
pub(crate) async fn delete(call: Call) -> OperationResult<()> {
    let (app, id) = (app_id(&call)?, id(&call)?);
    app_code::delete(&call.shared, call.project()?, app, id).await?;
    note_app(&call, app, id);
    Ok(())
}

/// Notes an AppCode that was made; its text is a secret.
fn note(call: &Call, made: &AppCodeText) {
    note_app(call, made.app, made.code.id);
}

/// Notes an AppCode, which has no name, by its app's.
fn note_app(call: &Call, app: AppId, code: AppCodeId) {
    let name = call.actor.live.app(app).map(|app| app.name.clone());
    call.audit
        .about(AuditedKind::AppCode, code, name.as_deref().unwrap_or_default());
    call.audit.field("app", None, name);
}

fn id(call: &Call) -> OperationResult<AppCodeId> {
    call.parameter("app_code_id", Thing::AppCode)
}
