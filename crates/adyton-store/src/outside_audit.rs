//! Audit records of what is done beside the server, by other programs on its machine.
//!
//! A record goes into the database, whether a server runs on it or not. Where there is none yet, or it takes nothing, the record waits in
//! the data folder ([`leave`]) until the next start takes it in ([`take`]).

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use adyton_core::audit::{AuditRecord, bounded};

use crate::database::FILE;
use crate::folder::{AUDIT_WAITING, give_to_owner_of};
use crate::open_error::{FileDeed, file_error};
use crate::repository::insert_audit;
use crate::{DataFolder, OpenError, Settings, Store, open};

/// Writes a record where the trail of this installation finds it, now or at the next start. Where there is no installation, there is no
/// trail either, and nothing is written.
///
/// # Errors
/// Neither the database nor the data folder takes it.
pub async fn record(data: &Path, settings: &Settings, record: &AuditRecord) -> Result<(), OpenError> {
    let is_there = settings.database_url.is_some() || data.join(FILE).is_file();
    if !is_there {
        // Of whoever else's folder it may be nothing is left in it.
        return match DataFolder::is_empty(data) {
            Ok(true) => leave(data, record),
            Ok(false) | Err(_) => Ok(()),
        };
    }
    match insert(data, settings, record).await {
        Ok(()) => Ok(()),
        Err(error) => leave(data, record).map_err(|_| error),
    }
}

async fn insert(data: &Path, settings: &Settings, record: &AuditRecord) -> Result<(), OpenError> {
    let database = open::connect(data, settings).await?;
    let written = insert_audit(&database, std::slice::from_ref(record)).await;
    database.close().await;
    Ok(written?)
}

/// Puts a record behind those that wait for the next start.
///
/// # Errors
/// The file cannot be written.
pub fn leave(data: &Path, record: &AuditRecord) -> Result<(), OpenError> {
    let place = data.join(AUDIT_WAITING);
    let written = (|| {
        let mut line = serde_json::to_vec(record)?;
        line.push(b'\n');
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&place)?;
        give_to_owner_of(data, &place);
        // At once, so that the lines of two never mix.
        file.write_all(&line)?;
        file.sync_all()
    })();
    written.map_err(|error| file_error(&place, FileDeed::WriteAudit, error))
}

/// Takes in the records that wait. Those that cannot be written wait on.
pub async fn take(data: &Path, store: &Store) {
    let place = data.join(AUDIT_WAITING);
    let text = match std::fs::read(&place) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => {
            tracing::error!(%error, file = %place.display(), "audit records cannot be read");
            return;
        }
    };
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let records: Vec<AuditRecord> = lines
        .filter_map(|line| match serde_json::from_slice(line) {
            Ok(record) => Some(record),
            Err(error) => {
                let record = bounded(&String::from_utf8_lossy(line));
                tracing::error!(%error, record, "an audit record cannot be read; it is given up");
                None
            }
        })
        .collect();
    match store.audit().insert(&records).await {
        Ok(()) => {
            let _ = std::fs::remove_file(&place);
        }
        Err(error) => {
            tracing::error!(%error, "audit records cannot be written; they wait for the next start")
        }
    }
}
