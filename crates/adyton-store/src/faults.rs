//! Faults on purpose: a test says at which statement or commit the database fails, and how. Without a plan nothing is
//! asked and nothing is done.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::cause::TOO_LATE;

/// Where a transaction stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Point {
    /// Before it begins.
    Begin,
    /// Before one of its statements.
    Statement,
    /// Before its commit.
    Commit,
    /// After its commit, before that is told.
    Committed,
}

/// How the database fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// The disk is full.
    NoSpace,
    /// The disk, or the database, can only be read.
    ReadOnly,
    /// The connection is lost.
    Lost,
    /// The deadline passes.
    Slow,
}

/// A plan of faults.
pub trait Faults: Send + Sync {
    /// What happens at this point; `None` is nothing. Only transactions that may write are asked.
    fn at(&self, point: Point) -> Option<Fault>;
}

/// The plan of a store; none in the program.
#[derive(Clone, Default)]
pub(crate) struct Plan(Option<Arc<dyn Faults>>);

impl Plan {
    pub(crate) fn new(faults: Option<Arc<dyn Faults>>) -> Self {
        Self(faults)
    }
    /// Fails if the plan says so.
    pub(crate) fn pass(&self, point: Point) -> Result<(), DbErr> {
        match self.0.as_ref().and_then(|faults| faults.at(point)) {
            None => Ok(()),
            Some(fault) => Err(fault.error()),
        }
    }
}

impl Fault {
    fn error(self) -> DbErr {
        let inner = match self {
            Fault::NoSpace => sqlx::Error::Database(Box::new(Planned("13"))),
            Fault::ReadOnly => sqlx::Error::Database(Box::new(Planned("8"))),
            Fault::Lost => sqlx::Error::Io(io::ErrorKind::ConnectionReset.into()),
            Fault::Slow => return TOO_LATE,
        };
        DbErr::Exec(RuntimeErr::SqlxError(Arc::new(inner)))
    }
}

/// An error as SQLite gives it.
#[derive(Debug)]
struct Planned(&'static str);

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a fault on purpose ({})", self.0)
    }
}

impl Error for Planned {}

impl DatabaseError for Planned {
    fn message(&self) -> &str {
        "a fault on purpose"
    }
    fn code(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(self.0))
    }
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}
