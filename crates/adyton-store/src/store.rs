//! Opening the store, and the way to its repositories.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::live::Live;
use adyton_core::secret::Secret;

use crate::repository::*;
use crate::{DataFolder, OpenError, StoreError};

/// Where the database and the master key are.
#[derive(Clone, Default)]
pub struct Settings {
    /// `database_url`: `postgres://…`; `None` is SQLite in the data folder.
    pub database_url: Option<Secret<String>>,
    /// `master_key_file`: 64 hex digits. `None` is `master.key` in the data folder, made at the first start; required
    /// with `postgres://`.
    pub master_key_file: Option<PathBuf>,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<()>);

impl Store {
    /// Opens the database: migrates it, checks the master key, and at the first start makes domain, project,
    /// administrator and access key (`bootstrap.json`). The store keeps the folder held as long as it lives.
    pub async fn open(folder: Arc<DataFolder>, settings: Settings, clock: Clock) -> Result<Self, OpenError> {
        todo!()
    }
    /// Builds the whole live state; [`Feed::start`](crate::Feed::start) does this at start.
    pub async fn load_live(&self) -> Result<Live, StoreError> {
        todo!()
    }
    /// Whether the database answers: for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        todo!()
    }
    /// Closes all connections, after calls that go on have ended.
    pub async fn close(&self) {
        todo!()
    }
    /// The domains.
    pub fn domains(&self) -> Domains<'_> {
        Domains(self)
    }
    /// The projects.
    pub fn projects(&self) -> Projects<'_> {
        Projects(self)
    }
    /// The users.
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }
    /// The access keys.
    pub fn access_keys(&self) -> AccessKeys<'_> {
        AccessKeys(self)
    }
    /// The apps.
    pub fn apps(&self) -> Apps<'_> {
        Apps(self)
    }
    /// The AppCodes.
    pub fn app_codes(&self) -> AppCodes<'_> {
        AppCodes(self)
    }
    /// The authorisations.
    pub fn authorisations(&self) -> Authorisations<'_> {
        Authorisations(self)
    }
    /// The models.
    pub fn models(&self) -> Models<'_> {
        Models(self)
    }
    /// The services.
    pub fn services(&self) -> Services<'_> {
        Services(self)
    }
    /// The events of services.
    pub fn events(&self) -> ServiceEvents<'_> {
        ServiceEvents(self)
    }
    /// The update history of services.
    pub fn history(&self) -> History<'_> {
        History(self)
    }
    /// The revoked tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self)
    }
}
