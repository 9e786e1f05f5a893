//! Audit records of what an operator does on the server's machine, with a server or without one: who did it is whoever the operating
//! system says. Where they are kept: [`adyton_store::outside_audit`].

use std::path::{Path, PathBuf};

use adyton_core::audit::{
    AuditKind, AuditRecord, AuditRefusal, AuditedKind, AuditedThing, FieldChange, bounded,
};
use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::record::CallerSeen;

/// What `/proc/self/loginuid` says of what nobody signed in for.
const NOBODY: u32 = u32::MAX;

/// The record of an act that was done. It concerns every domain, until its maker names one.
pub(crate) fn record(
    operation: &str,
    thing: AuditedThing,
    changes: Vec<FieldChange>,
    clock: &Clock,
) -> AuditRecord {
    let at = clock.now();
    let millis = u64::try_from(at.millis()).unwrap_or_default();
    // Far above what a server has counted to, so that it meets none of its ids.
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

/// The same of an act that was refused or failed: it has no code, and says what the operator was told.
pub(crate) fn refused(record: AuditRecord, told: &str) -> AuditRecord {
    AuditRecord {
        kind: AuditKind::Refusal,
        changes: Vec::new(),
        refusal: Some(AuditRefusal {
            message: bounded(told),
            ..AuditRefusal::default()
        }),
        ..record
    }
}

/// An installation, as the thing that an act is about.
pub(crate) fn installation(data: &Path) -> AuditedThing {
    AuditedThing {
        kind: AuditedKind::Installation,
        id: String::new(),
        name: bounded(&whole(data).display().to_string()),
    }
}

/// A path from the root on, where it is there.
pub(crate) fn whole(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// A field that has a value now.
pub(crate) fn field(name: &str, to: &str) -> FieldChange {
    FieldChange {
        field: name.to_owned(),
        from: None,
        to: Some(bounded(to)),
        is_secret: false,
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
