//! Opening the store: the database is migrated, the master key checked, and at the first start the first entities are made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::secret::Secret;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::database::{DEADLINE, Database, Session};
use crate::faults::{Faults, Plan};
use crate::open_error::WrongSetting;
use crate::password::Passwords;
use crate::reserve::Reserve;
use crate::schema::master_key_check;
use crate::seal::Seal;
use crate::store::StoreParts;
use crate::uptime::Uptime;
use crate::{DataFolder, OpenError, Store, StoreError, bootstrap, housekeeping, master_key, migration};

/// Where the database and the master key are.
#[derive(Clone)]
pub struct Settings {
    /// `database_url`: `postgres://…`; `None` is SQLite in the data folder.
    pub database_url: Option<Secret<String>>,
    /// `master_key_file`: 64 hex digits. `None` is `master.key` in the data folder, made at the first start; required
    /// with `postgres://`.
    pub master_key_file: Option<PathBuf>,
    /// `disk_reserve`: bytes of the data folder's disk that are kept for revocations when it is full; at most a hundredth
    /// of the file system counts.
    pub disk_reserve: u64,
    /// `audit.keep_days`: how many days the audit trail is kept; 0 is for ever.
    pub audit_days: u32,
    /// `control.service_metrics_days`: how many days counts of services' requests are kept; 0 is for ever.
    pub service_metrics_days: u32,
    /// Faults on purpose, for tests.
    pub faults: Option<Arc<dyn Faults>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            database_url: None,
            master_key_file: None,
            disk_reserve: 0,
            audit_days: 365,
            service_metrics_days: 90,
            faults: None,
        }
    }
}

impl Store {
    /// Opens the database: migrates it, checks the master key, and at the first start makes domain, project,
    /// administrator and access key (`bootstrap.json`). The store keeps the folder held as long as it lives.
    pub async fn open(folder: Arc<DataFolder>, settings: Settings, clock: Clock) -> Result<Self, OpenError> {
        let reserve = Reserve::of(folder.path(), settings.disk_reserve);
        let database = loop {
            match prepare(&folder, &settings, &clock).await {
                Err(OpenError::Store(StoreError::NoSpace)) if reserve.give_up_a_piece() => {}
                other => break other?,
            }
        };
        let seal = open_master_key(&database, &folder, &settings).await?;
        let uptime = Uptime::load(&database.snapshot(DEADLINE).await?, clock.clone()).await?;
        let store = Store::new(StoreParts {
            database: database.with(Plan::new(settings.faults)),
            seal,
            passwords: Passwords::new(),
            clock,
            uptime,
            reserve: Arc::new(reserve),
            audit_days: settings.audit_days,
            service_metrics_days: settings.service_metrics_days,
            folder: folder.clone(),
        });
        bootstrap::run(&store, &folder).await?;
        housekeeping::first_round(&store).await?;
        store.fill_reserve().await;
        Ok(store)
    }
}

/// Connects, and brings the schema to the newest version.
pub(crate) async fn prepare(
    folder: &DataFolder,
    settings: &Settings,
    clock: &Clock,
) -> Result<Database, OpenError> {
    let database = connect(folder.path(), settings).await?;
    if let Err(error) = migration::run(&database, clock).await {
        database.close().await;
        return Err(error);
    }
    Ok(database)
}

/// Connects to the database that the settings name.
pub(crate) async fn connect(folder: &Path, settings: &Settings) -> Result<Database, OpenError> {
    let Some(url) = &settings.database_url else {
        return Database::embedded(folder).await;
    };
    let scheme = url.expose().split_once("://").map(|(scheme, _)| scheme);
    if !matches!(scheme, Some("postgres" | "postgresql")) {
        return Err(OpenError::Setting(WrongSetting::DatabaseScheme));
    }
    if settings.master_key_file.is_none() {
        return Err(OpenError::Setting(WrongSetting::MasterKeyFileMissing));
    }
    Database::postgres(url).await
}

async fn open_master_key(
    database: &Database,
    folder: &DataFolder,
    settings: &Settings,
) -> Result<Seal, OpenError> {
    // In a write transaction, so that of two nodes that start at once on an empty database one sets the check value and
    // the other is measured by it.
    let session = database.begin(DEADLINE).await?;
    let check = locked_check(&session, database.is_postgres()).await?;
    let seal = master_key::load(folder, settings.master_key_file.as_deref(), check.as_deref())?;
    if check.is_none() {
        let row = master_key_check::ActiveModel {
            id: Set(1),
            sealed: Set(master_key::check_value(&seal)?),
        };
        master_key_check::Entity::insert(row)
            .exec_without_returning(&session)
            .await
            .map_err(StoreError::from)?;
        session.commit().await?;
    }
    Ok(seal)
}

/// What the master key must open, read while nobody else can change it; `None` in a new database.
pub(crate) async fn locked_check(session: &Session, postgres: bool) -> Result<Option<Vec<u8>>, OpenError> {
    if postgres {
        session
            .execute_unprepared("SELECT revision FROM feed WHERE id = 1 FOR UPDATE")
            .await
            .map_err(StoreError::from)?;
    }
    let check = master_key_check::Entity::find_by_id(1)
        .one(session)
        .await
        .map_err(StoreError::from)?;
    Ok(check.map(|row| row.sealed))
}
