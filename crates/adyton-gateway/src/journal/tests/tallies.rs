//! What became of each service's requests, counted by the minute.

use adyton_core::tally::{ServiceTally, minute_of};

use super::*;

#[test]
fn requests_are_counted_once_in_the_minute_in_which_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    let into_minute = START % 60_000;
    let next_minute = 60_000 - into_minute;
    for sequence in 0..3 {
        recorder.record(&record(0, sequence));
    }
    // It begins in this minute and ends in the next one.
    recorder.record(&Record {
        took_us: 2_000_000,
        status: 500,
        ..record(next_minute - 1_000, 3)
    });
    recorder.record(&Record {
        reason: Some(Reason::TokenExpired),
        status: 401,
        ..record(1, 4)
    });
    recorder.record(&Record {
        service: Some(ServiceId::from_bits(7)),
        ..record(1, 5)
    });
    // What matched no service is nobody's.
    recorder.record(&refusal(2, 6));
    let mut taken = journal.take_tallies();
    taken.sort_by_key(|one| (one.service, one.minute));
    let shown = |one: &ServiceTally| {
        let failures: Vec<String> = one
            .tally
            .failures
            .iter()
            .map(|(code, count)| format!("{code} {count}"))
            .collect();
        (
            one.service.bits(),
            one.minute,
            one.tally.calls,
            failures.join(", "),
        )
    };
    let start = minute_of(Timestamp::from_millis(START as i64));
    let next = Timestamp::from_millis((START + next_minute) as i64);
    assert_eq!(
        taken.iter().map(shown).collect::<Vec<_>>(),
        [
            (2, start, 4, "APIG.0301 1".to_owned()),
            (2, next, 1, "500 1".to_owned()),
            (7, start, 1, String::new()),
        ]
    );
    let took = taken[1].tally.took.percentile(0.5).unwrap();
    assert!((1_900_000..=2_100_000).contains(&took), "{took}");
    assert_eq!(journal.take_tallies(), [], "each is taken once");
}

#[test]
fn requests_whose_records_are_left_out_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        strangers_per_second: 1,
        ..JournalSettings::new(folder.path())
    };
    let (journal, recorder) = open_with(settings);
    for sequence in 0..20 {
        recorder.record(&Record {
            caller: None,
            reason: Some(Reason::TokenExpired),
            ..record(1, sequence)
        });
    }
    let taken = journal.take_tallies();
    assert_eq!((taken.len(), taken[0].tally.calls), (1, 20));
}
