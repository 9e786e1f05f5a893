//! Real-time services: what is wanted of them. What is seen of them is the reconciler's and is never stored.

use adyton_core::id::{ApiId, ModelId, ProjectId, ServiceId};
use adyton_core::service::{Service, Version, Wanted};

use super::{Listed, NameMatch, Page};
use crate::{Committed, Store, StoreError};

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
    /// Whether AppCodes count as an app's credential.
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
    /// Makes a service and the first row of its history. Conflict: its name. Missing: the project or a model of it.
    /// `ModelState` if a model is not `published`.
    pub async fn create(&self, new: NewService) -> Result<Committed<Service>, StoreError> {
        todo!()
    }
    /// The project's service with this id.
    pub async fn get(&self, project: ProjectId, id: ServiceId) -> Result<Option<Service>, StoreError> {
        todo!()
    }
    /// The project's service that is this API.
    pub async fn by_api(&self, project: ProjectId, api: ApiId) -> Result<Option<Service>, StoreError> {
        todo!()
    }
    /// The project's services in this order.
    pub async fn list(
        &self,
        project: ProjectId,
        filter: &ServiceFilter,
        sort: ServiceSort,
        descending: bool,
        page: Page,
    ) -> Result<Listed<Service>, StoreError> {
        todo!()
    }
    /// Changes a service. Other versions, `renew`, or running after stopped raise its generation; other versions add a
    /// row to its history. Missing and `ModelState` as in [`Services::create`].
    pub async fn update(
        &self,
        project: ProjectId,
        id: ServiceId,
        change: ServiceChange,
    ) -> Result<Option<Committed<Service>>, StoreError> {
        todo!()
    }
    /// Deletes the service with its authorisations, events and history.
    pub async fn delete(
        &self,
        project: ProjectId,
        id: ServiceId,
    ) -> Result<Option<Committed<Service>>, StoreError> {
        todo!()
    }
}
