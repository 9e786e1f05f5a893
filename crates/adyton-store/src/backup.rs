//! Copies of the database for backups: taken of one moment while servers run, and put back into an empty database.
//!
//! SQLite copies itself into a file (`VACUUM INTO`); PostgreSQL's own programs do it for theirs ([`crate::postgres_programs`]).
//! The data folder is not locked for it, and nothing in it is changed.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};
use sea_orm::{ConnectionTrait, SqlxSqliteConnector, Statement};
use serde::{Deserialize, Serialize};

use crate::cause::{Cause, Refusal, cause};
use crate::database::{DEADLINE, Database, FILE, LONG_DEADLINE};
use crate::open_error::{DatabasePlace, DatabaseProblem, FileDeed, FileProblem, file_error};
use crate::{OpenError, Settings, StoreError, master_key, migration, postgres_programs};

/// Which database a copy was taken of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DatabaseKind {
    /// The file in the data folder.
    Sqlite,
    /// A PostgreSQL database.
    Postgres,
}

impl DatabaseKind {
    /// That of an installation.
    pub const fn of(settings: &Settings) -> Self {
        match settings.database_url {
            None => Self::Sqlite,
            Some(_) => Self::Postgres,
        }
    }
    /// As people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// What a copy holds.
pub struct Copied {
    /// The version of its schema.
    pub schema: i64,
    /// The packages that its models are made of.
    pub packages: BTreeSet<Sha256>,
    /// The known text that the master key has sealed.
    check: Option<Vec<u8>>,
}

/// The newest version of the schema that this program knows.
pub const fn newest_schema() -> i64 {
    migration::NEWEST
}

/// Copies the database of a data folder to the new file `to` (mode 0600), as it is at one moment.
///
/// # Errors
/// There is no database, it was made by a newer program, there is no room, or PostgreSQL's programs are missing or refuse.
pub async fn copy(data: &Path, settings: &Settings, to: &Path) -> Result<Copied, OpenError> {
    // Made here so that nobody else can read it at any moment.
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)
        .map_err(|error| file_error(to, FileDeed::CopyDatabase, error))?;
    match &settings.database_url {
        None => copy_file(&data.join(FILE), to).await,
        Some(url) => copy_postgres(url, to).await,
    }
}

/// Copies the master key to the new file `to` (mode 0600), after it has opened what the copied database has sealed: a backup with
/// another key would be worth nothing.
///
/// # Errors
/// The key is missing, or is another database's.
pub fn copy_master_key(
    data: &Path,
    settings: &Settings,
    copied: &Copied,
    to: &Path,
) -> Result<(), OpenError> {
    let from = master_key_place(data, settings);
    master_key::copy(&from, copied.check.as_deref(), to)
}

/// Looks at the database of an installation and changes nothing: the version of its schema, if there is a database.
///
/// # Errors
/// It cannot be opened, is damaged, or was made by a newer program; or the master key is missing, or another database's.
pub async fn look(data: &Path, settings: &Settings) -> Result<Option<i64>, OpenError> {
    let found = match &settings.database_url {
        None if !data.join(FILE).is_file() => return Ok(None),
        None => look_at_file(&data.join(FILE)).await?,
        Some(url) => {
            let database = Database::postgres(url).await?;
            let session = database.snapshot(DEADLINE).await?;
            let is_new = session.statement("SELECT to_regclass('schema_version') IS NULL AS is_new");
            let is_new = session.query_one_raw(is_new).await.map_err(StoreError::from)?;
            let found = match is_new.map(|row| row.try_get("", "is_new")) {
                Some(Ok(false)) => Some(contents(&session).await),
                _ => None,
            };
            drop(session);
            database.close().await;
            match found {
                Some(found) => found?,
                None => return Ok(None),
            }
        }
    };
    master_key::verify(&master_key_place(data, settings), found.check.as_deref())?;
    Ok(Some(found.schema))
}

async fn look_at_file(path: &Path) -> Result<Copied, OpenError> {
    let pool = open_file(path, false).await?;
    let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone());
    let looked = async {
        let whole = Statement::from_string(connection.get_database_backend(), "PRAGMA quick_check(1)");
        let whole = connection.query_one_raw(whole).await.map_err(StoreError::from)?;
        let said: String = match whole {
            Some(row) => row.try_get_by_index(0).map_err(StoreError::from)?,
            None => String::new(),
        };
        if said != "ok" {
            return Err(OpenError::Database {
                place: DatabasePlace::File(path.to_owned()),
                problem: DatabaseProblem::Refused {
                    why: Refusal::Damaged,
                    said: said.lines().collect::<Vec<_>>().join("; "),
                },
            });
        }
        contents(&connection).await
    };
    let looked = looked.await;
    pool.close().await;
    looked
}

