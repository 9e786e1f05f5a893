//! Authorisations: which app may call which API.

use std::collections::HashMap;

use adyton_core::clock::Timestamp;
use adyton_core::id::{ApiId, AppId, AuthorisationId, ProjectId};
use adyton_core::service::Service;
use adyton_core::tenant::{App, Authorisation};
use sea_orm::sea_query::Query;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Select};

use super::listing::page;
use super::{Listed, NameMatch, Page, apps};
use crate::error::{Referred, Unique};
use crate::schema::authorisations::{Column, Entity, Model};
use crate::schema::{apps as app_rows, services};
use crate::transaction::{Kind, Write};
use crate::urgent_retry::urgently;
use crate::{Committed, Store, StoreError, credential};

/// An authorisation with both of its ends.
#[derive(Clone)]
pub struct Bound {
    /// The authorisation.
    pub authorisation: Authorisation,
    /// The app; its secret is there too, so choose what to show.
    pub app: App,
    /// The service whose API it is.
    pub service: Service,
}

/// Which authorisations.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BoundFilter {
    /// Only of this app.
    pub app: Option<AppId>,
    /// Only for this API.
    pub api: Option<ApiId>,
    /// Only of apps with such a name.
    pub app_name: Option<NameMatch>,
    /// Only for services with such a name.
    pub api_name: Option<NameMatch>,
}

/// The authorisations.
#[derive(Clone, Copy)]
pub struct Authorisations<'a>(pub(crate) &'a Store);

impl Authorisations<'_> {
    /// Authorises every app for every API, in one transaction; the first authorisation of an API turns its app
    /// authentication on. Conflict: one of the pairs exists. Missing: an app or an API of the project.
    pub async fn create(
        &self,
        project: ProjectId,
        apps: &[AppId],
        apis: &[ApiId],
    ) -> Result<Committed<Vec<Authorisation>>, StoreError> {
        let now = self.0.now();
        let mut write = self.0.write().await?;
        for app in apps {
            if !apps::exists(&write.session, project, *app).await? {
                return Err(StoreError::Missing {
                    what: Referred::App,
                    id: app.to_string(),
                });
            }
        }
        let mut made = Vec::with_capacity(apps.len() * apis.len());
        for api in apis {
            open_to_apps(&mut write, project, *api, now).await?;
            for app in apps {
                let given = Authorisation {
                    id: AuthorisationId::from_random(credential::random()?),
                    app: *app,
                    api: *api,
                    created_at: now,
                };
                insert(&mut write, project, &given).await?;
                made.push(given);
            }
        }
        write.commit(made).await
    }

    /// The project's authorisation with this id.
    pub async fn get(
        &self,
        project: ProjectId,
        id: AuthorisationId,
    ) -> Result<Option<Authorisation>, StoreError> {
        let row = Entity::find_by_id(id.to_string())
            .filter(Column::ProjectId.eq(project.to_string()))
            .one(&self.0.read().await?)
            .await?;
        row.map(|row| row.authorisation()).transpose()
    }

    /// Authorisations with their apps and services, newest first.
    pub async fn bound(
        &self,
        project: ProjectId,
        filter: &BoundFilter,
        part: Page,
    ) -> Result<Listed<Bound>, StoreError> {
        let session = self.0.read().await?;
        let (rows, total) = page(&session, bound_query(project, filter), part).await?;
        let app_ids = rows.iter().map(|row| row.app_id.as_str());
        let app_rows = app_rows::Entity::find()
            .filter(app_rows::Column::Id.is_in(app_ids))
            .all(&session)
            .await?;
        let apps: HashMap<AppId, App> = apps::assemble(&session, self.0.seal(), app_rows)
            .await?
            .into_iter()
            .map(|app| (app.id, app))
            .collect();
        let api_ids = rows.iter().map(|row| row.api_id.as_str());
        let mut by_api: HashMap<ApiId, Service> = HashMap::new();
        let found = services::Entity::find()
            .filter(services::Column::ApiId.is_in(api_ids))
            .all(&session)
            .await?;
        for row in found {
            let service = row.service()?;
            by_api.insert(service.api, service);
        }
        let mut items = Vec::with_capacity(rows.len());
        for row in rows {
            let authorisation = row.authorisation()?;
            // Both are there: the database refuses an authorisation without them, and this is one snapshot.
            if let (Some(app), Some(service)) = (apps.get(&authorisation.app), by_api.get(&authorisation.api))
            {
                items.push(Bound {
                    authorisation,
                    app: app.clone(),
                    service: service.clone(),
                });
            }
        }
        Ok(Listed { items, total })
    }

    /// Services whose APIs the app may not call, by name.
    pub async fn unbound(
        &self,
        project: ProjectId,
        app: AppId,
        name: Option<&NameMatch>,
        part: Page,
    ) -> Result<Listed<Service>, StoreError> {
        let given = Query::select()
            .column(Column::ApiId)
            .from(Entity)
            .and_where(Column::AppId.eq(app.to_string()))
            .to_owned();
        let mut query = services::Entity::find()
            .filter(services::Column::ProjectId.eq(project.to_string()))
            .filter(services::Column::ApiId.not_in_subquery(given))
            .order_by_asc(services::Column::Name);
        if let Some(name) = name {
            query = query.filter(name.on(services::Column::Name));
        }
        let (rows, total) = page(&self.0.read().await?, query, part).await?;
        Listed::read(rows, total, |row| row.service())
    }

    /// Takes the authorisation back.
    pub async fn delete(
        &self,
        project: ProjectId,
        id: AuthorisationId,
    ) -> Result<Option<Committed<Authorisation>>, StoreError> {
        urgently!(self.0, self.delete_once(project, id))
    }

    async fn delete_once(
        &self,
        project: ProjectId,
        id: AuthorisationId,
    ) -> Result<Option<Committed<Authorisation>>, StoreError> {
        let mut write = self.0.write().await?;
        let row = Entity::find_by_id(id.to_string())
            .filter(Column::ProjectId.eq(project.to_string()))
            .one(&write.session)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let given = row.authorisation()?;
        Entity::delete_by_id(id.to_string()).exec(&write.session).await?;
        write.changed(Kind::Authorisation, id);
        Ok(Some(write.commit(given).await?))
    }
}

