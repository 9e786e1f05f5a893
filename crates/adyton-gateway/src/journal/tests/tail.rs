//! Following the journal: who follows is told of what is written, within bounds.

use adyton_core::journal::Recorded;
use tokio::sync::broadcast::error::TryRecvError;

use super::*;

/// What a follower was told: ids, and how many more.
fn told(
    journal: &Journal,
    follower: &mut tokio::sync::broadcast::Receiver<std::sync::Arc<Recorded>>,
) -> (Vec<RequestId>, u64) {
    // What was recorded before this is written then.
    journal.flush(std::time::Duration::from_secs(60));
    let (mut ids, mut more) = (Vec::new(), 0);
    loop {
        match follower.try_recv() {
            Ok(told) => match &*told {
                Recorded::Record(record) => ids.push(record.id),
                Recorded::More { count, .. } => more += count,
            },
            Err(TryRecvError::Empty) => return (ids, more),
            Err(other) => panic!("{other}"),
        }
    }
}

#[test]
fn whoever_follows_is_told_whole_records_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    recorder.record(&record(1, 1));
    journal.flush(std::time::Duration::from_secs(60));
    let (mut one, mut other) = (journal.follow(), journal.follow());
    // The writer looks for followers at the beginning of a turn.
    journal.flush(std::time::Duration::from_secs(60));
    let refused = Record {
        project: Some(ProjectId::from_bits(0)),
        ..refusal(2, 2)
    };
    recorder.record(&refused);
    journal.flush(std::time::Duration::from_secs(60));
    match &*one.try_recv().unwrap() {
        Recorded::Record(told) => assert_eq!(**told, refused),
        more @ Recorded::More { .. } => panic!("{more:?}"),
    }
    assert_eq!(told(&journal, &mut other), (vec![refused.id], 0));
    drop((one, other));
    recorder.record(&record(3, 3));
    journal.flush(std::time::Duration::from_secs(60));
    assert_eq!(
        found(&journal, id(3, 3)),
        Some(record(3, 3)),
        "nobody follows: it is written all the same"
    );
}

#[test]
fn a_busy_project_is_counted_and_hides_neither_its_refusals_nor_others() {
    let folder = tempfile::tempdir().unwrap();
    let clock = start_clock();
    let (journal, mut recorders) =
        Journal::open(JournalSettings::new(folder.path()), 1, clock.clone()).unwrap();
    let recorder = recorders.pop().unwrap();
    let mut follower = journal.follow();
    journal.flush(std::time::Duration::from_secs(60));
    for sequence in 0..500 {
        recorder.record(&record(1, sequence));
    }
    let refused = Record {
        reason: Some(Reason::TokenExpired),
        ..record(2, 600)
    };
    recorder.record(&refused);
    let elsewhere = Record {
        project: Some(ProjectId::from_bits(9)),
        ..record(3, 700)
    };
    recorder.record(&elsewhere);
    let (ids, _) = told(&journal, &mut follower);
    assert_eq!(ids.len(), 52, "fifty, the refused one and the other project's");
    assert!(ids.contains(&refused.id) && ids.contains(&elsewhere.id));
    clock.advance(std::time::Duration::from_secs(1));
    let (ids, more) = told(&journal, &mut follower);
    assert_eq!((ids.len(), more), (0, 450));
    recorder.record(&record(4, 800));
    assert_eq!(
        told(&journal, &mut follower).0,
        [id(4, 800)],
        "the next moment begins anew"
    );
}
