//! Why the data folder or the database could not be had, and what to do: for the server, and for verbs that work on its data.

use adyton_cli::failure::Failure;
use adyton_store::{OpenError, StoreError};

/// Settings and a held data folder are wrong use; the rest failed at run time.
pub(crate) fn could_not_open(error: &OpenError) -> Failure {
    match error {
        OpenError::Setting { .. } | OpenError::Locked { .. } | OpenError::MasterKey(_) => {
            Failure::wrong_use(error.to_string())
        }
        OpenError::File { .. } => Failure::failed(error.to_string())
            .hint("--data must name a folder that this user can write to; it is created if it does not exist"),
        OpenError::Database { .. } => Failure::failed(error.to_string()).hint(
            "without `database_url` it is a file in the data folder: restore it from a backup, or name another folder with --data; \
             with it, check the address and that PostgreSQL runs",
        ),
        OpenError::Store(StoreError::NoSpace) => Failure::failed(error.to_string())
            .hint("free some space on the disk of the data folder: the first start, and each upgrade, write to it"),
        OpenError::NoRoom { .. } => Failure::failed(error.to_string())
            .hint("it needs room for the archive and, for a moment, for a copy of the database beside it"),
        OpenError::TooNew { .. } | OpenError::Store(_) => Failure::failed(error.to_string()),
    }
}
