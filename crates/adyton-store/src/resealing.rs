//! Changing the master key: every sealed secret is sealed anew with another one, in one transaction.
//!
//! The new key lies beside the old one (`master.key.new`) before the transaction is committed, and takes its place after that. Whenever
//! this is cut off, one of the two opens the database, and the next start finds out which ([`crate::master_key`]). Nobody else may use
//! the database meanwhile: a server keeps the old key in its memory. SQLite's is held with the data folder; PostgreSQL is asked who is
//! connected.

use std::path::PathBuf;
use std::time::Duration;

use adyton_core::clock::Clock;
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};

use crate::backup::master_key_place;
use crate::database::{Database, FILE, LONG_DEADLINE, Session};
use crate::faults::Plan;
use crate::open_error::{FileDeed, FileProblem, KeyProblem, file_error};
use crate::schema::{access_keys, app_codes, apps, token_keys};
use crate::seal::{Seal, SealedCell};
use crate::transaction::ROWS_A_STATEMENT;
use crate::{DataFolder, OpenError, Settings, StoreError, master_key, open};

/// How often is looked whether others have gone, and how long is waited in between.
const LOOKS: u32 = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// What was changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resealed {
    /// How many secrets were sealed anew.
    pub secrets: u64,
    /// Where the new key is.
    pub key: PathBuf,
}

/// A table with sealed secrets.
struct SealedTable {
    name: &'static str,
    place: for<'a> fn(&'a str) -> SealedCell<'a>,
    /// Below all ids.
    first: fn() -> Value,
    id: fn(&QueryResult) -> Result<Value, sea_orm::DbErr>,
}

const TABLES: &[SealedTable] = &[
    SealedTable::of_texts("access_keys", access_keys::place),
    SealedTable::of_texts("apps", apps::place),
    SealedTable::of_texts("app_codes", app_codes::place),
    SealedTable {
        name: "token_keys",
        place: token_keys::place,
        first: || Value::from(i64::MIN),
        id: |row| row.try_get::<i64>("", "id").map(Value::from),
    },
];

