//! Settings of the installation as a whole: keys outside of a section.

use std::path::PathBuf;

use crate::config::section::section;
use crate::config::value::{ByteSize, DatabaseUrl, Node};

section! {
    /// The installation as a whole. These keys go at the top of the file, before the first section.
    General in "" {
        /// The data folder: database, master key, packages, journal. Created with mode 0700 if it does not exist.
        data: PathBuf = "adyton-data" at "data", Start;
        /// The database: `sqlite` in the data folder, or `postgres://USER:PASSWORD@HOST/DATABASE`, which several nodes can share (packages, uploads and throttles stay on each node).
        database_url: DatabaseUrl = "sqlite" at "database_url", Start;
        /// The file with the master key that seals secrets in the database; `master.key` in the data folder when unset.
        /// Required with PostgreSQL, and the same on every node.
        master_key_file: Option<PathBuf> = "" at "master_key_file", Start;
        /// A file in the data folder whose space is released step by step when the disk is full, so that tokens and keys can still be
        /// revoked; it never takes more than 1 % of the file system. 0 means no reserve.
        disk_reserve: ByteSize = "16MiB" at "disk_reserve", Start;
        /// Folders from which packages may be imported as `file://…`; none when empty.
        import_roots: Vec<PathBuf> = "" at "import_roots", Start;
        /// The number of this node, 0 to 65535: a part of every request id; each node of a database needs its own.
        node: Node = "0" at "node", Start;
    }
}
