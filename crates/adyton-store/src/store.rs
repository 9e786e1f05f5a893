//! Opening the store, and the way to its repositories.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::live::Live;
use adyton_core::secret::Secret;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
use tokio::sync::Notify;

use crate::database::{DEADLINE, Database, Session};
use crate::faults::{Faults, Plan};
use crate::health::Health;
use crate::password::Passwords;
use crate::repository::{
    AccessKeys, AppCodes, Apps, Authorisations, Domains, History, Models, Projects, Rollouts, ServiceEvents,
    Services, Tokens, Users,
};
use crate::reserve::Reserve;
use crate::room::Room;
use crate::schema::master_key_check;
use crate::seal::Seal;
use crate::transaction::Write;
use crate::uptime::Uptime;
use crate::{DataFolder, OpenError, StoreError, bootstrap, feed, housekeeping, master_key, migration};

/// Where the database and the master key are.
#[derive(Clone, Default)]
pub struct Settings {
    /// `database_url`: `postgres://…`; `None` is SQLite in the data folder.
    pub database_url: Option<Secret<String>>,
    /// `master_key_file`: 64 hex digits. `None` is `master.key` in the data folder, made at the first start; required
    /// with `postgres://`.
    pub master_key_file: Option<PathBuf>,
    /// `disk_reserve`: bytes of the data folder's disk that are kept for revocations when it is full; at most a hundredth
    /// of the file system counts.
    pub disk_reserve: u64,
    /// Faults on purpose, for tests.
    pub faults: Option<Arc<dyn Faults>>,
}

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    database: Database,
    seal: Seal,
    passwords: Passwords,
    clock: Clock,
    uptime: Uptime,
    reserve: Arc<Reserve>,
    /// Wakes this node's feed after a commit of this node.
    committed: Notify,
    /// Held as long as the store lives.
    folder: Arc<DataFolder>,
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
        let store = Store(Arc::new(Shared {
            database: database.with(Plan::new(settings.faults)),
            seal,
            passwords: Passwords::new().await?,
            clock,
            uptime,
            reserve: Arc::new(reserve),
            committed: Notify::new(),
            folder: folder.clone(),
        }));
        bootstrap::run(&store, &folder).await?;
        housekeeping::first_round(&store).await?;
        store.fill_reserve().await;
        Ok(store)
    }

    /// Whether writes work, as [`health::run`](crate::health::run) finds it.
    pub fn health(&self) -> &Health {
        &self.0.database.health
    }

    /// Builds the whole live state; [`Feed::start`](crate::Feed::start) does this at start.
    pub async fn load_live(&self) -> Result<Live, StoreError> {
        feed::load::whole(self).await
    }

    /// Whether the database answers: for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let session = self.read().await?;
        session
            .query_one_raw(session.statement("SELECT 1 AS one"))
            .await?;
        Ok(())
    }

    /// Closes all connections, after calls that go on have ended.
    pub async fn close(&self) {
        self.0.database.close().await;
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
    /// The rollouts of services.
    pub fn rollouts(&self) -> Rollouts<'_> {
        Rollouts(self)
    }
    /// The revoked tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self)
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.database
    }
    pub(crate) fn seal(&self) -> &Seal {
        &self.0.seal
    }
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }
    pub(crate) fn uptime(&self) -> &Uptime {
        &self.0.uptime
    }
    /// For a write that takes something away from somebody: it gets room on a full disk where there is any.
    pub(crate) fn room(&self) -> Room<'_> {
        Room::of(&self.0.database, &self.0.reserve)
    }
    /// Whether files can be written in the data folder.
    pub(crate) async fn try_a_file(&self) -> Result<(), String> {
        let folder = self.0.folder.clone();
        let path = folder.path().to_owned();
        match tokio::task::spawn_blocking(move || folder.try_a_file()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("{} cannot be written to: {error}", path.display())),
            Err(error) => Err(error.to_string()),
        }
    }
    /// Makes the reserve on the disk as large as is wanted; what goes wrong is tried again at the next look.
    pub(crate) async fn fill_reserve(&self) {
        let reserve = self.0.reserve.clone();
        match tokio::task::spawn_blocking(move || reserve.fill()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the reserve on the disk is not whole"),
            Err(error) => tracing::error!(%error, "the reserve on the disk was not looked at"),
        }
    }
    /// One state of the whole database, to read from.
    pub(crate) async fn read(&self) -> Result<Session, StoreError> {
        self.0.database.snapshot(DEADLINE).await
    }
    /// A write that takes the next revision.
    pub(crate) async fn write(&self) -> Result<Write, StoreError> {
        Write::begin(self).await
    }
    pub(crate) fn wake_feed(&self) {
        self.0.committed.notify_one();
    }
    /// Waits for the next commit of this node; one that happened since the last wait counts.
    pub(crate) async fn woken(&self) {
        self.0.committed.notified().await;
    }
}

/// Connects, and brings the schema to the newest version.
async fn prepare(folder: &DataFolder, settings: &Settings, clock: &Clock) -> Result<Database, OpenError> {
    let database = connect(folder, settings).await?;
    if let Err(error) = migration::run(&database, clock).await {
        database.close().await;
        return Err(error);
    }
    Ok(database)
}

async fn connect(folder: &DataFolder, settings: &Settings) -> Result<Database, OpenError> {
    let Some(url) = &settings.database_url else {
        return Database::embedded(folder).await;
    };
    let scheme = url.expose().split_once("://").map(|(scheme, _)| scheme);
    if !matches!(scheme, Some("postgres" | "postgresql")) {
        return Err(OpenError::Setting {
            key: "database_url",
            problem: "must begin with postgres:// (leave it out to use SQLite in the data folder)".into(),
        });
    }
    if settings.master_key_file.is_none() {
        return Err(OpenError::Setting {
            key: "master_key_file",
            problem: "is required with a PostgreSQL `database_url`, because all nodes need the same key: \
                      make one with `openssl rand -hex 32`, give it to every node, and name the file here"
                .into(),
        });
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
    if database.is_postgres() {
        session
            .execute_unprepared("SELECT revision FROM feed WHERE id = 1 FOR UPDATE")
            .await
            .map_err(StoreError::from)?;
    }
    let check = master_key_check::Entity::find_by_id(1)
        .one(&session)
        .await
        .map_err(StoreError::from)?;
    let sealed = check.as_ref().map(|row| row.sealed.as_slice());
    let seal = master_key::load(folder, settings.master_key_file.as_deref(), sealed)?;
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
