//! Clocks that jump: no record is lost, and what was recorded meanwhile is found.

use std::time::Duration;

use adyton_core::journal::Filter;

use super::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A record that arrived now.
fn now(clock: &Clock, sequence: u64) -> Record {
    let at = clock.now();
    Record {
        id: RequestId::compose(at.millis() as u64, 1, 0, sequence),
        at,
        ..record(0, 0)
    }
}

#[test]
fn a_clock_that_jumps_ahead_and_back_loses_no_record() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings::new(folder.path());
    let mut made = Vec::new();
    // Some files of earlier days.
    for number in 0..3 {
        let clock = start_clock();
        let (journal, mut recorders) = Journal::open(settings.clone(), 1, clock.clone()).unwrap();
        made.push(now(&clock, number));
        recorders.pop().unwrap().record(&made[number as usize]);
        journal.close();
    }
    let clock = start_clock();
    let (journal, mut recorders) = Journal::open(settings.clone(), 1, clock.clone()).unwrap();
    let recorder = recorders.pop().unwrap();
    clock.advance(2 * DAY);
    let turn = |journal: &Journal| {
        clock.advance(Duration::from_secs(2));
        assert!(journal.flush(Duration::from_secs(10)));
    };
    turn(&journal);
    let right = clock.now();
    for (sequence, wrong) in [
        right.after(40 * DAY),
        right,
        right.before(4_000 * DAY),
        Timestamp::from_seconds(1),
        right,
    ]
    .into_iter()
    .enumerate()
    {
        clock.set(wrong);
        turn(&journal);
        let one = now(&clock, 10 + sequence as u64);
        recorder.record(&one);
        made.push(one);
        turn(&journal);
    }
    let whole = |journal: &Journal, when: &str| {
        let page = journal.search(&Filter::default(), None, 100).unwrap();
        assert_eq!(page.records.len(), made.len(), "listed {when}");
        for one in &made {
            assert_eq!(found(journal, one.id).as_ref(), Some(one), "{when}");
        }
    };
    whole(&journal, "at once");
    // A start while the clock is wrong, and another when it is right again.
    journal.close();
    drop((journal, recorder));
    let ahead = Clock::manual(right.after(40 * DAY));
    for (start, when) in [(ahead, "ahead"), (Clock::manual(right), "right again")] {
        let (journal, _recorders) = Journal::open(settings.clone(), 1, start.clone()).unwrap();
        start.advance(Duration::from_secs(10));
        whole(&journal, when);
        journal.close();
    }
}

#[test]
fn a_clock_that_stays_wrong_costs_a_file_an_hour_at_most() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings::new(folder.path());
    for number in 0..6 {
        let (journal, recorder) = open(folder.path());
        recorder.record(&record(number, number));
        journal.close();
    }
    let clock = start_clock();
    let (journal, _recorders) = Journal::open(settings, 1, clock.clone()).unwrap();
    clock.set(clock.now().after(40 * DAY));
    // The time of day is not believed for the first hour after the jump, and then each hour costs the oldest file.
    for minutes in 0..3 * 60 {
        clock.advance(Duration::from_secs(60));
        assert!(journal.flush(Duration::from_secs(10)));
        let left = journal.counts().segments;
        assert!(left >= 6 - minutes / 60, "{left} files after {minutes} minutes");
    }
    assert!(found(&journal, id(5, 5)).is_some());
}
