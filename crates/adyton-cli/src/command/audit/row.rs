//! A record as a line of a table, and its parts in words.

use adyton_api::adyton::audit::{AuditChange, AuditShown};

use crate::moment::moment;

/// How many letters of what changed a table shows.
const CHANGED_LETTERS: usize = 60;

/// What the columns are called.
pub(super) const TITLES: [&str; 7] = [
    "time",
    "who",
    "operation",
    "thing",
    "result",
    "changed",
    "request id",
];

/// The cells of a record.
pub(super) fn row(record: &AuditShown) -> Vec<String> {
    let operation = match record.operation.as_str() {
        "" => record.method.clone(),
        name => name.to_owned(),
    };
    let mut changed = record.changes.iter().map(change).collect::<Vec<_>>().join("; ");
    if let Some((end, _)) = changed.char_indices().nth(CHANGED_LETTERS) {
        changed.truncate(end);
        changed.push('…');
    }
    vec![
        moment(&record.time),
        who(record),
        operation,
        thing(record),
        result(record),
        changed,
        record.request_id.clone(),
    ]
}

/// Who called: by name, with a mark where that is only claimed.
pub(in crate::command) fn who(record: &AuditShown) -> String {
    let Some(caller) = &record.caller else {
        return match record.source.as_str() {
            "" => "-".to_owned(),
            source => format!("- ({source})"),
        };
    };
    let name = match caller.name.as_str() {
        "" => &caller.id,
        name => name,
    };
    match caller.is_proven {
        true => name.to_owned(),
        false => format!("{name}?"),
    }
}

/// What it was about: by name, else by id.
pub(in crate::command) fn thing(record: &AuditShown) -> String {
    let Some(thing) = &record.thing else {
        return String::new();
    };
    let which = match thing.name.as_str() {
        "" => &thing.id,
        name => name,
    };
    format!("{} {which}", thing.kind)
}

/// How it ended, and for how many further ones it stands.
fn result(record: &AuditShown) -> String {
    let ended = match &record.refusal {
        None => "done",
        // What was refused without a call has no code.
        Some(refusal) if refusal.reason.is_empty() => "refused",
        Some(refusal) => refusal.reason.as_str(),
    };
    match record.similar {
        0 => ended.to_owned(),
        more => format!("{ended} +{more}"),
    }
}

/// A field that was changed.
pub(super) fn change(change: &AuditChange) -> String {
    let AuditChange {
        field,
        from,
        to,
        is_secret,
    } = change;
    match (from, to) {
        _ if *is_secret => format!("{field}: (secret)"),
        (Some(from), Some(to)) => format!("{field}: {from} → {to}"),
        (None, Some(to)) => format!("{field}: {to}"),
        (Some(from), None) => format!("{field}: {from} →"),
        (None, None) => field.clone(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use adyton_api::adyton::audit::{AuditCaller, AuditRefused, AuditThing};

    use super::*;

    /// Ada renames an app.
    pub(in crate::command::audit) fn sample() -> AuditShown {
        AuditShown {
            number: "7".to_owned(),
            request_id: "01a2097c3fcd0000ff00000000000003".to_owned(),
            time: "2026-01-15T08:15:30.123456Z".to_owned(),
            kind: "change".to_owned(),
            operation: "apps_update".to_owned(),
            method: "PUT".to_owned(),
            path: "/v2/p/apigw/instances/p/apps/a".to_owned(),
            domain_id: None,
            project_id: None,
            caller: Some(AuditCaller {
                id: "0f1e".to_owned(),
                name: "ada".to_owned(),
                way: "token".to_owned(),
                credential: Some("c0de".to_owned()),
                is_proven: true,
            }),
            source: "192.0.2.1".to_owned(),
            thing: Some(AuditThing {
                kind: "app".to_owned(),
                id: "a".to_owned(),
                name: "shop".to_owned(),
            }),
            status: 200,
            refusal: None,
            changes: vec![
                AuditChange {
                    field: "name".to_owned(),
                    from: Some("store".to_owned()),
                    to: Some("shop".to_owned()),
                    is_secret: false,
                },
                AuditChange {
                    field: "app_secret".to_owned(),
                    from: None,
                    to: None,
                    is_secret: true,
                },
            ],
            similar: 0,
        }
    }

    /// Somebody claims to be Ada, again and again.
    pub(in crate::command::audit) fn refused() -> AuditShown {
        let mut record = sample();
        record.kind = "refusal".to_owned();
        record.changes.clear();
        record.similar = 9;
        record.status = 403;
        if let Some(caller) = &mut record.caller {
            caller.is_proven = false;
        }
        record.refusal = Some(AuditRefused {
            code: "APIG.1005".to_owned(),
            reason: "apig.not_permitted".to_owned(),
            message: "no role of the caller permits apig:apps:update".to_owned(),
            found: String::new(),
        });
        record
    }

    /// A restore that failed.
    pub(in crate::command::audit) fn refused_at_the_machine() -> AuditShown {
        let mut record = sample();
        record.kind = "refusal".to_owned();
        record.operation = "restore".to_owned();
        (record.method, record.path, record.source) = Default::default();
        (record.changes, record.status) = (Vec::new(), 0);
        record.refusal = Some(AuditRefused {
            code: String::new(),
            reason: String::new(),
            message: "the archive is damaged".to_owned(),
            found: String::new(),
        });
        record
    }

    #[test]
    fn a_row_says_who_did_what_and_how_it_ended() {
        assert_eq!(
            row(&sample())[..6],
            [
                "2026-01-15 08:15:30",
                "ada",
                "apps_update",
                "app shop",
                "done",
                "name: store → shop; app_secret: (secret)"
            ]
        );
        let cells = row(&refused());
        assert_eq!(
            (cells[1].as_str(), cells[4].as_str()),
            ("ada?", "apig.not_permitted +9")
        );
    }

    #[test]
    fn whoever_is_not_known_is_told_by_where_they_called_from() {
        let mut record = refused();
        record.caller = None;
        record.operation = String::new();
        record.thing = None;
        let cells = row(&record);
        assert_eq!(cells[1..4], ["- (192.0.2.1)", "PUT", ""]);
    }

    #[test]
    fn what_was_refused_at_the_machine_says_so_without_a_code() {
        assert_eq!(row(&refused_at_the_machine())[4], "refused");
    }

    #[test]
    fn a_long_change_is_cut() {
        let mut record = sample();
        record.changes[0].to = Some("ü".repeat(200));
        assert_eq!(row(&record)[5].chars().count(), CHANGED_LETTERS + 1);
    }
}
