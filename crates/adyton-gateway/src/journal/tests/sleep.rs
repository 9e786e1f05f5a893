//! A writer with nothing to do sleeps, and every record that comes meanwhile is written all the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use adyton_core::sample::wait_for;

use super::super::recorder::pair;
use super::super::signals::Signals;
use super::*;

/// Bounds a failing test only.
const LONGEST: Duration = Duration::from_secs(20);

#[test]
fn the_first_record_wakes_a_writer_that_sleeps() {
    let signals = Arc::<Signals>::default();
    signals.attach(std::thread::current());
    let (recorder, ring) = pair(1 << 16, &signals);
    signals.sleeps(true);
    recorder.record(&record(1, 1));
    assert!(!signals.is_asleep(), "the next record need not wake it again");
    let began = Instant::now();
    std::thread::park_timeout(LONGEST);
    assert!(began.elapsed() < LONGEST / 2, "it was woken");
    assert!(ring.frames.slots() > 0, "the record is there when it wakes");
}

#[test]
fn a_writer_that_finds_nothing_sleeps_and_what_comes_then_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    for number in 1..=3 {
        wait_for("asleep", || journal.signals.is_asleep());
        recorder.record(&record(number, number));
        // Nobody asks for it.
        wait_for("written", || journal.counts().recorded == number);
    }
}

#[test]
fn a_writer_that_sleeps_is_woken_by_a_reader_and_by_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _recorder) = open(folder.path());
    wait_for("asleep", || journal.signals.is_asleep());
    assert!(journal.flush(LONGEST));
    wait_for("asleep", || journal.signals.is_asleep());
    journal.close();
}
