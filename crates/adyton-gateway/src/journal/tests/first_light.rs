//! Journals of the first version, from before there were two shelves, stay readable.

use std::path::PathBuf;

use adyton_core::journal::Filter;

use super::*;

#[test]
fn every_record_of_the_first_version_is_found_and_listed() {
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/first-light");
    for data in ["sqlite", "postgres"] {
        let folder = tempfile::tempdir().unwrap();
        let file = "segment-0000000001.log";
        let bytes = std::fs::read(fixture.join(data).join("journal").join(file)).unwrap();
        std::fs::write(folder.path().join(file), &bytes).unwrap();
        let told: serde_json::Value =
            serde_json::from_slice(&std::fs::read(fixture.join(format!("{data}.json"))).unwrap()).unwrap();
        let (journal, recorder) = open(folder.path());
        recorder.record(&record(0, 0));
        let page = journal.search(&Filter::default(), None, 1_000).unwrap();
        let (old, new): (Vec<_>, Vec<_>) = page.records.into_iter().partition(|found| found.id != id(0, 0));
        assert_eq!(new.len(), 1, "it goes on");
        let ids: Vec<String> = old.iter().map(|record| record.id.to_string()).collect();
        assert_eq!(serde_json::json!(ids), told["listed"]);
        for one in old {
            assert_eq!(found(&journal, one.id), Some(one));
        }
    }
}
