//! The catalogue against itself: closed, unique, complete; and its pages, which must tell causes and fixes.

use std::collections::HashSet;
use std::fmt::Write as _;

use expect_test::expect_file;

use super::{Code, Reason, Retry};

/// The verbs of the command line (its promise to scripts) that a page may advise.
const VERBS: &[&str] = &[
    "login", "whoami", "model", "service", "predict", "app", "requests", "explain", "errors", "sign",
    "doctor",
];
/// Fewer letters tell nothing.
const LETTERS: usize = 20;

#[test]
fn no_two_causes_share_a_sub_code() {
    let mut seen = HashSet::new();
    for reason in Reason::ALL {
        assert!(seen.insert(reason.sub_code()), "{reason} stands for two causes");
        assert_eq!(Reason::parse(reason.sub_code()), Some(*reason));
    }
}

/// What clients and scripts rely on: a line that changes or goes away here breaks them. A line may be added.
#[test]
fn sub_codes_and_what_they_stand_for_are_promised() {
    let mut lines: Vec<String> = Reason::ALL
        .iter()
        .map(|reason| {
            let entry = reason.code().entry();
            format!(
                "{} | {} {} {} {:?} | {} | {} | {}",
                reason.sub_code(),
                entry.plane.name(),
                entry.status,
                entry.wire,
                entry.message,
                reason.step().name(),
                entry.fault.name(),
                reason.retry().advice()
            )
        })
        .collect();
    lines.sort();
    let mut all = String::new();
    for line in lines {
        let _ = writeln!(all, "{line}");
    }
    expect_file!["./tests/sub_codes.txt"].assert_eq(&all);
}

#[test]
fn every_reason_has_a_cause_and_a_fix_in_words_of_its_own() {
    for reason in Reason::ALL {
        let section = reason.section();
        for (name, text) in [("cause", section.cause), ("fix", section.fix)] {
            let start = text.chars().next().unwrap_or(' ');
            assert!(
                text.len() >= LETTERS,
                "{reason}: the {name} says too little: `{text}`"
            );
            assert!(
                start.is_uppercase() || start == '`' || start.is_ascii_digit(),
                "{reason}: the {name} is no sentence: `{text}`"
            );
            assert!(
                text.ends_with('.'),
                "{reason}: the {name} is no sentence: `{text}`"
            );
            assert!(!text.contains('\n'), "{reason}: the {name} is more than one line");
            assert_eq!(
                text.matches('`').count() % 2,
                0,
                "{reason}: a code span of the {name} is open"
            );
            assert!(
                !text.contains("see the message"),
                "{reason}: the {name} is a skeleton"
            );
        }
        assert_ne!(
            section.cause.trim_end_matches('.'),
            reason.cause(),
            "{reason}: the cause only repeats"
        );
        assert_ne!(section.cause, section.fix, "{reason}");
    }
}

#[test]
fn a_page_is_its_title_its_meaning_and_its_reasons_in_order() {
    for code in Code::ALL {
        let entry = code.entry();
        let title = format!("# {} ({})\n\n", entry.wire, entry.status);
        assert!(
            entry.page.starts_with(&title),
            "{code:?}: the page has another title"
        );
        assert!(
            code.meaning().len() >= LETTERS,
            "{code:?}: the page does not tell what it means"
        );
        let headings: Vec<&str> = entry
            .page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        let reasons: Vec<&str> = Reason::ALL
            .iter()
            .filter(|reason| reason.code() == *code)
            .map(|reason| reason.sub_code())
            .collect();
        assert!(!reasons.is_empty(), "{code:?} has no reason");
        assert_eq!(headings, reasons, "{code:?}");
    }
}

#[test]
fn a_lock_passes_and_a_failed_service_does_not_run_by_itself() {
    for locked in [
        Reason::AkskLocked,
        Reason::AppLocked,
        Reason::ManageKeyLocked,
        Reason::IamAccountLocked,
    ] {
        assert_eq!(locked.retry(), Retry::Later, "{locked}");
    }
    assert_eq!(Reason::ServiceFailed.retry(), Retry::OnceMended);
    assert_eq!(Reason::ServiceDeploying.retry(), Retry::Later);
    assert_eq!(Reason::AkskBadSignature.retry(), Retry::No);
}

#[test]
fn pages_advise_commands_that_exist() {
    for code in Code::ALL {
        for command in code.entry().page.split("`adyton ").skip(1) {
            let verb = command.split([' ', '`']).next().unwrap_or_default();
            assert!(
                VERBS.contains(&verb),
                "{code:?} advises `adyton {verb}`, which does not exist"
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
