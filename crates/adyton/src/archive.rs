//! The archive of a backup: a tar, compressed with gzip, that says what it is first and what everything in it hashes to last.
//!
//! ```text
//! adyton-backup.json    what it is: format, program, time, database, schema ([`Header`])
//! database/…            adyton.db, or postgres.dump
//! master.key            unless it was left out, and with it bootstrap.json
//! calls.json            when services were called last
//! packages/<digest>/…   the models, and uploads/… whose they are
//! lib/…                 the ONNX Runtime library, if it lies in the data folder
//! journal/…             if it was asked for
//! SHA256SUMS            of all files before it, as `sha256sum --check` reads it
//! ```
//!
//! What must hold: it is written whole or not at all, for its owner alone; nothing of it is put in place before all of it was read and
//! found to be what was backed up; its names lead nowhere but below the folder that it is unpacked in.

mod header;
mod reader;
mod sums;
mod writer;

pub(crate) use header::Header;
pub(crate) use reader::{look, unpack};
pub(crate) use writer::Writer;

/// The version of the archive's form; a newer one is refused.
const FORMAT: u32 = 1;
/// The first entry.
const HEADER: &str = "adyton-backup.json";
/// The last entry.
const SUMS: &str = "SHA256SUMS";

/// The copy of a SQLite database.
pub(crate) const SQLITE: &str = "database/adyton.db";
/// The copy of a PostgreSQL database.
pub(crate) const POSTGRES: &str = "database/postgres.dump";
/// The master key.
pub(crate) const MASTER_KEY: &str = "master.key";
/// Files of the data folder that are kept as they are, if they are there.
pub(crate) const FILES: &[&str] = &["calls.json"];
/// The first user's credentials: kept and left out with the master key, for they are in the clear.
pub(crate) const CREDENTIALS: &str = "bootstrap.json";
/// The packages' folder.
pub(crate) const PACKAGES: &str = "packages";
/// Whose the packages are.
pub(crate) const UPLOADS: &str = "uploads";
/// Where `adyton doctor --fix` puts the ONNX Runtime library: models that run on it alone would fail elsewhere without it.
pub(crate) const LIBRARIES: &str = "lib";
/// The journal's folder.
pub(crate) const JOURNAL: &str = "journal";
