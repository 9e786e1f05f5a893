//! Searching: newest first, each record once, however late a request ended.

use adyton_core::journal::Filter;

use super::*;
use crate::journal::search::{Budget, search};

fn all(journal: &Journal, filter: &Filter, most: usize) -> Vec<RequestId> {
    let mut ids = Vec::new();
    let mut before = None;
    loop {
        let page = journal.search(filter, before, most).unwrap();
        assert!(page.records.len() <= most);
        ids.extend(page.records.iter().map(|record| record.id));
        if page.next.is_none() {
            return ids;
        }
        before = page.next;
    }
}

#[test]
fn pages_are_newest_first_and_meet_without_gap_or_repetition() {
    let folder = tempfile::tempdir().unwrap();
    let mut expected = Vec::new();
    for part in 0..3 {
        let (journal, recorder) = open(folder.path());
        for sequence in 0..700 {
            // Every seventh request took long: it arrived a minute before its neighbours.
            let at = 100_000 + part * 10_000 + sequence - if sequence % 7 == 0 { 60_000 } else { 0 };
            recorder.record(&record(at, sequence));
            expected.push(id(at, sequence));
        }
        journal.close();
    }
    expected.sort();
    expected.reverse();
    let (journal, _recorder) = open(folder.path());
    for most in [1000, 999, 100, 7] {
        assert_eq!(
            all(&journal, &Filter::default(), most),
            expected,
            "pages of {most}"
        );
    }
}

#[test]
fn filters_narrow_and_a_page_says_when_it_is_the_last() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    for sequence in 0..20 {
        recorder.record(&match sequence % 4 {
            0 => refusal(sequence, sequence),
            _ => record(sequence, sequence),
        });
    }
    let by_code = |code: &str| Filter {
        code: Some(code.into()),
        ..Filter::default()
    };
    assert_eq!(all(&journal, &by_code("APIG.0301"), 2).len(), 5);
    assert_eq!(all(&journal, &by_code("aksk.bad_signature"), 5).len(), 5);
    assert_eq!(all(&journal, &by_code("APIG.0101"), 5).len(), 0);
    let mine = Filter {
        project: Some(ProjectId::from_bits(0)),
        ..Filter::default()
    };
    assert_eq!(all(&journal, &mine, 100).len(), 15);
    let everyone = Filter {
        with_unmatched: true,
        ..mine
    };
    assert_eq!(all(&journal, &everyone, 100).len(), 20);
    let between = Filter {
        from: Some(record(5, 0).at),
        until: Some(record(8, 0).at),
        ..Filter::default()
    };
    assert_eq!(all(&journal, &between, 100), [id(7, 7), id(6, 6), id(5, 5)]);
    let page = journal.search(&Filter::default(), Some(id(3, 3)), 3).unwrap();
    assert_eq!((page.records.len(), page.next), (3, None));
}

#[test]
fn a_search_without_time_still_comes_to_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    let mut expected = Vec::new();
    for sequence in 0..3_000 {
        // Every hundredth request took a second; the filter admits one in fifty.
        let at = 10_000 + sequence - if sequence % 100 == 0 { 1_000 } else { 0 };
        let status = if sequence % 50 == 0 { 503 } else { 200 };
        recorder.record(&Record {
            status,
            ..record(at, sequence)
        });
        if status == 503 {
            expected.push(id(at, sequence));
        }
    }
    assert!(journal.flush(std::time::Duration::from_secs(10)));
    expected.sort();
    expected.reverse();
    let clock = start_clock();
    let spent = Budget::new(&clock);
    clock.advance(std::time::Duration::from_secs(60));
    let filter = Filter {
        statuses: Some(503..=503),
        ..Filter::default()
    };
    let (mut ids, mut before, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = search(&journal.shelves, &filter, before, 1_000, &spent).unwrap();
        ids.extend(page.records.iter().map(|record| record.id));
        pages += 1;
        assert!(
            page.next.is_none() || page.next < before || before.is_none(),
            "it goes on"
        );
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(ids, expected);
    assert!(pages > 3, "it stopped in between: {pages} pages");
}

#[test]
fn readers_see_whole_records_while_the_writer_writes() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, mut recorders) =
        Journal::open(JournalSettings::new(folder.path()), 2, start_clock()).unwrap();
    let total = 20_000;
    std::thread::scope(|threads| {
        for (worker, recorder) in recorders.drain(..).enumerate() {
            let journal = &journal;
            threads.spawn(move || {
                for sequence in (worker as u64..total).step_by(2) {
                    recorder.record(&record(sequence / 10, sequence));
                    if sequence % 1_000 < 2 {
                        journal.flush(std::time::Duration::from_secs(10));
                    }
                }
            });
        }
        for _ in 0..20 {
            let page = journal.search(&Filter::default(), None, 100).unwrap();
            for pair in page.records.windows(2) {
                assert!(pair[0].id > pair[1].id);
            }
            for seen in page.records {
                assert_eq!(found(&journal, seen.id), Some(seen));
            }
        }
    });
    assert!(journal.flush(std::time::Duration::from_secs(10)));
    let counts = journal.counts();
    assert_eq!(counts.recorded + counts.dropped, total);
    assert_eq!(
        all(&journal, &Filter::default(), 1_000).len() as u64,
        counts.recorded
    );
}

#[test]
fn a_page_of_large_records_is_short_and_the_next_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        ring_bytes: 64 << 20,
        ..JournalSettings::new(folder.path())
    };
    let (journal, recorder) = open_with(settings);
    let mut expected = Vec::new();
    for sequence in 0..1_500 {
        recorder.record(&Record {
            evidence: Evidence::Request {
                facts: Vec::new(),
                problem: "x".repeat(8_000),
            },
            ..record(sequence, sequence)
        });
        expected.push(id(sequence, sequence));
    }
    expected.reverse();
    let page = journal.search(&Filter::default(), None, 1_000).unwrap();
    let bytes: usize = page
        .records
        .iter()
        .map(|record| serde_json::to_string(record).unwrap().len())
        .sum();
    assert!((1 << 20..6 << 20).contains(&bytes), "{bytes} bytes");
    assert_eq!(all(&journal, &Filter::default(), 1_000), expected);
}
