//! The catalogue against itself: closed, unique, complete.

use std::collections::HashSet;

use super::{Code, Reason};

#[test]
fn no_two_causes_share_a_sub_code() {
    let mut seen = HashSet::new();
    for reason in Reason::ALL {
        assert!(seen.insert(reason.sub_code()), "{reason} stands for two causes");
        assert_eq!(Reason::parse(reason.sub_code()), Some(*reason));
    }
}

#[test]
fn every_code_has_a_cause_and_its_page_tells_cause_and_fix() {
    for code in Code::ALL {
        let entry = code.entry();
        let reasons: Vec<_> = Reason::ALL
            .iter()
            .filter(|reason| reason.code() == *code)
            .collect();
        assert!(!reasons.is_empty(), "{code:?} has no reason");
        for reason in reasons {
            let heading = format!("## {}", reason.sub_code());
            let section = entry.page.split(&heading).nth(1).unwrap_or_default();
            let section = section.split("\n## ").next().unwrap_or_default();
            assert!(
                section.contains("Cause: "),
                "the page of {code:?} does not tell the cause of {reason}"
            );
            assert!(
                section.contains("Fix: "),
                "the page of {code:?} does not tell the fix of {reason}"
            );
        }
    }
}

#[test]
fn a_code_is_one_plane_wire_status_and_message() {
    let mut seen = HashSet::new();
    for code in Code::ALL {
        let entry = code.entry();
        assert!(
            seen.insert((entry.plane, entry.wire, entry.status, entry.message)),
            "{code:?} stands twice"
        );
    }
}
