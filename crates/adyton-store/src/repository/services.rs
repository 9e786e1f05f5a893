//! Real-time services: what is wanted of them. What is seen of them is the reconciler's and is never stored.

use std::collections::BTreeSet;

use adyton_core::id::{ApiId, ModelId, ProjectId, ServiceId};
use adyton_core::service::{Service, Version, Wanted};
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::listing::page;
use super::quotas::{self, QuotaCount};
use super::revoking::revoke_where;
use super::{Listed, NameMatch, Page, SortOrder, TagMatch, history, projects, service_models, service_tags};
use crate::database::Session;
use crate::error::{Referred, Unique};
use crate::schema::service_models as uses;
use crate::schema::services::{Column, Entity, Model, wanted_name};
use crate::schema::{authorisations, service_events, service_updates};
use crate::transaction::{Kind, Write};
use crate::{Committed, Store, StoreError, credential};

/// A service to be made; it gets its id, its API and generation 1 from the store.
#[derive(Clone, PartialEq, Debug)]
pub struct NewService {
    /// The project.
    pub project: ProjectId,
    /// `service_name`, unique in the project.
    pub name: String,
    /// `description`.
    pub description: String,
    /// What is wanted of it.
    pub wanted: Wanted,
    /// Its model versions; at least one.
    pub versions: Vec<Version>,
    /// Calls a second; `None` is the configured default, `Some(0)` no limit.
    pub calls_per_second: Option<u32>,
    /// Whether apps may call it.
    pub app_auth: bool,
    /// Whether apps may call with an AppCode.
    pub app_code: bool,
    /// The name of the user who makes it.
    pub owner: String,
}

/// What to change of a service; `None` leaves it as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ServiceChange {
    /// A new description.
    pub description: Option<String>,
    /// What is wanted of it.
    pub wanted: Option<Wanted>,
    /// Other model versions: a rolling update, and a row of its history.
    pub versions: Option<Vec<Version>>,
    /// Another throttle: `Some(None)` is the configured default.
    pub calls_per_second: Option<Option<u32>>,
    /// Whether apps may call it.
    pub app_auth: Option<bool>,
    /// Whether AppCodes count.
    pub app_code: Option<bool>,
    /// New instances even though nothing else changes (a service that failed is tried again).
    pub renew: bool,
    /// The same versions again, in new instances that replace those of now once they are ready: a rolling update.
    pub restart: bool,
}

/// Which services.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServiceFilter {
    /// Only this one.
    pub id: Option<ServiceId>,
    /// Only with such a name.
    pub name: Option<NameMatch>,
    /// Only those that have this model.
    pub model: Option<ModelId>,
    /// Only those of which this is wanted.
    pub wanted: Option<Wanted>,
    /// Only those that have all these tags.
    pub tags: Vec<TagMatch>,
    /// Only those that have no tag.
    pub untagged: bool,
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ServiceSort {
    /// `publish_at`: by time of creation.
    #[default]
    PublishedAt,
    /// `service_name`.
    Name,
}

/// The services.
#[derive(Clone, Copy)]
pub struct Services<'a>(pub(crate) &'a Store);

