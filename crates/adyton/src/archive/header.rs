//! What an archive says of itself.

use adyton_store::backup::DatabaseKind;
use serde::{Deserialize, Serialize};

/// The first entry of an archive. Later formats may add to it; what is unknown here is passed over.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The version of the archive's form.
    pub(crate) format: u32,
    /// The version of the program that wrote it.
    pub(crate) program: String,
    /// When, in UTC.
    pub(crate) made_at: String,
    /// Which database its copy is of.
    pub(crate) database: DatabaseKind,
    /// The version of that database's schema.
    pub(crate) schema: i64,
    /// Whether it holds the master key and the first user's credentials.
    pub(crate) master_key: bool,
    /// Whether it holds the journal.
    pub(crate) journal: bool,
}

impl Header {
    /// Of an archive that this program writes.
    pub(crate) fn new(made_at: String, database: DatabaseKind, schema: i64) -> Self {
        Self {
            format: super::FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made_at,
            database,
            schema,
            master_key: false,
            journal: false,
        }
    }
}
