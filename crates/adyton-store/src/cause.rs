//! What kind of failure an error of the database is, whichever database it is.

use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

/// A deadline that has passed, as SeaORM can say it; it becomes [`StoreError::Deadline`](crate::StoreError::Deadline).
pub(crate) const TOO_LATE: DbErr = DbErr::ConnectionAcquire(ConnAcquireErr::Timeout);

/// What kind of failure the database's is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Cause {
    /// Too slow.
    Deadline,
    /// The disk is full.
    NoSpace,
    /// It can only be read.
    ReadOnly,
    /// The connection, the server or the disk fails.
    Unavailable,
    /// Something else: mostly a defect of ours.
    Other,
}

impl Cause {
    pub(crate) fn of(error: &DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Cause::Deadline,
            DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Cause::Unavailable,
            _ => driver_error(error).map_or(Cause::Other, cause),
        }
    }
}

/// What the driver said.
fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => Some(inner),
        _ => None,
    }
}

/// What kind of failure an error of the driver is.
pub(crate) fn cause(error: &sqlx::Error) -> Cause {
    let code = match error {
        sqlx::Error::PoolTimedOut => return Cause::Deadline,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => return Cause::Unavailable,
        sqlx::Error::Database(error) => error.code(),
        _ => None,
    };
    match code.as_deref() {
        // PostgreSQL's have five characters.
        Some(state) if state.len() == 5 => match state {
            // statement_timeout, lock_timeout
            "57014" | "55P03" => Cause::Deadline,
            "53100" => Cause::NoSpace,
            "25006" => Cause::ReadOnly,
            // Connection, resources, operator, system; and a session that waited too long inside of its transaction.
            _ if ["08", "53", "57", "58"].contains(&&state[..2]) || state == "25P03" => Cause::Unavailable,
            _ => Cause::Other,
        },
        // SQLite's are numbers; the lower byte is the kind.
        Some(number) => match number.parse::<u32>() {
            Ok(IO_ERROR_SHM_SIZE) => Cause::NoSpace,
            Ok(number) => match number & 0xff {
                5 | 6 => Cause::Deadline,
                8 => Cause::ReadOnly,
                13 => Cause::NoSpace,
                10 | 14 => Cause::Unavailable,
                _ => Cause::Other,
            },
            Err(_) => Cause::Other,
        },
        None => Cause::Other,
    }
}

/// Why a database refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// There is no database of this name.
    NoDatabase,
    /// It does not let the user in.
    NoEntry,
    /// The user may not do what is needed.
    NoRight,
    /// Its file is damaged, or another program's.
    Damaged,
    /// Anything else.
    Other,
}

/// Why a database refuses, by its code: what PostgreSQL says is in a language of its own.
pub(crate) fn why(state: &str) -> Refusal {
    match state {
        // SQLite's.
        "11" | "26" => Refusal::Damaged,
        "3D000" => Refusal::NoDatabase,
        "28000" | "28P01" => Refusal::NoEntry,
        "42501" => Refusal::NoRight,
        _ => Refusal::Other,
    }
}

/// What the database said, without what the layers above it add.
pub(crate) fn said(error: &DbErr) -> String {
    match driver_error(error).and_then(sqlx::Error::as_database_error) {
        Some(refusal) => refusal.message().to_owned(),
        None => error.to_string(),
    }
}

/// Why a call of the database was refused, if the database says so in a code.
pub(crate) fn why_of(error: &DbErr) -> Refusal {
    let code = driver_error(error)
        .and_then(sqlx::Error::as_database_error)
        .and_then(|refusal| refusal.code());
    code.map_or(Refusal::Other, |state| why(&state))
}

/// SQLite found no room for the file of its shared memory.
const IO_ERROR_SHM_SIZE: u32 = 4874;
