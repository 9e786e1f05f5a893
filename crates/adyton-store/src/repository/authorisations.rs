//! Authorisations: which app may call which API.

use adyton_core::id::{ApiId, AppId, AuthorisationId, ProjectId};
use adyton_core::service::Service;
use adyton_core::tenant::{App, Authorisation};

use super::{Listed, NameMatch, Page};
use crate::{Committed, Store, StoreError};

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
        todo!()
    }
    /// The project's authorisation with this id.
    pub async fn get(
        &self,
        project: ProjectId,
        id: AuthorisationId,
    ) -> Result<Option<Authorisation>, StoreError> {
        todo!()
    }
    /// Authorisations with their apps and services, newest first.
    pub async fn bound(
        &self,
        project: ProjectId,
        filter: &BoundFilter,
        page: Page,
    ) -> Result<Listed<Bound>, StoreError> {
        todo!()
    }
    /// Services whose APIs the app may not call, by name.
    pub async fn unbound(
        &self,
        project: ProjectId,
        app: AppId,
        name: Option<&NameMatch>,
        page: Page,
    ) -> Result<Listed<Service>, StoreError> {
        todo!()
    }
    /// Takes the authorisation back.
    pub async fn delete(
        &self,
        project: ProjectId,
        id: AuthorisationId,
    ) -> Result<Option<Committed<Authorisation>>, StoreError> {
        todo!()
    }
}
