//! `…/apps`: make, show, change and delete apps, and give them another secret.

use adyton_api::apig::apps::{AppCreate, AppList, AppResetSecret, AppShown, AppUpdate};
use adyton_core::id::{AppId, AppKey};
use adyton_core::secret::Secret;
use adyton_core::tenant::App;
use adyton_store::repository::{AppChange, AppFilter, NewApp};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shapes;
use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::app;

/// Which apps.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AppQuery {
    /// How many to pass over.
    offset: Option<i64>,
    /// How many to give: 1 to 500, 20 by default.
    limit: Option<i64>,
    /// Only this one.
    id: Option<String>,
    /// Only with such a name.
    name: Option<String>,
    /// Only with this AppKey.
    app_key: Option<String>,
    /// 1: only those that work; 0: only disabled ones.
    status: Option<u8>,
    /// Parameters to be compared exactly: `name`.
    precise_search: Option<String>,
}

fn app_shown(app: &App) -> AppShown {
    AppShown {
        id: app.id.to_string(),
        name: app.name.clone(),
        remark: app.remark.clone(),
        app_key: app.key.to_string(),
        app_secret: None,
        creator: "USER".to_owned(),
        status: u8::from(app.enabled),
        app_type: "apig".to_owned(),
        register_time: shapes::time(app.created_at),
        update_time: shapes::time(app.updated_at),
        bind_num: None,
    }
}
/// The one answer that shows the secret.
fn with_secret(app: &App) -> AppShown {
    AppShown {
        app_secret: Some(app.secret.expose().clone()),
        ..app_shown(app)
    }
}

/// What a status must be.
const STATUSES: (&str, &str) = ("must be 1 or 0", "必须为 1 或 0");

/// Whether it says that an app works, if it says anything; nothing where it is none.
fn enabled(status: Option<u8>) -> Option<Option<bool>> {
    match status {
        None => Some(None),
        Some(0) => Some(Some(false)),
        Some(1) => Some(Some(true)),
        Some(_) => None,
    }
}

/// An empty text counts as left out: the official SDK sends it for "generate one".
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// `POST …/apps`
pub(crate) async fn create(call: Call, Body(wanted): Body<AppCreate>) -> OperationResult<Json<AppShown>> {
    let new = NewApp {
        project: call.project()?,
        name: wanted.name,
        remark: wanted.remark.unwrap_or_default(),
        key: given(wanted.app_key).map(AppKey::new),
        secret: given(wanted.app_secret).map(Secret::new),
    };
    let app = app::create(&call.shared, new).await?;
    call.audit.made(&app);
    Ok(Json(with_secret(&app)))
}

/// `GET …/apps`
pub(crate) async fn list(call: Call, Query(query): Query<AppQuery>) -> OperationResult<Json<AppList>> {
    // A text that is not an id matches no app.
    let id = given(query.id).map(|text| AppId::parse(text.as_bytes()).unwrap_or(AppId::from_bits(0)));
    let filter = AppFilter {
        id,
        name: shapes::name_match(query.name, "name", query.precise_search.as_deref()),
        key: given(query.app_key).map(AppKey::new),
        enabled: enabled(query.status).ok_or_else(|| Failure::query("status", STATUSES))?,
    };
    let page = shapes::page(query.offset, query.limit);
    let listed = app::list(&call.shared, call.project()?, &filter, page).await?;
    let bound = |app: &App| {
        call.actor
            .live
            .authorisations()
            .filter(|one| one.app == app.id)
            .count() as u64
    };
    let apps: Vec<AppShown> = listed
        .items
        .iter()
        .map(|app| AppShown {
            bind_num: Some(bound(app)),
            ..app_shown(app)
        })
        .collect();
    Ok(Json(AppList {
        total: listed.total,
        size: apps.len(),
        apps,
    }))
}

/// `GET …/apps/{app_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<AppShown>> {
    let app = app::show(&call.shared, call.project()?, id(&call)?).await?;
    Ok(Json(app_shown(&app)))
}

/// `PUT …/apps/{app_id}`
pub(crate) async fn update(call: Call, Body(wanted): Body<AppUpdate>) -> OperationResult<Json<AppShown>> {
    let enabled = enabled(wanted.status).ok_or_else(|| Failure::invalid("status", STATUSES))?;
    let change = AppChange {
        name: wanted.name,
        remark: wanted.remark,
        key: given(wanted.app_key).map(AppKey::new),
        secret: given(wanted.app_secret).map(Secret::new),
        enabled,
    };
    let before = call.actor.live.app(id(&call)?);
    let app = app::update(&call.shared, call.project()?, id(&call)?, change).await?;
    call.audit.changed(before.map(|app| &**app), &app);
    Ok(Json(app_shown(&app)))
}

/// `DELETE …/apps/{app_id}`
pub(crate) async fn delete(call: Call) -> OperationResult<()> {
    app::delete(&call.shared, call.project()?, id(&call)?).await
}

/// `PUT …/apps/secret/{app_id}`
pub(crate) async fn reset_secret(
    call: Call,
    Body(wanted): Body<AppResetSecret>,
) -> OperationResult<Json<AppShown>> {
    let secret = given(wanted.app_secret).map(Secret::new);
    let app = app::reset_secret(&call.shared, call.project()?, id(&call)?, secret).await?;
    call.audit.secret_field("app_secret");
    Ok(Json(with_secret(&app)))
}

/// The app of the path; a text that is not an id matches none.
pub(crate) fn id(call: &Call) -> Result<AppId, Failure> {
    call.parameter("app_id", Thing::App)
}
