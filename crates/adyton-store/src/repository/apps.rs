//! Apps: credentials that are authorised for APIs. The AppSecret is sealed.

use std::collections::HashMap;

use adyton_core::id::{AppId, AppKey, ProjectId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{App, AppCode};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::listing::page;
use super::quotas::{self, QuotaCount};
use super::revoking::revoke_where;
use super::{Listed, NameMatch, Page, projects};
use crate::database::Session;
use crate::error::Unique;
use crate::schema::apps::{Column, Entity, Model, place};
use crate::schema::{app_codes, authorisations, or_log};
use crate::seal::Seal;
use crate::transaction::{Kind, ROWS_A_STATEMENT, Write};
use crate::urgent_retry::urgently;
use crate::{Committed, Store, StoreError, credential};

/// An app to be made.
#[derive(Clone)]
pub struct NewApp {
    /// The project.
    pub project: ProjectId,
    /// Its name, unique in the project.
    pub name: String,
    /// What its owner says of it.
    pub remark: String,
    /// Its AppKey; 32 random hex digits if none is given.
    pub key: Option<AppKey>,
    /// Its AppSecret; 32 random hex digits if none is given.
    pub secret: Option<Secret<String>>,
}

/// What to change of an app; `None` leaves it as it is.
#[derive(Clone, Default)]
pub struct AppChange {
    /// A new name.
    pub name: Option<String>,
    /// A new remark.
    pub remark: Option<String>,
    /// Another AppKey.
    pub key: Option<AppKey>,
    /// Another AppSecret.
    pub secret: Option<Secret<String>>,
    /// Whether it works.
    pub enabled: Option<bool>,
}

/// Which apps.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AppFilter {
    /// Only this one.
    pub id: Option<AppId>,
    /// Only with such a name.
    pub name: Option<NameMatch>,
    /// Only with this AppKey.
    pub key: Option<AppKey>,
    /// Only enabled or disabled ones.
    pub enabled: Option<bool>,
}

/// The apps.
#[derive(Clone, Copy)]
pub struct Apps<'a>(pub(crate) &'a Store);

impl Apps<'_> {
    /// Makes an app. Quota: apps of the project. Conflict: its name in the project, or its AppKey. Missing: the project.
    pub async fn create(&self, new: NewApp) -> Result<Committed<App>, StoreError> {
        let now = self.0.now();
        let app = App {
            id: AppId::from_random(credential::random()?),
            project: new.project,
            name: new.name,
            remark: new.remark,
            key: new.key.map_or_else(credential::app_key, Ok)?,
            secret: new.secret.map_or_else(credential::app_secret, Ok)?,
            enabled: true,
            codes: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        let mut write = self.0.write().await?;
        projects::require(&write.session, app.project).await?;
        quotas::require(&write.session, QuotaCount::Apps(app.project), 1).await?;
        require_unique(&write.session, &app).await?;
        let row = to_row(&app, self.0.seal())?;
        Entity::insert(row.into_active_model())
            .exec_without_returning(&write.session)
            .await?;
        write.changed(Kind::App, app.id);
        write.commit(app).await
    }

    /// The project's app with this id, secret included.
    pub async fn get(&self, project: ProjectId, id: AppId) -> Result<Option<App>, StoreError> {
        find(&self.0.read().await?, self.0.seal(), project, id).await
    }

    /// The project's apps, newest first.
    pub async fn list(
        &self,
        project: ProjectId,
        filter: &AppFilter,
        part: Page,
    ) -> Result<Listed<App>, StoreError> {
        let mut query = Entity::find()
            .filter(Column::ProjectId.eq(project.to_string()))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id);
        if let Some(id) = filter.id {
            query = query.filter(Column::Id.eq(id.to_string()));
        }
        if let Some(name) = &filter.name {
            query = query.filter(name.on(Column::Name));
        }
        if let Some(key) = &filter.key {
            query = query.filter(Column::AppKey.eq(key.as_str()));
        }
        if let Some(enabled) = filter.enabled {
            query = query.filter(Column::Enabled.eq(enabled));
        }
        let session = self.0.read().await?;
        let (rows, total) = page(&session, query, part).await?;
        let items = assemble(&session, self.0.seal(), rows).await?;
        Ok(Listed { items, total })
    }

    /// Changes an app. Conflict: the name or the AppKey.
    pub async fn update(
        &self,
        project: ProjectId,
        id: AppId,
        change: AppChange,
    ) -> Result<Option<Committed<App>>, StoreError> {
        urgently!(self.0, self.update_once(project, id, change.clone()))
    }

    async fn update_once(
        &self,
        project: ProjectId,
        id: AppId,
        change: AppChange,
    ) -> Result<Option<Committed<App>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(mut app) = find(&write.session, self.0.seal(), project, id).await? else {
            return Ok(None);
        };
        app.name = change.name.unwrap_or(app.name);
        app.remark = change.remark.unwrap_or(app.remark);
        app.key = change.key.unwrap_or(app.key);
        app.secret = change.secret.unwrap_or(app.secret);
        app.enabled = change.enabled.unwrap_or(app.enabled);
        app.updated_at = self.0.now();
        require_unique(&write.session, &app).await?;
        save(&mut write, self.0.seal(), &app).await?;
        Ok(Some(write.commit(app).await?))
    }

    /// Gives the app another AppSecret: the given one, or a random one. The old one stops working.
    pub async fn reset_secret(
        &self,
        project: ProjectId,
        id: AppId,
        secret: Option<Secret<String>>,
    ) -> Result<Option<Committed<App>>, StoreError> {
        let change = AppChange {
            secret: Some(secret.map_or_else(credential::app_secret, Ok)?),
            ..AppChange::default()
        };
        self.update(project, id, change).await
    }

    /// Deletes the app, its AppCodes and its authorisations. (Its secrets are not read: a damaged one can be deleted too.)
    pub async fn delete(&self, project: ProjectId, id: AppId) -> Result<Option<Committed<()>>, StoreError> {
        urgently!(self.0, self.delete_once(project, id))
    }

    async fn delete_once(&self, project: ProjectId, id: AppId) -> Result<Option<Committed<()>>, StoreError> {
        let mut write = self.0.write().await?;
        if !exists(&write.session, project, id).await? {
            return Ok(None);
        }
        let of_app = authorisations::Column::AppId.eq(id.to_string());
        revoke_where(&mut write, of_app).await?;
        app_codes::Entity::delete_many()
            .filter(app_codes::Column::AppId.eq(id.to_string()))
            .exec(&write.session)
            .await?;
        Entity::delete_by_id(id.to_string()).exec(&write.session).await?;
        write.changed(Kind::App, id);
        Ok(Some(write.commit(()).await?))
    }
}