fn bound_query(project: ProjectId, filter: &BoundFilter) -> Select<Entity> {
    let mut query = Entity::find()
        .filter(Column::ProjectId.eq(project.to_string()))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id);
    if let Some(app) = filter.app {
        query = query.filter(Column::AppId.eq(app.to_string()));
    }
    if let Some(api) = filter.api {
        query = query.filter(Column::ApiId.eq(api.to_string()));
    }
    if let Some(name) = &filter.app_name {
        let apps = Query::select()
            .column(app_rows::Column::Id)
            .from(app_rows::Entity)
            .and_where(name.on(app_rows::Column::Name))
            .to_owned();
        query = query.filter(Column::AppId.in_subquery(apps));
    }
    if let Some(name) = &filter.api_name {
        let apis = Query::select()
            .column(services::Column::ApiId)
            .from(services::Entity)
            .and_where(name.on(services::Column::Name))
            .to_owned();
        query = query.filter(Column::ApiId.in_subquery(apis));
    }
    query
}

/// The first authorisation of an API turns its app authentication on.
async fn open_to_apps(
    write: &mut Write,
    project: ProjectId,
    api: ApiId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = services::Entity::find()
        .filter(services::Column::ApiId.eq(api.to_string()))
        .filter(services::Column::ProjectId.eq(project.to_string()))
        .one(&write.session)
        .await?;
    let Some(row) = row else {
        return Err(StoreError::Missing {
            what: Referred::Api,
            id: api.to_string(),
        });
    };
    if row.app_auth {
        return Ok(());
    }
    let open = services::ActiveModel {
        id: Set(row.id.clone()),
        app_auth: Set(true),
        updated_at: Set(now.micros()),
        ..services::ActiveModel::default()
    };
    services::Entity::update(open)
        .exec_without_returning(&write.session)
        .await?;
    write.changed(Kind::Service, row.id);
    Ok(())
}

async fn insert(write: &mut Write, project: ProjectId, given: &Authorisation) -> Result<(), StoreError> {
    let same = Entity::find()
        .filter(Column::AppId.eq(given.app.to_string()))
        .filter(Column::ApiId.eq(given.api.to_string()));
    if same.one(&write.session).await?.is_some() {
        return Err(StoreError::Conflict {
            what: Unique::Authorisation,
        });
    }
    let row = Model {
        id: given.id.to_string(),
        project_id: project.to_string(),
        app_id: given.app.to_string(),
        api_id: given.api.to_string(),
        created_at: given.created_at.micros(),
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(&write.session)
        .await?;
    write.changed(Kind::Authorisation, given.id);
    Ok(())
}
