//! Why the store cannot be opened ([`OpenError`]): what is wrong as types. Their words in both languages: [`words`].
//!
//! `Display` is English, for logs. What the system, a database or a program says is quoted as it is. No message holds a secret or the
//! password of a database URL. What to do about it, where the message does not say so, is for the program that opens the store.

mod words;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use adyton_core::language::Language;

use crate::StoreError;
use crate::cause::Refusal;

/// Why the store could not be opened. Each message says what, where, and mostly how to put it right.
#[derive(Debug)]
pub enum OpenError {
    /// A setting is wrong: the server ends with exit code 2.
    Setting(WrongSetting),
    /// Another server holds the data folder: exit code 2.
    Locked {
        /// The folder.
        folder: PathBuf,
        /// The process that holds it, as it wrote itself down; none if it did not get to that.
        pid: Option<i32>,
    },
    /// A file or folder cannot be used.
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong.
        problem: FileProblem,
    },
    /// A copy of the database has no room.
    NoRoom {
        /// The copy.
        path: PathBuf,
    },
    /// The master key is missing or is not the one that this database was made with.
    MasterKey(KeyProblem),
    /// The database was made by a newer version.
    TooNew {
        /// The version in the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
        /// The version of the program that made it, if it wrote that down.
        made_by: Option<String>,
    },
    /// The database cannot be reached or refused.
    Database {
        /// Where it is.
        place: DatabasePlace,
        /// What is wrong.
        problem: DatabaseProblem,
    },
    /// A call failed once it was open.
    Store(StoreError),
}

/// A setting of the store that cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WrongSetting {
    /// `database_url` is no address of PostgreSQL.
    DatabaseScheme,
    /// `database_url` begins as one, and goes on otherwise.
    DatabaseAddress,
    /// PostgreSQL without `master_key_file`.
    MasterKeyFileMissing,
}

/// What is wrong with a file or folder.
#[derive(Debug)]
pub enum FileProblem {
    /// The system refuses what was to be done.
    System {
        /// What was to be done.
        deed: FileDeed,
        /// What the system said.
        said: io::Error,
    },
    /// `bootstrap.json` is not what the first start wrote.
    ChangedBootstrap {
        /// Where it differs.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// The database is not there, and a data folder that has one is needed.
    NoDatabase,
    /// The same, where its secrets were to be sealed anew.
    NothingSealed,
}

/// What was to be done with a file or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "their words are beside them")]
pub enum FileDeed {
    MakeFolder,
    OpenFolder,
    ReadFolder,
    CloseFolder,
    UseLock,
    ReadFile,
    WriteFile,
    RemoveFile,
    UseDatabase,
    CopyDatabase,
    ReadNamedKey,
    ReadKey,
    WriteNewKey,
    PlaceNewKey,
    CopyKey,
    WriteAudit,
}

impl FileDeed {
    /// Whether it needs no more than a data folder that this user may write to.
    pub fn is_of_the_folder(self) -> bool {
        match self {
            Self::MakeFolder
            | Self::OpenFolder
            | Self::ReadFolder
            | Self::CloseFolder
            | Self::UseLock
            | Self::ReadFile
            | Self::WriteFile
            | Self::RemoveFile
            | Self::UseDatabase
            | Self::WriteAudit => true,
            Self::CopyDatabase
            | Self::ReadNamedKey
            | Self::ReadKey
            | Self::WriteNewKey
            | Self::PlaceNewKey
            | Self::CopyKey => false,
        }
    }
}

/// What is wrong with the master key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyProblem {
    /// The data folder's is gone.
    Lost(PathBuf),
    /// The file that `master_key_file` names is not there, and secrets are sealed with it.
    NamedLost(PathBuf),
    /// The same, and nothing is sealed yet.
    NamedMissing(PathBuf),
    /// It is another database's.
    Wrong(PathBuf),
    /// The file holds no key.
    Malformed(PathBuf),
    /// The database has none yet.
    NoneYet,
    /// It cannot be changed while others are connected.
    OthersConnected(i64),
}

/// Where a database is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DatabasePlace {
    /// SQLite's file.
    File(PathBuf),
    /// PostgreSQL's address, without user and password.
    Postgres(String),
    /// PostgreSQL at a Unix socket.
    PostgresSocket {
        /// The database.
        name: String,
        /// The folder of the socket.
        folder: PathBuf,
    },
}

/// What is wrong with a database.
#[derive(Debug)]
pub enum DatabaseProblem {
    /// It refuses.
    Refused {
        /// Why, as far as it says so in a code.
        why: Refusal,
        /// What it said.
        said: String,
    },
    /// It did not answer.
    Silent {
        /// For so many seconds.
        seconds: u64,
    },
    /// Its schema cannot be brought to a version.
    Schema {
        /// The version.
        version: i64,
        /// Why.
        cause: Box<StoreError>,
    },
    /// It must be empty and is not.
    NotEmpty {
        /// A table that it has.
        table: String,
    },
    /// A program of PostgreSQL is not on this machine.
    NoProgram(&'static str),
    /// It cannot be started.
    ProgramNotStarted {
        /// The program.
        program: &'static str,
        /// What the system said.
        said: io::Error,
    },
    /// It failed.
    ProgramFailed {
        /// The program.
        program: &'static str,
        /// What it said, or how it ended.
        said: String,
    },
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl std::error::Error for OpenError {}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message_in(Language::English))
    }
}

impl OpenError {
    /// Why the database refused, as far as it says so in a code.
    pub fn refusal(&self) -> Refusal {
        match self {
            Self::Database {
                problem: DatabaseProblem::Refused { why, .. },
                ..
            } => *why,
            Self::Database {
                problem: DatabaseProblem::Schema { cause, .. },
                ..
            } => cause.refusal(),
            Self::Store(cause) => cause.refusal(),
            _ => Refusal::Other,
        }
    }
}

impl DatabaseProblem {
    /// What the database, or the way to it, said as the driver words it.
    pub(crate) fn refused(said: impl fmt::Display) -> Self {
        Self::Refused {
            why: Refusal::Other,
            said: said.to_string(),
        }
    }
}

/// The system refuses to do this with a file or folder.
pub(crate) fn file_error(path: &Path, deed: FileDeed, said: io::Error) -> OpenError {
    OpenError::File {
        path: path.to_owned(),
        problem: FileProblem::System { deed, said },
    }
}