impl Services<'_> {
    /// Makes a service and the first row of its history. Quota: services and instances of the project. Conflict: its name. Missing:
    /// the project or a model of it. `ModelState` if a model is not `published`.
    pub async fn create(&self, new: NewService) -> Result<Committed<Service>, StoreError> {
        let now = self.0.now();
        let service = Service {
            id: ServiceId::from_random(credential::random()?),
            project: new.project,
            name: new.name,
            description: new.description,
            api: ApiId::from_random(credential::random()?),
            wanted: new.wanted,
            versions: new.versions,
            calls_per_second: new.calls_per_second,
            app_auth: new.app_auth,
            app_code: new.app_code,
            generation: 1,
            created_at: now,
            updated_at: now,
            owner: new.owner,
        };
        let mut write = self.0.write().await?;
        projects::require(&write.session, service.project).await?;
        quotas::require(&write.session, QuotaCount::Services(service.project), 1).await?;
        let instances = service.wanted.instances(&service.versions);
        quotas::require(&write.session, QuotaCount::Instances(service.project), instances).await?;
        let same = Entity::find()
            .filter(Column::ProjectId.eq(service.project.to_string()))
            .filter(Column::Name.eq(service.name.as_str()));
        if same.one(&write.session).await?.is_some() {
            return Err(StoreError::Conflict {
                what: Unique::ServiceName,
            });
        }
        service_models::require_published(&write.session, service.project, &service.versions).await?;
        Entity::insert(Model::of(&service)?.into_active_model())
            .exec_without_returning(&write.session)
            .await?;
        service_models::insert(&write.session, &service).await?;
        history::begin(&write.session, &service).await?;
        changed(&mut write, service.id);
        write.commit(service).await
    }

    /// The project's service with this id.
    pub async fn get(&self, project: ProjectId, id: ServiceId) -> Result<Option<Service>, StoreError> {
        find(&self.0.read().await?, project, id).await
    }

    /// The project's service that is this API.
    pub async fn by_api(&self, project: ProjectId, api: ApiId) -> Result<Option<Service>, StoreError> {
        let row = Entity::find()
            .filter(Column::ApiId.eq(api.to_string()))
            .filter(Column::ProjectId.eq(project.to_string()))
            .one(&self.0.read().await?)
            .await?;
        row.map(|row| row.service()).transpose()
    }

    /// The project's services in this order.
    pub async fn list(
        &self,
        project: ProjectId,
        filter: &ServiceFilter,
        order: SortOrder<ServiceSort>,
        part: Page,
    ) -> Result<Listed<Service>, StoreError> {
        let mut query = Entity::find().filter(Column::ProjectId.eq(project.to_string()));
        if let Some(id) = filter.id {
            query = query.filter(Column::Id.eq(id.to_string()));
        }
        if let Some(name) = &filter.name {
            query = query.filter(name.on(Column::Name));
        }
        if let Some(wanted) = filter.wanted {
            query = query.filter(Column::Wanted.eq(wanted_name(wanted)));
        }
        if let Some(model) = filter.model {
            let users = Query::select()
                .column(uses::Column::ServiceId)
                .from(uses::Entity)
                .and_where(uses::Column::ModelId.eq(model.to_string()))
                .to_owned();
            query = query.filter(Column::Id.in_subquery(users));
        }
        for wanted in &filter.tags {
            query = query.filter(Column::Id.in_subquery(service_tags::tagged(wanted)));
        }
        if filter.untagged {
            query = query.filter(Column::Id.not_in_subquery(service_tags::all()));
        }
        let by = match order.by {
            ServiceSort::PublishedAt => Column::CreatedAt,
            ServiceSort::Name => Column::Name,
        };
        let query = query
            .order_by(by, order.direction())
            .order_by(Column::Id, order.direction());
        let (rows, total) = page(&self.0.read().await?, query, part).await?;
        Listed::read(rows, total, |row| row.service())
    }

    /// Changes a service. Other versions, `renew`, or running after stopped raise its generation; other versions add a
    /// row to its history. A stop interrupts the update that goes on. Quota: more instances than before. Missing and `ModelState` as in
    /// [`Services::create`].
    pub async fn update(
        &self,
        project: ProjectId,
        id: ServiceId,
        change: ServiceChange,
    ) -> Result<Option<Committed<Service>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(mut service) = find(&write.session, project, id).await? else {
            return Ok(None);
        };
        let versions = newer(&service.versions, change.versions, change.restart);
        let before = service.wanted.instances(&service.versions);
        let after = change
            .wanted
            .unwrap_or(service.wanted)
            .instances(versions.as_ref().unwrap_or(&service.versions));
        let more = after.saturating_sub(before);
        quotas::require(&write.session, QuotaCount::Instances(project), more).await?;
        let starts = service.wanted == Wanted::Stopped && change.wanted == Some(Wanted::Running);
        let stops = service.wanted == Wanted::Running && change.wanted == Some(Wanted::Stopped);
        if versions.is_some() || starts || change.renew {
            service.generation = service.generation.saturating_add(1);
        }
        service.description = change.description.unwrap_or(service.description);
        service.wanted = change.wanted.unwrap_or(service.wanted);
        service.calls_per_second = change.calls_per_second.unwrap_or(service.calls_per_second);
        service.app_auth = change.app_auth.unwrap_or(service.app_auth);
        service.app_code = change.app_code.unwrap_or(service.app_code);
        service.updated_at = self.0.now();
        if let Some(versions) = versions {
            service_models::require_published(&write.session, project, &versions).await?;
            give_versions(&write, &mut service, versions).await?;
        }
        if stops {
            history::interrupt(&write.session, id).await?;
        }
        save(&mut write, &service).await?;
        Ok(Some(write.commit(service).await?))
    }

    /// Deletes services with their authorisations, tags, events and history: all of them, or none. Missing: one that the
    /// project does not have. An id that is given twice counts once.
    pub async fn delete(&self, project: ProjectId, ids: &[ServiceId]) -> Result<Committed<()>, StoreError> {
        let mut write = self.0.write().await?;
        for id in BTreeSet::from_iter(ids) {
            let Some(service) = find(&write.session, project, *id).await? else {
                return Err(StoreError::Missing {
                    what: Referred::Service,
                    id: id.to_string(),
                });
            };
            remove(&mut write, &service).await?;
        }
        write.commit(()).await
    }
}

