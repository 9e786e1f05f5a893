//! Audit records of what is done on the server's machine while no server runs: who did it is whoever the operating system says.
//!
//! An act on a database that is open leaves its record there. A restore opens none: its record waits in the data folder
//! ([`leave`]) until the next start takes it in ([`take`]).

use std::io::ErrorKind;
use std::path::Path;

use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;
use adyton_core::audit::{AuditKind, AuditRecord, AuditedThing, FieldChange, bounded};
use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::record::CallerSeen;
use adyton_store::{DataFolder, Store};

/// Where a record waits, in the data folder.
const WAITING: &str = "audit.waiting";
/// What `/proc/self/loginuid` says of what nobody signed in for.
const NOBODY: u32 = u32::MAX;

/// The record of an act. It concerns every domain, until its maker names one.
pub(crate) fn record(
    operation: &str,
    thing: AuditedThing,
    changes: Vec<FieldChange>,
    clock: &Clock,
) -> AuditRecord {
    let at = clock.now();
    let millis = u64::try_from(at.millis()).unwrap_or_default();
    // No server runs whose ids this could meet.
    let number = at.micros().unsigned_abs();
    let request = RequestId::of_management(millis, 0, number);
    AuditRecord {
        operation: operation.to_owned(),
        caller: Some(operator()),
        is_proven: true,
        thing: Some(thing),
        changes,
        ..AuditRecord::blank(request, at, AuditKind::Change)
    }
}

/// Writes a record into the open database. The act is done whatever becomes of it: that it could not be written is said.
pub(crate) async fn keep(store: &Store, record: &AuditRecord, context: &Context) {
    if let Err(error) = store.audit().insert(std::slice::from_ref(record)).await {
        context.terminal.note(said!(
            "This is done, but its record could not be written into the audit trail: {error}",
            "操作已完成，但其审计记录无法写入：{error}"
        ));
    }
}

/// Puts a record where the next start finds it.
pub(crate) fn leave(folder: &DataFolder, record: &AuditRecord) -> Outcome {
    let text = serde_json::to_vec(record).map_err(|error| Failure::failed(error.to_string()))?;
    folder
        .write(WAITING, &text)
        .map_err(|error| Failure::failed(error.to_string()))
}

/// Takes in the record that waits, if there is one. One that cannot be written waits on.
pub(crate) async fn take(folder: &Path, store: &Store) {
    let place = folder.join(WAITING);
    let text = match std::fs::read(&place) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => {
            tracing::error!(%error, file = %place.display(), "an audit record cannot be read");
            return;
        }
    };
    match serde_json::from_slice::<AuditRecord>(&text) {
        Ok(record) => match store.audit().insert(&[record]).await {
            Ok(()) => {
                let _ = std::fs::remove_file(&place);
            }
            Err(error) => {
                tracing::error!(%error, "an audit record cannot be written; it waits for the next start")
            }
        },
        Err(error) => {
            let record = bounded(&String::from_utf8_lossy(&text));
            tracing::error!(%error, record, "an audit record cannot be read; it is given up");
            let _ = std::fs::remove_file(&place);
        }
    }
}

/// The user of the operating system: as whom the program runs, and who had signed in at the machine.
fn operator() -> CallerSeen {
    let runs_as = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let signed_in = std::fs::read_to_string("/proc/self/loginuid").ok();
    let signed_in = signed_in.and_then(|text| text.trim().parse().ok());
    CallerSeen {
        way: "offline".to_owned(),
        id: format!("uid {runs_as}"),
        name: told(runs_as, signed_in, &users),
    }
}

/// `root (signed in as ada)`.
fn told(runs_as: u32, signed_in: Option<u32>, users: &str) -> String {
    let own = name(runs_as, users);
    match signed_in.filter(|uid| *uid != NOBODY && *uid != runs_as) {
        Some(other) => format!("{own} (signed in as {})", name(other, users)),
        None => own,
    }
}

/// The name of a user in the text of `/etc/passwd`; users that are kept elsewhere are told by their numbers.
fn name(uid: u32, users: &str) -> String {
    let named = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, number) = (fields.next()?, fields.nth(1)?);
        (number.parse() == Ok(uid)).then(|| bounded(name))
    });
    named.unwrap_or_else(|| format!("uid {uid}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0:root:/root:/bin/sh\nbroken\nada:x:1000:1000:Ada,,,:/home/ada:/bin/sh\n";

    #[test]
    fn an_operator_is_told_by_name_and_by_who_signed_in() {
        assert_eq!(told(0, None, USERS), "root");
        assert_eq!(told(0, Some(NOBODY), USERS), "root");
        assert_eq!(told(0, Some(0), USERS), "root");
        assert_eq!(told(0, Some(1000), USERS), "root (signed in as ada)");
        assert_eq!(told(7, Some(1000), USERS), "uid 7 (signed in as ada)");
        assert_eq!(told(7, None, ""), "uid 7");
    }
}
