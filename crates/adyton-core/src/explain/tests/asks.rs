//! Nobody is sent to somebody without being told to whom and with which command: of all refusals, for each kind of reader, in both
//! languages.

use super::*;
use crate::catalogue::SubCode;
use crate::explain::explain_in;
use crate::holder::Holder;
use crate::id::UserId;
use crate::language::Language;

const ME: Holder = Holder::User(UserId::from_bits(0x99));
/// Verbs that the role `caller` does not permit.
const NOT_FOR_CALLERS: [&str; 7] = ["service", "requests", "app", "model", "user", "role", "quota"];

/// Whether a text sends its reader to somebody.
fn names_somebody(text: &str) -> bool {
    ["an administrator", "an operator"]
        .iter()
        .any(|who| text.contains(who))
        || (text.contains('请') && ["管理员", "操作员", "运维"].iter().any(|who| text.contains(who)))
}

fn has_command(text: &str) -> bool {
    text.contains("`adyton ")
}

fn evidence() -> Vec<Evidence> {
    let access = |action: &str| Evidence::Access {
        way: String::new(),
        caller: String::new(),
        caller_project: None,
        target_project: Some(MINE),
        action: String::from(action).into(),
        roles: vec!["caller".into()],
        holder: Some(ME),
    };
    vec![
        Evidence::None,
        access("modelarts:service:predict"),
        access("iam:users:list"),
        Evidence::Credentials {
            sent: vec!["X-Apig-AppCode".into()],
            accepted: vec!["X-Auth-Token".into()],
            facts: Vec::new(),
            note: String::new(),
            holder: Some(ME),
        },
        Evidence::Size {
            what: Measured::Body,
            limit: 8,
            declared: Some(9),
            measured: None,
            setting: "limits.address_body".into(),
        },
    ]
}

#[test]
fn whoever_is_named_is_named_with_a_command() {
    let caller = Reader::Caller {
        holder: ME,
        service: None,
    };
    for (reason, evidence) in Reason::ALL
        .iter()
        .flat_map(|reason| evidence().into_iter().map(move |one| (*reason, one)))
    {
        let record = refused(reason, evidence);
        for reader in [Reader::Project(MINE), Reader::Administrator(DOMAIN), caller] {
            let is_caller = matches!(reader, Reader::Caller { .. });
            for language in Language::ALL {
                let fixes = explain_in(&record, &live(), reader, None, language).fix;
                for fix in fixes.iter().filter(|fix| names_somebody(fix)) {
                    // What they are to run may stand above.
                    assert!(fixes.iter().any(|fix| has_command(fix)), "{reason}: {fix}");
                }
                let is_beyond = |fix: &String| {
                    crate::explain::fix::verbs(fix).any(|verb| NOT_FOR_CALLERS.contains(&verb))
                };
                if is_caller && fixes.iter().any(is_beyond) {
                    let is_told = fixes.iter().any(|fix| names_somebody(fix));
                    assert!(is_told, "{reason}: nobody is named who may do it: {fixes:?}");
                }
            }
        }
    }
}

#[test]
fn a_page_that_names_somebody_names_the_command() {
    for shown in SubCode::all() {
        for language in Language::ALL {
            let fix = shown.section_in(language).fix;
            assert!(!names_somebody(fix) || has_command(fix), "{shown}: {fix}");
        }
    }
}
