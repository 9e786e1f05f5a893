//! Connections: SQLite in the data folder, or PostgreSQL. The rest of the crate does not know which.
//!
//! SQLite has one connection that writes and a few that read, in WAL mode with `synchronous=FULL`: a commit is on the disk
//! before it is acknowledged, and readers see a snapshot. PostgreSQL has one pool; `synchronous_commit` is set to `on` for
//! our sessions whatever the server's default is.
//!
//! A transaction of it is a [`Session`].

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use adyton_core::secret::Secret;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions, Connection, PgConnection};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DbBackend, IsolationLevel, SqliteTransactionMode,
    SqlxPostgresConnector, SqlxSqliteConnector, TransactionOptions,
};
use tokio::time::timeout;

use crate::cause::{Cause, Refusal, cause, why};
use crate::faults::Plan;
use crate::open_error::{DatabasePlace, DatabaseProblem, FileDeed, WrongSetting, file_error};
pub(crate) use crate::session::Session;
use crate::session::Watched;
use crate::writability::Health;
use crate::{OpenError, StoreError};

/// How long a call may take, from waiting for a connection to the commit.
pub(crate) const DEADLINE: Duration = Duration::from_secs(10);
/// How long loading everything, or a migration, may take.
pub(crate) const LONG_DEADLINE: Duration = Duration::from_secs(600);
/// The file of SQLite in the data folder.
pub(crate) const FILE: &str = "adyton.db";
const READERS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 12;

/// The database, open.
pub(crate) struct Database {
    write: DatabaseConnection,
    read: DatabaseConnection,
    /// The file, or the address without user and password.
    pub(crate) place: DatabasePlace,
    /// Told when a write fails.
    pub(crate) health: Health,
    faults: Plan,
}

/// What the database said, without the line of its own source; or what the way to it was.
fn refused(error: &sea_orm::sqlx::Error) -> DatabaseProblem {
    match error.as_database_error() {
        Some(refusal) => DatabaseProblem::Refused {
            why: refusal.code().map_or(Refusal::Other, |state| why(&state)),
            said: refusal.message().to_owned(),
        },
        None => DatabaseProblem::refused(error),
    }
}

impl Database {
    /// With a plan of faults.
    pub(crate) fn with(self, faults: Plan) -> Self {
        Self { faults, ..self }
    }

