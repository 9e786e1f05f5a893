//! The store: what its parts have in common.

use std::sync::Arc;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::not_ready::NotReady;
use sea_orm::ConnectionTrait as _;
use tokio::sync::Notify;

use crate::database::{DEADLINE, Database, Session};
use crate::password::Passwords;
use crate::reserve::Reserve;
use crate::seal::Seal;
use crate::uptime::Uptime;
use crate::urgent_retry::UrgentRetry;
use crate::writability::Health;
use crate::{DataFolder, StoreError};

/// The store. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Shared>);

struct Shared {
    parts: StoreParts,
    /// Wakes this node's feed after a commit of this node.
    committed: Notify,
}

/// What a store is made of.
pub(crate) struct StoreParts {
    pub(crate) database: Database,
    pub(crate) seal: Seal,
    pub(crate) passwords: Passwords,
    pub(crate) clock: Clock,
    pub(crate) uptime: Uptime,
    pub(crate) reserve: Arc<Reserve>,
    /// How many days the audit trail is kept; 0 is for ever.
    pub(crate) audit_days: u32,
    /// How many days counts of services' requests are kept; 0 is for ever.
    pub(crate) service_metrics_days: u32,
    /// Held as long as the store lives.
    pub(crate) folder: Arc<DataFolder>,
}

impl Store {
    pub(crate) fn new(parts: StoreParts) -> Self {
        Store(Arc::new(Shared {
            parts,
            committed: Notify::new(),
        }))
    }

    /// Whether writes work, as [`health::run`](crate::health::run) finds it.
    pub fn health(&self) -> &Health {
        &self.0.parts.database.health
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
        self.0.parts.database.close().await;
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.parts.database
    }
    pub(crate) fn seal(&self) -> &Seal {
        &self.0.parts.seal
    }
    pub(crate) fn passwords(&self) -> &Passwords {
        &self.0.parts.passwords
    }
    pub(crate) fn now(&self) -> Timestamp {
        self.0.parts.clock.now()
    }
    pub(crate) fn clock(&self) -> &Clock {
        &self.0.parts.clock
    }
    /// How many days the audit trail is kept; 0 is for ever.
    pub(crate) fn audit_days(&self) -> u32 {
        self.0.parts.audit_days
    }
    /// How many days counts of services' requests are kept; 0 is for ever.
    pub(crate) fn service_metrics_days(&self) -> u32 {
        self.0.parts.service_metrics_days
    }
    pub(crate) fn uptime(&self) -> &Uptime {
        &self.0.parts.uptime
    }
    /// For a write that takes something away from somebody: it gets room on a full disk where there is any.
    pub(crate) fn urgent_retry(&self) -> UrgentRetry<'_> {
        UrgentRetry::of(&self.0.parts.database, &self.0.parts.reserve)
    }
    /// Whether files can be written in the data folder.
    pub(crate) async fn try_a_file(&self) -> Result<(), String> {
        let folder = self.0.parts.folder.clone();
        let path = folder.path().to_owned();
        match tokio::task::spawn_blocking(move || folder.try_a_file()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                let (path, said) = (&path.display().to_string(), &error.to_string());
                Err(NotReady::FileUnwritable { path, said }.kept())
            }
            Err(error) => Err(error.to_string()),
        }
    }
    /// Makes the reserve on the disk as large as is wanted; what goes wrong is tried again at the next look.
    pub(crate) async fn fill_reserve(&self) {
        let reserve = self.0.parts.reserve.clone();
        match tokio::task::spawn_blocking(move || reserve.fill()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the disk reserve is incomplete"),
            Err(error) => tracing::error!(%error, "the disk reserve could not be checked"),
        }
    }
    /// One state of the whole database, to read from.
    pub(crate) async fn read(&self) -> Result<Session, StoreError> {
        self.0.parts.database.snapshot(DEADLINE).await
    }
    pub(crate) fn wake_feed(&self) {
        self.0.committed.notify_one();
    }
    /// Waits for the next commit of this node; one that happened since the last wait counts.
    pub(crate) async fn woken(&self) {
        self.0.committed.notified().await;
    }
}
