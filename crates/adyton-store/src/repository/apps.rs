//! Apps: credentials that are authorised for APIs. The AppSecret is sealed.

use adyton_core::id::{AppId, AppKey, ProjectId};
use adyton_core::secret::Secret;
use adyton_core::tenant::App;

use super::{Listed, NameMatch, Page};
use crate::{Committed, Store, StoreError};

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
    /// Makes an app. Conflict: its name in the project, or its AppKey. Missing: the project.
    pub async fn create(&self, new: NewApp) -> Result<Committed<App>, StoreError> {
        todo!()
    }
    /// The project's app with this id, secret included.
    pub async fn get(&self, project: ProjectId, id: AppId) -> Result<Option<App>, StoreError> {
        todo!()
    }
    /// The project's apps, newest first.
    pub async fn list(
        &self,
        project: ProjectId,
        filter: &AppFilter,
        page: Page,
    ) -> Result<Listed<App>, StoreError> {
        todo!()
    }
    /// Changes an app. Conflict: the name or the AppKey.
    pub async fn update(
        &self,
        project: ProjectId,
        id: AppId,
        change: AppChange,
    ) -> Result<Option<Committed<App>>, StoreError> {
        todo!()
    }
    /// Gives the app another AppSecret: the given one, or a random one. The old one stops working.
    pub async fn reset_secret(
        &self,
        project: ProjectId,
        id: AppId,
        secret: Option<Secret<String>>,
    ) -> Result<Option<Committed<App>>, StoreError> {
        todo!()
    }
    /// Deletes the app, its AppCodes and its authorisations.
    pub async fn delete(&self, project: ProjectId, id: AppId) -> Result<Option<Committed<App>>, StoreError> {
        todo!()
    }
}