impl SealedTable {
    const fn of_texts(name: &'static str, place: for<'a> fn(&'a str) -> SealedCell<'a>) -> Self {
        Self {
            name,
            place,
            first: || Value::from(""),
            id: |row| row.try_get::<String>("", "id").map(Value::from),
        }
    }
}

/// Makes a new master key, seals all secrets with it, and puts it in the place of the old one.
///
/// # Errors
/// There is no database yet, the old key is not its key, another node is connected, a secret is damaged, or writing fails. The old key
/// holds then; where the commit itself is uncertain, the next start finds out which one does.
pub async fn change_master_key(
    folder: &DataFolder,
    settings: &Settings,
    clock: &Clock,
) -> Result<Resealed, OpenError> {
    let file = folder.path().join(FILE);
    if settings.database_url.is_none() && !file.is_file() {
        return Err(OpenError::File {
            path: file,
            problem: FileProblem::NothingSealed,
        });
    }
    open::prepare(folder, settings, clock).await?.close().await;
    // Connected anew, with one connection alone: all others that are seen are somebody else's.
    let database = open::connect(folder.path(), settings)
        .await?
        .with(Plan::new(settings.faults.clone()));
    let changed = change(&database, folder, settings).await;
    database.close().await;
    changed
}

async fn change(
    database: &Database,
    folder: &DataFolder,
    settings: &Settings,
) -> Result<Resealed, OpenError> {
    let session = database.begin(LONG_DEADLINE).await?;
    let check = open::locked_check(&session, database.is_postgres()).await?;
    if database.is_postgres() {
        require_alone(&session).await?;
    }
    let Some(check) = check else {
        return Err(OpenError::MasterKey(KeyProblem::NoneYet));
    };
    let place = master_key_place(folder.path(), settings);
    let old = master_key::load(folder, settings.master_key_file.as_deref(), Some(&check))?;
    let new = master_key::make_next(&place)?;
    let sealed = async {
        let secrets = seal_all(&session, &old, &new).await?;
        replace_check(&session, &new).await?;
        Ok::<_, OpenError>(secrets)
    };
    let secrets = match sealed.await {
        Ok(secrets) => secrets,
        Err(error) => {
            drop(session);
            master_key::forget_next(&place);
            return Err(error);
        }
    };
    session.commit().await?;
    master_key::take_next(&place).map_err(|error| file_error(&place, FileDeed::PlaceNewKey, error))?;
    Ok(Resealed { secrets, key: place })
}

/// Seals every secret anew; how many there are.
async fn seal_all(session: &Session, old: &Seal, new: &Seal) -> Result<u64, OpenError> {
    let mut secrets = 0;
    for table in TABLES {
        let mut after = (table.first)();
        loop {
            let rows = rows_after(session, table, &after).await?;
            let Some(last) = rows.last() else { break };
            after = (table.id)(last).map_err(StoreError::from)?;
            for row in &rows {
                reseal(session, table, row, old, new).await?;
                secrets += 1;
            }
        }
    }
    Ok(secrets)
}

async fn rows_after(
    session: &Session,
    table: &SealedTable,
    after: &Value,
) -> Result<Vec<QueryResult>, StoreError> {
    let sql = format!(
        "SELECT id, sealed FROM {} WHERE id > $1 ORDER BY id LIMIT {ROWS_A_STATEMENT}",
        table.name
    );
    let statement = Statement::from_sql_and_values(session.get_database_backend(), sql, [after.clone()]);
    Ok(session.query_all_raw(statement).await?)
}

async fn reseal(
    session: &Session,
    table: &SealedTable,
    row: &QueryResult,
    old: &Seal,
    new: &Seal,
) -> Result<(), StoreError> {
    let id = (table.id)(row)?;
    let name = match &id {
        Value::BigInt(Some(number)) => number.to_string(),
        _ => row.try_get("", "id")?,
    };
    let place = (table.place)(&name);
    let sealed: Vec<u8> = row.try_get("", "sealed")?;
    let anew = new.seal(place, &old.open(place, &sealed)?)?;
    let sql = format!("UPDATE {} SET sealed = $1 WHERE id = $2", table.name);
    let statement = Statement::from_sql_and_values(session.get_database_backend(), sql, [anew.into(), id]);
    session.execute_raw(statement).await?;
    Ok(())
}

async fn replace_check(session: &Session, new: &Seal) -> Result<(), OpenError> {
    let statement = Statement::from_sql_and_values(
        session.get_database_backend(),
        "UPDATE master_key_check SET sealed = $1 WHERE id = 1",
        [master_key::check_value(new)?.into()],
    );
    session.execute_raw(statement).await.map_err(StoreError::from)?;
    Ok(())
}

/// That no server is connected to this PostgreSQL database: it would not find its secrets again. One that has just ended may take a
/// moment to be gone.
async fn require_alone(session: &Session) -> Result<(), OpenError> {
    let mut others = others(session).await?;
    for _ in 0..LOOKS {
        if others == 0 {
            return Ok(());
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
        others = self::others(session).await?;
    }
    Err(OpenError::MasterKey(KeyProblem::OthersConnected(others)))
}

/// How many other connections of servers there are.
async fn others(session: &Session) -> Result<i64, StoreError> {
    // What was seen once is kept for the transaction unless it is let go.
    let again = session.statement("SELECT pg_stat_clear_snapshot()");
    session.execute_raw(again).await?;
    let others = session.statement(
        "SELECT COUNT(*) AS others FROM pg_stat_activity \
         WHERE application_name = 'adyton' AND datname = current_database() AND pid <> pg_backend_pid()",
    );
    match session.query_one_raw(others).await? {
        Some(row) => Ok(row.try_get("", "others")?),
        None => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sealed_column_is_sealed_anew() {
        let mut found = Vec::new();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        for file in std::fs::read_dir(folder).unwrap() {
            let sql = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for table in sql.split("CREATE TABLE ").skip(1) {
                let (name, columns) = table.split_once(' ').unwrap();
                if columns.split(';').next().unwrap().contains("sealed {bytes}") {
                    found.push(name.to_owned());
                }
            }
            assert!(!sql.contains("ADD COLUMN sealed"), "name the table here");
        }
        found.sort();
        let mut known: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        known.push("master_key_check");
        known.sort_unstable();
        assert_eq!(found, known);
    }
}