/// Where the master key of an installation is.
pub fn master_key_place(data: &Path, settings: &Settings) -> PathBuf {
    match &settings.master_key_file {
        Some(file) => file.clone(),
        None => data.join(master_key::FILE),
    }
}

/// Puts a copy that was taken of a PostgreSQL database into the one at this address, which must be empty.
///
/// # Errors
/// The database cannot be reached, or holds something; PostgreSQL's programs are missing or refuse.
pub async fn restore_postgres(url: &Secret<String>, from: &Path) -> Result<(), OpenError> {
    require_empty(url).await?;
    postgres_programs::restore(url, from).await
}

/// That a PostgreSQL database can be reached and has no tables.
///
/// # Errors
/// It cannot be reached, or holds something.
pub async fn require_empty(url: &Secret<String>) -> Result<(), OpenError> {
    let database = Database::postgres(url).await?;
    let session = database.snapshot(DEADLINE).await?;
    let sql = "SELECT c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
               ORDER BY 1 LIMIT 1";
    let found = session
        .query_one_raw(session.statement(sql))
        .await
        .map_err(StoreError::from)?;
    drop(session);
    let place = database.place.clone();
    database.close().await;
    match found {
        None => Ok(()),
        Some(row) => {
            let name: String = row.try_get("", "name").map_err(StoreError::from)?;
            Err(OpenError::Database {
                place,
                problem: DatabaseProblem::NotEmpty { table: name },
            })
        }
    }
}

async fn copy_file(from: &Path, to: &Path) -> Result<Copied, OpenError> {
    if !from.is_file() {
        return Err(OpenError::File {
            path: from.to_owned(),
            problem: FileProblem::NoDatabase,
        });
    }
    let pool = open_file(from, false).await?;
    let copied = sea_orm::sqlx::query("VACUUM INTO ?1")
        .bind(to.to_string_lossy())
        .execute(&pool)
        .await;
    pool.close().await;
    copied.map_err(|error| failed(to, &error))?;
    let pool = open_file(to, true).await?;
    let connection = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone());
    let contents = contents(&connection).await;
    pool.close().await;
    contents
}

async fn open_file(path: &Path, immutable: bool) -> Result<SqlitePool, OpenError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .immutable(immutable)
        .busy_timeout(DEADLINE)
        .disable_statement_logging();
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(DEADLINE)
        .connect_with(options)
        .await
        .map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &sea_orm::sqlx::Error) -> OpenError {
    match cause(error) {
        Cause::NoSpace => OpenError::NoRoom {
            path: path.to_owned(),
        },
        Cause::Deadline | Cause::ReadOnly | Cause::Unavailable | Cause::Other => OpenError::Database {
            place: DatabasePlace::File(path.to_owned()),
            problem: DatabaseProblem::refused(error),
        },
    }
}

async fn copy_postgres(url: &Secret<String>, to: &Path) -> Result<Copied, OpenError> {
    let database = Database::postgres(url).await?;
    // What is told of the copy and the copy itself are of the same moment.
    let session = database.snapshot(LONG_DEADLINE).await?;
    let copied = async {
        let contents = contents(&session).await?;
        let exported = session
            .query_one_raw(session.statement("SELECT pg_export_snapshot() AS id"))
            .await
            .map_err(StoreError::from)?;
        let snapshot: String = match exported {
            Some(row) => row.try_get("", "id").map_err(StoreError::from)?,
            None => String::new(),
        };
        postgres_programs::dump(url, &snapshot, to).await?;
        Ok(contents)
    };
    let copied = copied.await;
    drop(session);
    database.close().await;
    copied
}

/// What the database says of itself.
async fn contents(connection: &impl ConnectionTrait) -> Result<Copied, OpenError> {
    let all = async |sql: &str| {
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        connection
            .query_all_raw(statement)
            .await
            .map_err(StoreError::from)
    };
    let newest = all("SELECT COALESCE(MAX(version), 0) AS newest FROM schema_version").await?;
    let schema: i64 = match newest.first() {
        Some(row) => row.try_get("", "newest").map_err(StoreError::from)?,
        None => 0,
    };
    if schema > migration::NEWEST {
        return Err(OpenError::TooNew {
            found: schema,
            known: migration::NEWEST,
            made_by: migration::made_by(connection).await,
        });
    }
    let mut packages = BTreeSet::new();
    for row in all("SELECT DISTINCT package FROM models WHERE package IS NOT NULL").await? {
        let digest: String = row.try_get("", "package").map_err(StoreError::from)?;
        // A row that does not parse is damaged for the server too, and named there.
        packages.extend(digest.parse::<Sha256>().ok());
    }
    let check = match all("SELECT sealed FROM master_key_check WHERE id = 1")
        .await?
        .first()
    {
        Some(row) => Some(row.try_get("", "sealed").map_err(StoreError::from)?),
        None => None,
    };
    Ok(Copied {
        schema,
        packages,
        check,
    })
}