    /// Opens `adyton.db` in the data folder, making it if it is not there.
    pub(crate) async fn embedded(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join(FILE);
        // Made here so that it has mode 0600; SQLite gives its `-wal` and `-shm` files the same.
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::File::open(folder)?.sync_all())
            .map_err(|error| file_error(&path, FileDeed::UseDatabase, error))?;
        let place = DatabasePlace::File(path.clone());
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("fullfsync", "1")
            .foreign_keys(true)
            .busy_timeout(DEADLINE / 2)
            .disable_statement_logging();
        let failed = |error: sea_orm::sqlx::Error| match cause(&error) {
            Cause::NoSpace => OpenError::Store(StoreError::NoSpace),
            _ => OpenError::Database {
                place: place.clone(),
                problem: refused(&error),
            },
        };
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(DEADLINE)
                .idle_timeout(None)
                .max_lifetime(None)
                // SQLite ends a transaction by itself when the disk is full, and then refuses the `ROLLBACK` that follows.
                // The connection would be taken to be inside of a transaction from then on, and nest all later ones in it,
                // which never commits. Such a connection is thrown away.
                .after_release(|connection, _| {
                    Box::pin(async move {
                        connection.ping().await?;
                        Ok(!connection.is_in_transaction())
                    })
                })
        };
        let write = pool()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(failed)?;
        let read = pool()
            .max_connections(READERS)
            .connect_with(options.pragma("query_only", "1"))
            .await
            .map_err(failed)?;
        Ok(Self {
            write: SqlxSqliteConnector::from_sqlx_sqlite_pool(write),
            read: SqlxSqliteConnector::from_sqlx_sqlite_pool(read),
            place,
            health: Health::default(),
            faults: Plan::default(),
        })
    }

    /// Connects to `postgres://…`.
    pub(crate) async fn postgres(url: &Secret<String>) -> Result<Self, OpenError> {
        let options: PgConnectOptions = url
            .expose()
            .parse()
            .map_err(|_| OpenError::Setting(WrongSetting::DatabaseAddress))?;
        let name = options.get_database().unwrap_or_default();
        let place = match options.get_socket() {
            Some(folder) => DatabasePlace::PostgresSocket {
                name: name.to_owned(),
                folder: folder.clone(),
            },
            None => {
                let (host, port) = (options.get_host(), options.get_port());
                DatabasePlace::Postgres(format!("postgres://{host}:{port}/{name}"))
            }
        };
        let statement_timeout = DEADLINE.as_millis().to_string();
        let options = options
            .application_name("adyton")
            .options([
                ("synchronous_commit", "on"),
                // Not that a table is there already.
                ("client_min_messages", "warning"),
                ("statement_timeout", statement_timeout.as_str()),
                ("idle_in_transaction_session_timeout", "60000"),
            ])
            .disable_statement_logging();
        let failed = |problem: DatabaseProblem| OpenError::Database {
            place: place.clone(),
            problem,
        };
        // One connection first: it says why it fails, where the pool would only say that it waited.
        match timeout(DEADLINE, PgConnection::connect_with(&options)).await {
            Ok(Ok(connection)) => connection
                .close()
                .await
                .map_err(|error| failed(refused(&error)))?,
            Ok(Err(error)) => return Err(failed(refused(&error))),
            Err(_) => {
                let seconds = DEADLINE.as_secs();
                return Err(failed(DatabaseProblem::Silent { seconds }));
            }
        }
        let pool = PgPoolOptions::new()
            .max_connections(POSTGRES_CONNECTIONS)
            .acquire_timeout(DEADLINE)
            .connect_with(options)
            .await
            .map_err(|error| failed(refused(&error)))?;
        let both = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Ok(Self {
            write: both.clone(),
            read: both,
            place,
            health: Health::default(),
            faults: Plan::default(),
        })
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.write.get_database_backend() == DbBackend::Postgres
    }

    /// The pool, for `LISTEN`; `None` on SQLite.
    pub(crate) fn postgres_pool(&self) -> Option<&sea_orm::sqlx::PgPool> {
        self.is_postgres()
            .then(|| self.write.get_postgres_connection_pool())
    }

    /// Begins a transaction that may write. On SQLite it waits for its turn here, not in its first write.
    pub(crate) async fn begin(&self, within: Duration) -> Result<Session, StoreError> {
        let options = if self.is_postgres() {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::ReadCommitted),
                access_mode: Some(AccessMode::ReadWrite),
                sqlite_transaction_mode: None,
            }
        } else {
            TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            }
        };
        let watched = Watched {
            health: self.health.clone(),
            faults: self.faults.clone(),
        };
        Session::begin(&self.write, options, within, Some(watched)).await
    }

    /// Begins a transaction that reads one state of the whole database.
    pub(crate) async fn snapshot(&self, within: Duration) -> Result<Session, StoreError> {
        let options = if self.is_postgres() {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                sqlite_transaction_mode: None,
            }
        } else {
            TransactionOptions::default()
        };
        Session::begin(&self.read, options, within, None).await
    }

    /// On a full disk: carries SQLite's write-ahead log into the database as far as that needs no room, so that the next
    /// writes find the log's own room again. Failing is no harm.
    pub(crate) async fn settle_log(&self) {
        if self.is_postgres() {
            return;
        }
        let carried = self.write.execute_unprepared("PRAGMA wal_checkpoint(PASSIVE)");
        match timeout(DEADLINE, carried).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::debug!(%error, "the write-ahead log stays as it is"),
            Err(_) => tracing::debug!("the write-ahead log stays as it is: no answer in time"),
        }
    }

    pub(crate) async fn close(&self) {
        for connection in [&self.read, &self.write] {
            if let Err(error) = connection.close_by_ref().await {
                tracing::warn!(%error, "a database connection did not close well");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataFolder;

    #[tokio::test]
    async fn a_commit_of_sqlite_is_on_the_disk_and_readers_cannot_write() {
        let above = tempfile::tempdir().unwrap();
        let folder = DataFolder::open(above.path().join("data")).unwrap();
        let database = Database::embedded(folder.path()).await.unwrap();
        let write = database.begin(DEADLINE).await.unwrap();
        let pragma = async |name: &str| {
            let sql = write.statement(&format!("PRAGMA {name}"));
            write.query_one_raw(sql).await.unwrap().unwrap()
        };
        let synchronous: i64 = pragma("synchronous").await.try_get_by_index(0).unwrap();
        let journal: String = pragma("journal_mode").await.try_get_by_index(0).unwrap();
        let foreign_keys: i64 = pragma("foreign_keys").await.try_get_by_index(0).unwrap();
        // 2 is FULL: the write-ahead log is synced at every commit.
        assert_eq!((synchronous, journal.as_str(), foreign_keys), (2, "wal", 1));
        let read = database.snapshot(DEADLINE).await.unwrap();
        assert!(read.execute_unprepared("CREATE TABLE t (x)").await.is_err());
    }
}
