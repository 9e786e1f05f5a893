//! The access log: every line is JSON, says what the record says, and the files are bounded.

use std::time::Duration;

use super::*;
use crate::journal::AccessLog;

/// What a log of its own holds of these records.
fn logged(records: &[Record]) -> Vec<serde_json::Value> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let settings = JournalSettings {
        access_log: AccessLog::File {
            path: path.clone(),
            max_bytes: 1 << 20,
            keep: 2,
        },
        ..JournalSettings::new(folder.path().join("journal"))
    };
    let (journal, recorder) = open_with(settings);
    for one in records {
        recorder.record(one);
    }
    assert!(journal.flush(Duration::from_secs(10)));
    let text = std::fs::read_to_string(&path).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
    lines.collect()
}

#[test]
fn a_line_has_the_names_that_its_page_lists() {
    let page = include_str!("../../../../../docs/reference/records.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let names = rows.flat_map(|row| row.split('|').nth(4).unwrap_or_default().split('`'));
    let is_name = |text: &&str| text.starts_with(|letter: char| letter.is_ascii_lowercase());
    let mut listed: Vec<&str> = names.filter(is_name).collect();
    listed.sort_unstable();
    for line in logged(&[record(0, 0), refusal(1, 1)]) {
        let mut names: Vec<&String> = line.as_object().expect("an object").keys().collect();
        names.sort_unstable();
        assert_eq!(names, listed, "in the line and in docs/reference/records.md");
    }
}

#[test]
fn each_line_is_the_record_without_its_evidence() {
    let mut odd = refusal(1, 1);
    odd.path = "/\"quoted\"\\\n\u{7f}ü".into();
    let lines = logged(&[record(0, 0), odd.clone()]);
    assert_eq!(lines.len(), 2);
    let same = serde_json::to_value(record(0, 0)).unwrap();
    for field in [
        "id",
        "door",
        "path",
        "query",
        "stage",
        "project",
        "service",
        "api",
        "model",
        "instance",
        "status",
        "reason",
        "step",
        "answered_by",
        "request_bytes",
        "response_bytes",
        "took_us",
        "model_us",
        "head_us",
        "user_agent",
    ] {
        assert_eq!(lines[0][field], same[field], "{field}");
    }
    assert_eq!(lines[0]["at"], record(0, 0).at.to_iso());
    assert_eq!(lines[0]["caller_name"], "admin");
    assert!(lines[0]["body_us"].is_null() && lines[1]["head_us"].is_null());
    assert_eq!(lines[1]["path"], odd.path);
    assert_eq!(lines[1]["code"], "APIG.0301");
    assert_eq!(lines[1]["reason"], "aksk.bad_signature");
    assert!(lines[1]["project"].is_null() && lines[1].get("evidence").is_none());
}

#[test]
fn the_file_is_rotated_and_old_ones_go() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let settings = JournalSettings {
        access_log: AccessLog::File {
            path: path.clone(),
            max_bytes: 4_000,
            keep: 2,
        },
        ..JournalSettings::new(folder.path().join("journal"))
    };
    let (journal, recorder) = open_with(settings);
    for sequence in 0..60 {
        recorder.record(&record(sequence, sequence));
        assert!(journal.flush(Duration::from_secs(10)));
    }
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).map(|file| file.len());
    for name in ["access.log", "access.log.1", "access.log.2"] {
        assert!(size(name).unwrap() <= 4_000, "{name}");
    }
    assert!(size("access.log.3").is_err());
    let newest = std::fs::read_to_string(&path).unwrap();
    assert!(newest.contains(&id(59, 59).to_string()));
}
