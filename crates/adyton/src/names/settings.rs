//! Settings, and the variables of the environment.

use std::collections::HashSet;

use adyton_core::catalogue::SubCode;

use super::texts;
use crate::config::environment::variable;
use crate::config::section::CHAPTERS;

/// Variables of the command line, which its own tests set.
const OF_CLIENTS: [&str; 12] = [
    "ADYTON_ACCESS_KEY",
    "ADYTON_APP_CODE",
    "ADYTON_APP_KEY",
    "ADYTON_APP_SECRET",
    "ADYTON_CA_FILE",
    "ADYTON_CONTEXT",
    "ADYTON_CONTROL_URL",
    "ADYTON_GATEWAY_URL",
    "ADYTON_LANG",
    "ADYTON_PROFILE",
    "ADYTON_PROJECT_ID",
    "ADYTON_SECRET_KEY",
];
/// Beginnings of those of the tests, and of what shells ask for completion.
const OF_TESTS: [&str; 7] = [
    "ADYTON_ATTACK_",
    "ADYTON_BINARY",
    "ADYTON_COMPLETE",
    "ADYTON_FUZZ_",
    "ADYTON_TEST_",
    "ADYTON_TOKEN",
    "ADYTON_WRITE_REFERENCE",
];
/// What looks like a setting: fields of requests, files, hosts of tests.
const OTHERS: [&str; 4] = ["auth.identity", "auth.scope", "audit.waiting", "gateway.test"];
/// Endings of files that are called like a section.
const ENDINGS: [&str; 5] = ["rs", "md", "toml", "json", "py"];

/// All settings by name.
fn known() -> HashSet<&'static str> {
    CHAPTERS
        .iter()
        .flat_map(|chapter| chapter.settings.iter().map(|setting| setting.name))
        .collect()
}

#[test]
fn every_setting_that_a_text_names_exists() {
    let known = known();
    let sub_codes: HashSet<&str> = SubCode::all().into_iter().map(SubCode::name).collect();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    let sections: HashSet<&str> = known
        .iter()
        .filter_map(|name| Some(name.split_once('.')?.0))
        .collect();
    let texts = texts();
    for section in sections {
        let mark = format!("{section}.");
        for text in &texts {
            for (before, rest) in text.after(&mark) {
                // Code calls methods; texts put settings into quotes.
                if !matches!(before, '`' | '"' | '\'') {
                    continue;
                }
                let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '_';
                let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
                let (key, after) = rest.split_at(length);
                let name = format!("{mark}{key}");
                let is_other = key.is_empty()
                    || ENDINGS.contains(&key)
                    || OTHERS.contains(&name.as_str())
                    || sub_codes.contains(name.as_str())
                    || after.starts_with(['(', '.', '{', '/', '-']);
                if known.contains(name.as_str()) {
                    seen += 1;
                } else if !is_other {
                    wrong.push(format!("no setting {name}: {}", text.place(rest)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "{seen}");
}

#[test]
fn every_variable_that_a_text_names_exists() {
    let known: HashSet<String> = known().into_iter().map(variable).collect();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for text in texts() {
        for (before, rest) in text.after("ADYTON_") {
            // Names of headers in the code.
            if before == '_' {
                continue;
            }
            let is_part =
                |letter: char| letter.is_ascii_uppercase() || letter == '_' || letter.is_ascii_digit();
            let length = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
            let (key, after) = rest.split_at(length);
            let name = format!("ADYTON_{key}");
            if known.contains(&name) || OF_CLIENTS.contains(&name.as_str()) {
                seen += 1;
                continue;
            }
            // The form of all of them.
            let is_form = key.is_empty() || key.ends_with('_') || after.starts_with(['*', '<', '{']);
            if !is_form && !OF_TESTS.iter().any(|start| name.starts_with(start)) {
                wrong.push(format!("no variable {name}: {}", text.place(rest)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 100, "{seen}");
}
