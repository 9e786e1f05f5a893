//! Searching: newest first, each record once, however late a request ended.

use adyton_core::journal::Filter;

use super::*;

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
            recorder.record(record(at, sequence));
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
        recorder.record(match sequence % 4 {
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
