//! What can go wrong: while the store is opened ([`OpenError`]) and in a call ([`StoreError`]).
//!
//! "Not found" is no error: calls give `Ok(None)`. No message holds a secret or the password of a database URL.

use std::path::PathBuf;

use adyton_core::quota::Quota;
use sea_orm::DbErr;

use crate::cause::Cause;

/// A call that the store did not carry out. Nothing was changed, except where [`StoreError::Deadline`] and
/// [`StoreError::Uncertain`] say so.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is already one like it.
    #[error("{} exists already", what.name())]
    Conflict {
        /// What would have been there twice.
        what: Unique,
    },
    /// There are as many as there may be.
    #[error("{} has {used} {}, {more} more exceed its quota of {most}", what.counted().0, what.counted().1)]
    Quota {
        /// What there would be too many of.
        what: Quota,
        /// How many there may be.
        most: u64,
        /// How many there are.
        used: u64,
        /// How many were to be added.
        more: u64,
    },
    /// A service would have more tags than it may.
    #[error("a service has at most {most} tags")]
    TooManyTags {
        /// How many it may have.
        most: u64,
    },
    /// Something that the call refers to is not there (in this project).
    #[error("{} `{id}` does not exist", what.name())]
    Missing {
        /// What is missing.
        what: Referred,
        /// Its id, as given.
        id: String,
    },
    /// It cannot be deleted while something else uses it.
    #[error("still used by {}", by.join(", "))]
    InUse {
        /// The names of those that use it; the first ten.
        by: Vec<String>,
    },
    /// A model is not (or not any more) in the state that the call needs.
    #[error("model `{model}` is {status}")]
    ModelState {
        /// The model's id.
        model: adyton_core::id::ModelId,
        /// `publishing`, `published` or `failed`.
        status: &'static str,
    },
    /// The call took too long. A write may have been carried out all the same.
    #[error("the database did not answer in time")]
    Deadline,
    /// The connection broke while a write was committed: it may have been carried out or not.
    #[error(
        "the connection to the database broke during the commit, so the change may have been made or not: {0}"
    )]
    Uncertain(DbErr),
    /// The disk of the database is full.
    #[error("no space is left on the disk of the database")]
    NoSpace,
    /// The database, or the disk that it is on, can only be read.
    #[error("the database is read-only")]
    ReadOnly,
    /// The database cannot be reached, or its disk fails. Nothing was changed.
    #[error("the database is unreachable: {0}")]
    Unavailable(DbErr),
    /// A row cannot be read: a sealed value does not open, or a value is not of its type.
    #[error("the store's {table} row `{row}` is damaged ({column}): restore the database from a backup")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The row's id.
        row: String,
        /// What cannot be read.
        column: &'static str,
    },
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(DbErr),
    /// The operating system gave no randomness, or no memory to hash a password.
    #[error("{0}")]
    System(String),
}

impl StoreError {
    /// Whether the database or its disk does not do what it should, which passes; not something about the call.
    pub const fn is_of_storage(&self) -> bool {
        matches!(
            self,
            StoreError::Database(_)
                | StoreError::Deadline
                | StoreError::Uncertain(_)
                | StoreError::Unavailable(_)
                | StoreError::NoSpace
                | StoreError::ReadOnly
        )
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match Cause::of(&error) {
            Cause::Deadline => StoreError::Deadline,
            Cause::NoSpace => StoreError::NoSpace,
            Cause::ReadOnly => StoreError::ReadOnly,
            Cause::Unavailable => StoreError::Unavailable(error),
            Cause::Other => StoreError::Database(error),
        }
    }
}

/// What there can be only one of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unique {
    /// A domain's name.
    DomainName,
    /// A project's name in its domain.
    ProjectName,
    /// A user's name in its domain.
    UserName,
    /// An app's name in its project.
    AppName,
    /// An AppKey.
    AppKey,
    /// An AppCode.
    AppCode,
    /// An app's authorisation for an API.
    Authorisation,
    /// A model's name and version in its project.
    ModelVersion,
    /// A service's name in its project.
    ServiceName,
}

impl Unique {
    /// In words, for a message.
    pub const fn name(self) -> &'static str {
        match self {
            Unique::DomainName => "a domain with this name",
            Unique::ProjectName => "a project with this name",
            Unique::UserName => "a user with this name",
            Unique::AppName => "an app with this name",
            Unique::AppKey => "an app with this AppKey",
            Unique::AppCode => "this AppCode",
            Unique::Authorisation => "this authorisation",
            Unique::ModelVersion => "a model with this name and version",
            Unique::ServiceName => "a service with this name",
        }
    }
}

/// What a call can refer to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Referred {
    /// A domain.
    Domain,
    /// A project.
    Project,
    /// A user.
    User,
    /// An app.
    App,
    /// An API.
    Api,
    /// A model.
    Model,
    /// A service.
    Service,
}

impl Referred {
    /// In words, for a message.
    pub const fn name(self) -> &'static str {
        match self {
            Referred::Domain => "domain",
            Referred::Project => "project",
            Referred::User => "user",
            Referred::App => "app",
            Referred::Api => "API",
            Referred::Model => "model",
            Referred::Service => "service",
        }
    }
}

/// Why the store could not be opened. Each message says what, where, and how to put it right.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A setting is wrong: the server ends with exit code 2.
    #[error("`{key}` {problem}")]
    Setting {
        /// The setting's key.
        key: &'static str,
        /// What is wrong with it and what to write instead.
        problem: String,
    },
    /// Another server holds the data folder: exit code 2.
    #[error(
        "the data folder {} is in use by process {pid}: stop that server, or start this one with another --data folder",
        folder.display()
    )]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// The process that holds it, as it wrote itself down; `unknown` if it did not get to that.
        pid: String,
    },
    /// A file or folder cannot be used.
    #[error("{}: {problem}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: String,
    },
    /// A copy of the database has no room.
    #[error("{}: no space is left on its disk: free some, or write the backup elsewhere", path.display())]
    NoRoom {
        /// The copy.
        path: PathBuf,
    },
    /// The master key is missing or is not the one that this database was made with.
    #[error("{0}")]
    MasterKey(String),
    /// The database was made by a newer version.
    #[error(
        "the database has schema version {found}, made by adyton {made_by}; this is adyton {}, which knows versions up to {known}: \
         start adyton {made_by} or a newer one, or restore a backup from before the upgrade",
        env!("CARGO_PKG_VERSION")
    )]
    TooNew {
        /// The version in the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
        /// The version of the program that made it.
        made_by: String,
    },
    /// The database cannot be reached or refused.
    #[error("the database {place} cannot be opened: {problem}")]
    Database {
        /// The file, or the address without user and password.
        place: String,
        /// What the database said.
        problem: String,
    },
    /// A call failed once it was open.
    #[error(transparent)]
    Store(#[from] StoreError),
}
