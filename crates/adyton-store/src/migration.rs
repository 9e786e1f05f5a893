//! The schema's versions. Each is a file of SQL that is never changed once it is released; a change is a new file.
//!
//! Safe to run twice and by several processes at once: one transaction under a lock reads the version, applies what is
//! missing and notes it. (Both databases roll back changes of the schema.)

use adyton_core::clock::Clock;
use sea_orm::{ConnectionTrait, Statement};

use crate::database::{Database, LONG_DEADLINE, Session};
use crate::open_error::DatabaseProblem;
use crate::{OpenError, StoreError};

/// All versions, oldest first; the first is version 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_time.sql"),
    include_str!("../migrations/0003_outcomes.sql"),
    include_str!("../migrations/0004_rolled_back.sql"),
    include_str!("../migrations/0005_audit.sql"),
    include_str!("../migrations/0006_minutes.sql"),
    include_str!("../migrations/0007_tags.sql"),
    include_str!("../migrations/0008_quotas.sql"),
    include_str!("../migrations/0009_usage.sql"),
];

/// The newest version.
pub(crate) const NEWEST: i64 = MIGRATIONS.len() as i64;

/// PostgreSQL's advisory lock for migrations: the text `adyton` as a number.
const LOCK: i64 = 0x6164_7974_6f6e;

/// Brings the schema to the newest version.
pub(crate) async fn run(database: &Database, clock: &Clock) -> Result<(), OpenError> {
    let session = database.begin(LONG_DEADLINE).await?;
    let found = prepare(&session, database.is_postgres()).await?;
    if found > NEWEST {
        return Err(OpenError::TooNew {
            found,
            known: NEWEST,
            made_by: made_by(&session).await,
        });
    }
    for (version, sql) in (1..).zip(MIGRATIONS).skip_while(|(version, _)| *version <= found) {
        apply(&session, version, sql, database.is_postgres(), clock)
            .await
            .map_err(|error| OpenError::Database {
                place: database.place.clone(),
                problem: DatabaseProblem::Schema {
                    version,
                    cause: Box::new(error),
                },
            })?;
        tracing::info!(version, "the database has a new schema version");
    }
    if found < NEWEST {
        let program = Statement::from_sql_and_values(
            session.get_database_backend(),
            "UPDATE schema_version SET program = $1 WHERE version > $2",
            [env!("CARGO_PKG_VERSION").into(), found.into()],
        );
        session.execute_raw(program).await.map_err(StoreError::from)?;
    }
    session.commit().await?;
    Ok(())
}

/// Which program made the newest schema version: for the message that an older one gives. A later schema may have
/// forgotten to say.
pub(crate) async fn made_by(connection: &impl ConnectionTrait) -> Option<String> {
    let newest = Statement::from_string(
        connection.get_database_backend(),
        "SELECT program FROM schema_version ORDER BY version DESC LIMIT 1",
    );
    let program = match connection.query_one_raw(newest).await {
        Ok(Some(row)) => row.try_get("", "program").unwrap_or_default(),
        _ => String::new(),
    };
    (!program.is_empty()).then_some(program)
}

/// Takes the lock, makes the table of versions, and gives the version that is there.
async fn prepare(session: &Session, postgres: bool) -> Result<i64, StoreError> {
    if postgres {
        session
            .execute_unprepared("SET LOCAL statement_timeout = 0")
            .await?;
        session
            .execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
            .await?;
    }
    session
        .execute_unprepared(
            "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)",
        )
        .await?;
    let newest = session.statement("SELECT COALESCE(MAX(version), 0) AS newest FROM schema_version");
    match session.query_one_raw(newest).await? {
        Some(row) => Ok(row.try_get("", "newest")?),
        None => Ok(0),
    }
}

async fn apply(
    session: &Session,
    version: i64,
    sql: &str,
    postgres: bool,
    clock: &Clock,
) -> Result<(), StoreError> {
    let words = if postgres {
        [
            ("{bytes}", "BYTEA"),
            ("{identity}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            ("{text}", "TEXT COLLATE \"C\""),
        ]
    } else {
        [
            ("{bytes}", "BLOB"),
            ("{identity}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
            ("{text}", "TEXT"),
        ]
    };
    let sql = words
        .iter()
        .fold(sql.to_owned(), |sql, (word, here)| sql.replace(word, here));
    session.execute_unprepared(&sql).await?;
    session
        .execute_raw(Statement::from_sql_and_values(
            session.get_database_backend(),
            "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)",
            [version.into(), clock.now().micros().into()],
        ))
        .await?;
    Ok(())
}
