//! Old files go, whole, by size and by age.

use std::time::Duration;

use adyton_core::journal::Filter;

use super::*;

#[test]
fn the_files_stay_under_their_size_and_the_newest_records_stay() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        keep_bytes: JournalSettings::KEEP_BYTES_MIN,
        ring_bytes: 64 << 20,
        recent_bytes: 0,
        ..JournalSettings::new(folder.path())
    };
    let (journal, recorder) = open_with(settings);
    for round in 0..20 {
        for sequence in 0..500 {
            recorder.record(&record(round * 1_000 + sequence, sequence));
        }
        assert!(journal.flush(Duration::from_secs(10)));
    }
    let counts = journal.counts();
    assert!(counts.disk_bytes <= JournalSettings::KEEP_BYTES_MIN, "{counts:?}");
    assert_eq!((counts.dropped, counts.unwritten), (0, 0));
    assert!(found(&journal, id(0, 0)).is_none());
    assert!(found(&journal, id(19_499, 499)).is_some());
}

#[test]
fn records_over_their_age_are_gone_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        keep_days: 2,
        ..JournalSettings::new(folder.path())
    };
    let (journal, recorder) = open_with(settings.clone());
    recorder.record(&record(0, 0));
    journal.close();
    for (days, left) in [(1, 1), (3, 0)] {
        let later = clock();
        later.advance(Duration::from_secs(days * 24 * 60 * 60));
        let (journal, _recorders) = Journal::open(settings.clone(), 1, later).unwrap();
        let page = journal.search(&Filter::default(), None, 10).unwrap();
        assert_eq!(page.records.len(), left, "after {days} days");
    }
}
