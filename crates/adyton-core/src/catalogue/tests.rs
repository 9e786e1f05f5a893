//! The catalogue against itself: closed, unique, complete; and its pages, which must tell causes and fixes.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

use expect_test::expect_file;

use super::{Code, Reason, Retry, SubCode, Surface};
use crate::language::{Language, phrase};

/// Fewer letters tell nothing.
const LETTERS: usize = 20;

#[test]
fn no_two_causes_of_the_pipeline_share_a_sub_code() {
    let mut seen = HashSet::new();
    for reason in Reason::ALL {
        if reason.code().entry().surface == Surface::Gateway {
            assert!(seen.insert(reason.sub_code()), "{reason} stands for two causes");
            assert_eq!(Reason::parse(reason.sub_code()), Some(*reason));
            assert_eq!(reason.at(Surface::Gateway).name(), reason.sub_code());
        }
    }
    for shown in SubCode::all() {
        assert_eq!(SubCode::parse(shown.name()), Some(shown));
        assert!(Reason::parse(shown.name()).is_some(), "{shown}");
    }
}

/// What clients and scripts rely on: a line that changes or goes away here breaks them. A line may be added.
#[test]
fn sub_codes_and_what_they_stand_for_are_promised() {
    let mut lines: Vec<String> = SubCode::all()
        .into_iter()
        .map(|shown| {
            let entry = shown.code().entry();
            format!(
                "{} | {} {} {} {:?} | {} | {} | {}",
                shown.name(),
                entry.surface.plane(),
                entry.status,
                entry.wire,
                entry.message,
                shown.step().name(),
                entry.fault.name(),
                shown.retry().advice()
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
fn every_sub_code_has_a_cause_and_a_fix_in_every_language() {
    let all = SubCode::all();
    for (reason, language) in all
        .iter()
        .flat_map(|reason| Language::ALL.map(|language| (*reason, language)))
    {
        let section = reason.section_in(language);
        for (name, text) in [("cause", section.cause), ("fix", section.fix)] {
            let start = text.chars().next().unwrap_or(' ');
            assert!(
                text.len() >= LETTERS,
                "{reason}：the {name} in {language:?} says too little: `{text}`；its page has `Cause:`，`Fix:`，`原因：` and `处理：`"
            );
            let is_begun = match language {
                Language::English => start.is_uppercase() || start == '`' || start.is_ascii_digit(),
                Language::Chinese => !start.is_whitespace(),
            };
            let stop = phrase!(language, '.', '。');
            assert!(
                is_begun && text.ends_with(stop),
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
            section.cause.trim_end_matches(['.', '。']),
            reason.cause_in(language),
            "{reason}: the cause only repeats"
        );
        assert_ne!(section.cause, section.fix, "{reason}");
    }
}

/// The code spans of a text: paths, settings, commands, which are the same in all languages.
fn spans(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[test]
fn what_is_code_is_the_same_in_every_language() {
    for reason in SubCode::all() {
        let [english, chinese] = Language::ALL.map(|language| reason.section_in(language).text());
        assert_eq!(
            spans(&english),
            spans(&chinese),
            "{reason}: a path, setting or command differs"
        );
        let [english, chinese] = Language::ALL.map(|language| reason.cause_in(language));
        assert_eq!(spans(english), spans(chinese), "{reason}: the clause in rows.rs");
    }
    for code in Code::ALL {
        let [english, chinese] = Language::ALL.map(|language| code.meaning_in(language));
        assert_eq!(spans(english), spans(chinese), "{code:?}: the meaning");
        assert!(
            english.is_ascii() || !english.contains('：'),
            "{code:?}: {english}"
        );
        assert!(chinese.ends_with('。'), "{code:?}：its page has no `含义：`");
    }
}

#[test]
fn a_page_is_its_title_its_meaning_and_a_section_for_each_sub_code() {
    for code in Code::ALL {
        let entry = code.entry();
        let title = format!("# {} ({})\n\n", entry.wire, entry.status);
        assert!(
            entry.written.starts_with(&title),
            "{code:?}: the page has another title"
        );
        assert!(
            code.meaning().len() >= LETTERS,
            "{code:?}: the page does not tell what it means"
        );
        let headings: Vec<&str> = entry
            .written
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .collect();
        let own: Vec<&str> = SubCode::of(*code).into_iter().map(SubCode::name).collect();
        assert!(!own.is_empty(), "{code:?} has no reason");
        for heading in &headings {
            assert!(own.contains(heading), "{code:?} has no sub-code {heading}");
        }
        let page = code.page();
        let shown: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(shown, own, "{code:?}: a sub-code has no section on its page");
    }
}

#[test]
fn a_lock_passes_and_a_failed_service_does_not_run_by_itself() {
    for locked in [
        Reason::AkskLocked.at(Surface::Gateway),
        Reason::AppLocked.at(Surface::Gateway),
        Reason::AkskLocked.at(Surface::Adyton),
        Reason::AccountLocked.at(Surface::Iam),
    ] {
        assert_eq!(locked.retry(), Retry::Later, "{locked}");
    }
    assert_eq!(Reason::ServiceFailed.retry(), Retry::OnceMended);
    assert_eq!(Reason::ServiceDeploying.retry(), Retry::Later);
    assert_eq!(Reason::AkskBadSignature.retry(), Retry::No);
}

#[test]
fn a_code_is_one_surface_wire_status_and_message() {
    let mut seen = HashSet::new();
    for code in Code::ALL {
        let entry = code.entry();
        assert!(
            seen.insert((entry.surface, entry.wire, entry.status, entry.message)),
            "{code:?} stands twice"
        );
    }
}

#[test]
fn a_cause_is_told_once() {
    for reason in Reason::ALL {
        let mut told = HashSet::new();
        let mut names = HashSet::new();
        let cells = Surface::ALL.map(|surface| reason.cell(surface));
        for shown in cells.into_iter().chain([reason.subject_cell()]).flatten() {
            if names.insert(shown.name())
                && let Some(text) = shown.written()
            {
                assert!(
                    told.insert(text),
                    "{shown} repeats what another surface says: leave it out"
                );
            }
        }
    }
}