/// The versions that a service is given in place of those that it has; nothing if they are the same. A version of a model that it has already is
/// started anew only where that is wanted.
fn newer(now: &[Version], wanted: Option<Vec<Version>>, restart: bool) -> Option<Vec<Version>> {
    let mut versions = wanted.unwrap_or_else(|| now.to_vec());
    for version in &mut versions {
        let same = now.iter().find(|known| known.model == version.model);
        let restarts = same.map_or(0, |known| known.restarts);
        version.restarts = restarts.saturating_add(u32::from(restart));
    }
    (versions != now).then_some(versions)
}

async fn remove(write: &mut Write, service: &Service) -> Result<(), StoreError> {
    let for_api = authorisations::Column::ApiId.eq(service.api.to_string());
    revoke_where(write, for_api).await?;
    let id = service.id.to_string();
    service_events::Entity::delete_many()
        .filter(service_events::Column::ServiceId.eq(id.as_str()))
        .exec(&write.session)
        .await?;
    service_updates::Entity::delete_many()
        .filter(service_updates::Column::ServiceId.eq(id.as_str()))
        .exec(&write.session)
        .await?;
    service_models::delete(&write.session, service.id).await?;
    service_tags::delete(&write.session, service.id).await?;
    Entity::delete_by_id(id).exec(&write.session).await?;
    changed(write, service.id);
    Ok(())
}

/// Gives a service other versions, with a row of its history at its generation. [`save`] is still to be called.
pub(super) async fn give_versions(
    write: &Write,
    service: &mut Service,
    versions: Vec<Version>,
) -> Result<(), StoreError> {
    service.versions = versions;
    service_models::delete(&write.session, service.id).await?;
    service_models::insert(&write.session, service).await?;
    history::begin(&write.session, service).await
}

/// Writes the row of a service that has changed.
pub(super) async fn save(write: &mut Write, service: &Service) -> Result<(), StoreError> {
    let row = Model::of(service)?.into_active_model().reset_all();
    Entity::update(row).exec_without_returning(&write.session).await?;
    changed(write, service.id);
    Ok(())
}

/// What serves while an update goes on depends on the service, too.
fn changed(write: &mut Write, service: ServiceId) {
    write.changed(Kind::Service, service);
    write.changed(Kind::Former, service);
}

/// The service with this id, whosever it is.
pub(super) async fn find_any(session: &Session, id: ServiceId) -> Result<Option<Service>, StoreError> {
    let row = Entity::find_by_id(id.to_string()).one(session).await?;
    row.map(|row| row.service()).transpose()
}

/// The ids of a project's services.
pub(super) fn ids_in(project: ProjectId) -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::ProjectId.eq(project.to_string()))
        .to_owned()
}

/// The project's service with this id.
pub(super) async fn find(
    session: &Session,
    project: ProjectId,
    id: ServiceId,
) -> Result<Option<Service>, StoreError> {
    let row = Entity::find_by_id(id.to_string())
        .filter(Column::ProjectId.eq(project.to_string()))
        .one(session)
        .await?;
    row.map(|row| row.service()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_started_anew_only_where_that_is_wanted() {
        let now = [adyton_core::sample::version()];
        assert_eq!(newer(&now, None, false), None);
        assert_eq!(newer(&now, Some(now.to_vec()), false), None);
        let again = newer(&now, None, true).unwrap();
        assert_eq!(again[0].restarts, 1);
        // What is asked for as it is does not know how often it was restarted.
        assert_eq!(newer(&again, Some(now.to_vec()), false), None);
        let other = Version {
            weight: 40,
            ..adyton_core::sample::version()
        };
        let changed = newer(&again, Some(vec![other]), false).unwrap();
        assert_eq!((changed[0].weight, changed[0].restarts), (40, 1));
    }
}
