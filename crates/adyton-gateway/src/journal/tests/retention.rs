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
    assert!(
        counts.proven_bytes <= JournalSettings::KEEP_BYTES_MIN,
        "{counts:?}"
    );
    assert_eq!((counts.dropped, counts.unwritten), (0, 0));
    assert!(found(&journal, id(0, 0)).is_none());
    assert!(found(&journal, id(19_499, 499)).is_some());
}

/// Three files with one record each, the first at the start, the next two a day and two days later.
fn three_files(settings: &JournalSettings) {
    for day in 0..3 {
        let (journal, mut recorders) = Journal::open(settings.clone(), 1, start_clock()).unwrap();
        recorders.pop().unwrap().record(&record(day * DAY_MS, day));
        journal.close();
    }
}

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn listed(journal: &Journal) -> usize {
    journal
        .search(&Filter::default(), None, 10)
        .unwrap()
        .records
        .len()
}

#[test]
fn records_over_their_age_go_one_file_an_hour_and_the_newest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        keep_days: 2,
        ..JournalSettings::new(folder.path())
    };
    three_files(&settings);
    let later = start_clock();
    later.advance(Duration::from_millis(10 * DAY_MS));
    let (journal, _recorders) = Journal::open(settings, 1, later.clone()).unwrap();
    assert_eq!(listed(&journal), 3, "not before the clock can be believed");
    for left in [2, 1, 1] {
        later.advance(Duration::from_secs(60 * 60));
        // Two turns: the first takes the time, the second is after its end.
        assert!(journal.flush(Duration::from_secs(10)) && journal.flush(Duration::from_secs(10)));
        assert_eq!(listed(&journal), left);
    }
}