/// Whether the project has this app.
pub(super) async fn exists(session: &Session, project: ProjectId, id: AppId) -> Result<bool, StoreError> {
    let row = Entity::find_by_id(id.to_string())
        .filter(Column::ProjectId.eq(project.to_string()))
        .one(session)
        .await?;
    Ok(row.is_some())
}

/// Apps from their rows, with their codes.
pub(super) async fn assemble(
    session: &Session,
    seal: &Seal,
    rows: Vec<Model>,
) -> Result<Vec<App>, StoreError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let mut codes = codes_of(session, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let codes = codes.remove(&row.id).unwrap_or_default();
            row.app(codes, seal)
        })
        .collect()
}

/// The AppCodes of each of these apps, oldest first.
pub(crate) async fn codes_of(
    session: &Session,
    apps: &[String],
) -> Result<HashMap<String, Vec<AppCode>>, StoreError> {
    let mut found: HashMap<String, Vec<AppCode>> = HashMap::new();
    for some in apps.chunks(ROWS_A_STATEMENT) {
        let rows = app_codes::Entity::find()
            .filter(app_codes::Column::AppId.is_in(some))
            .order_by_asc(app_codes::Column::CreatedAt)
            .order_by_asc(app_codes::Column::Id)
            .all(session)
            .await?;
        for row in rows {
            if let Some(code) = or_log(row.app_code()) {
                found.entry(row.app_id).or_default().push(code);
            }
        }
    }
    Ok(found)
}

async fn find(
    session: &Session,
    seal: &Seal,
    project: ProjectId,
    id: AppId,
) -> Result<Option<App>, StoreError> {
    let row = Entity::find_by_id(id.to_string())
        .filter(Column::ProjectId.eq(project.to_string()))
        .one(session)
        .await?;
    Ok(assemble(session, seal, row.into_iter().collect()).await?.pop())
}

/// The row that holds `app`, its secret sealed.
fn to_row(app: &App, seal: &Seal) -> Result<Model, StoreError> {
    let id = app.id.to_string();
    Ok(Model {
        sealed: seal.seal(place(&id), app.secret.expose().as_bytes())?,
        id,
        project_id: app.project.to_string(),
        name: app.name.clone(),
        remark: app.remark.clone(),
        app_key: app.key.as_str().into(),
        enabled: app.enabled,
        created_at: app.created_at.micros(),
        updated_at: app.updated_at.micros(),
    })
}

async fn save(write: &mut Write, seal: &Seal, app: &App) -> Result<(), StoreError> {
    let row = to_row(app, seal)?.into_active_model().reset_all();
    Entity::update(row).exec_without_returning(&write.session).await?;
    write.changed(Kind::App, app.id);
    Ok(())
}

/// Conflict if another app has this one's name in the project, or its AppKey anywhere.
async fn require_unique(session: &Session, app: &App) -> Result<(), StoreError> {
    let others = || Entity::find().filter(Column::Id.ne(app.id.to_string()));
    let same_name = others()
        .filter(Column::ProjectId.eq(app.project.to_string()))
        .filter(Column::Name.eq(app.name.as_str()));
    if same_name.one(session).await?.is_some() {
        return Err(StoreError::Conflict {
            what: Unique::AppName,
        });
    }
    let same_key = others().filter(Column::AppKey.eq(app.key.as_str()));
    if same_key.one(session).await?.is_some() {
        return Err(StoreError::Conflict { what: Unique::AppKey });
    }
    Ok(())
}
