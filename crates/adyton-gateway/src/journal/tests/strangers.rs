//! What strangers send: kept within bounds of its own, counted beyond, and never at a tenant's cost.

use std::time::Duration;

use adyton_core::journal::Filter;

use super::*;

/// A refusal of a stranger at `source`, who called a service of `project` or none.
fn stray(sequence: u64, source: &str, project: Option<u128>) -> Record {
    Record {
        source: source.to_owned(),
        project: project.map(ProjectId::from_bits),
        status: 401,
        reason: Some(Reason::TokenUndecryptable),
        evidence: Evidence::None,
        ..refusal(sequence, sequence)
    }
}

fn listed(journal: &Journal) -> Vec<Record> {
    journal.search(&Filter::default(), None, 1_000).unwrap().records
}

/// How many requests a summary stands for.
fn counted(record: &Record) -> Option<u64> {
    match &record.evidence {
        Evidence::LeftOut { count, .. } => Some(*count),
        _ => None,
    }
}

#[test]
fn fifty_a_second_and_source_are_kept_and_the_rest_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let clock = start_clock();
    let (journal, mut recorders) =
        Journal::open(JournalSettings::new(folder.path()), 1, clock.clone()).unwrap();
    let recorder = recorders.pop().unwrap();
    for sequence in 0..200 {
        recorder.record(&stray(sequence, "192.0.2.7", None));
        if sequence % 4 == 0 {
            recorder.record(&record(sequence, 1_000 + sequence));
        }
    }
    let calm = stray(200, "192.0.2.8", None);
    recorder.record(&calm);
    assert!(journal.flush(Duration::from_secs(10)));
    assert_eq!(
        found(&journal, calm.id),
        Some(calm),
        "another source is not affected"
    );
    for sequence in 0..200 {
        let here = id(sequence, sequence);
        let told = journal.left_out(here).unwrap();
        match sequence {
            0..50 => assert_eq!((found(&journal, here).is_some(), told), (true, None)),
            50.. => {
                let told = told.expect("told of");
                assert_eq!(told.id, id(50, 50), "by the first that was left out");
                assert!(
                    matches!(&told.evidence, Evidence::LeftOut { source, count: 150, limit: 50, .. } if source == "192.0.2.7"),
                    "{told:?}"
                );
                assert_eq!(
                    found(&journal, here).is_some(),
                    sequence == 50,
                    "the summary is the first of them"
                );
            }
        }
        if sequence % 4 == 0 {
            assert!(
                found(&journal, id(sequence, 1_000 + sequence)).is_some(),
                "tenants' are whole"
            );
        }
    }
    for unknown in [
        id(60, 60_000),
        id(60_000, 60),
        RequestId::compose(START + 60, 9, 0, 60),
    ] {
        assert_eq!(journal.left_out(unknown).unwrap(), None, "{unknown}");
    }
    assert_eq!(listed(&journal).len(), 50 + 1 + 1 + 50);
    assert_eq!(journal.counts().left_out, 150);
    // A second later there is room again.
    clock.advance(Duration::from_secs(1));
    let later = stray(5_000, "192.0.2.7", None);
    recorder.record(&later);
    assert_eq!(found(&journal, later.id), Some(later));
    // All this is so after a restart, too, with an index and without.
    journal.close();
    for _ in 0..2 {
        let (journal, _recorder) = open(folder.path());
        for sequence in 51..200 {
            let told = journal
                .left_out(id(sequence, sequence))
                .unwrap()
                .expect("told of");
            assert_eq!(counted(&told), Some(150));
        }
        journal.close();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let path = file.unwrap().path();
            let length = std::fs::metadata(&path).unwrap().len();
            // Into the footer: the frames are walked at the next start.
            std::fs::OpenOptions::new()
                .write(true)
                .open(&path)
                .unwrap()
                .set_len(length - 1)
                .unwrap();
        }
    }
}

#[test]
fn each_project_learns_of_its_own_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    for sequence in 0..300 {
        let project = [None, Some(1), Some(2)][sequence as usize % 3];
        recorder.record(&stray(sequence, "2001:db8::1", project));
    }
    assert!(journal.flush(Duration::from_secs(10)));
    for sequence in 60..300 {
        let told = journal
            .left_out(id(sequence, sequence))
            .unwrap()
            .expect("told of");
        let project = [None, Some(1), Some(2)][sequence as usize % 3];
        assert_eq!(told.project, project.map(ProjectId::from_bits));
    }
    let left: u64 = listed(&journal).iter().filter_map(counted).sum();
    assert_eq!(left, 250, "the limit is the source's, not the project's");
}

#[test]
fn an_ipv6_network_is_one_source_and_so_is_a_crowd() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        ring_bytes: 64 << 20,
        ..JournalSettings::new(folder.path())
    };
    let (journal, recorder) = open_with(settings);
    for sequence in 0..100 {
        recorder.record(&stray(sequence, &format!("2001:db8::{sequence:x}"), None));
    }
    assert!(journal.flush(Duration::from_secs(10)));
    let told = journal.left_out(id(99, 99)).unwrap().expect("told of");
    assert!(matches!(told.evidence, Evidence::LeftOut { source, .. } if source == "2001:db8::/64"));
    // More sources than are told apart.
    for sequence in 100..10_100 {
        let source = format!("10.{}.{}.1", sequence / 256, sequence % 256);
        recorder.record(&stray(sequence, &source, None));
    }
    assert!(journal.flush(Duration::from_secs(10)));
    let counts = journal.counts();
    assert_eq!(counts.dropped, 0);
    assert!(counts.left_out > 5_000, "{counts:?}");
    for sequence in 100..10_100 {
        let here = id(sequence, sequence);
        assert!(
            found(&journal, here).is_some() || journal.left_out(here).unwrap().is_some(),
            "{sequence}"
        );
    }
}

#[test]
fn strangers_wash_out_nothing_but_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let settings = JournalSettings {
        strangers_bytes: JournalSettings::KEEP_BYTES_MIN,
        strangers_per_second: u32::MAX,
        ring_bytes: 64 << 20,
        recent_bytes: 0,
        ..JournalSettings::new(folder.path())
    };
    let (journal, recorder) = open_with(settings.clone());
    let mine = record(0, 0);
    // Refused, but proven: the project's own.
    let refused = Record {
        status: 429,
        reason: Some(Reason::ThrottleApi),
        ..record(1, 1)
    };
    recorder.record(&mine);
    recorder.record(&refused);
    for round in 0..10 {
        for sequence in 0..1_000 {
            let at = 10 + round * 1_000 + sequence;
            recorder.record(&stray(at, "192.0.2.7", Some(7)));
        }
        assert!(journal.flush(Duration::from_secs(10)));
    }
    let counts = journal.counts();
    assert!(
        counts.strangers_bytes <= JournalSettings::KEEP_BYTES_MIN,
        "{counts:?}"
    );
    assert!(
        found(&journal, id(10, 10)).is_none(),
        "the flood has washed out its own beginning"
    );
    journal.close();
    let (journal, _recorders) = Journal::open(settings, 1, start_clock()).unwrap();
    assert_eq!(found(&journal, mine.id), Some(mine));
    assert_eq!(found(&journal, refused.id), Some(refused));
}

#[test]
fn strangers_leave_half_of_a_ring_to_tenants() {
    let length = super::super::encoding::whole::encode(Vec::new(), &record(0, 0)).len();
    let (recorder, ring) = super::super::recorder::pair(100 * length, &Default::default());
    for sequence in 0..1_000 {
        recorder.record(&stray(sequence, "192.0.2.7", None));
    }
    let filled = ring.frames.slots();
    assert!(
        (40 * length..=50 * length).contains(&filled),
        "{filled} of {}",
        100 * length
    );
    let dropped = recorder.dropped();
    assert!(dropped > 900);
    for sequence in 0..50 {
        recorder.record(&record(sequence, sequence));
    }
    assert_eq!(recorder.dropped(), dropped, "no tenant's record was dropped");
}

#[test]
fn of_a_refused_strangers_path_and_query_256_bytes_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    let long = |sequence, path: &str, query: &str, is_proven: bool| Record {
        path: path.to_owned(),
        query: query.to_owned(),
        caller: is_proven.then(|| record(0, 0).caller).flatten(),
        evidence: Evidence::Route {
            service: None,
            path: path.to_owned(),
            method: "POST".to_owned(),
            stage: "RELEASE".to_owned(),
            is_stage_repeated: false,
            holder: None,
        },
        ..stray(sequence, "192.0.2.7", Some(0))
    };
    let path = "/ü".repeat(600);
    recorder.record(&long(0, &path, "q=1", false));
    recorder.record(&long(1, "/short", &"q".repeat(1_000), false));
    recorder.record(&long(2, &path, "q=1", true));
    let cut = found(&journal, id(0, 0)).unwrap();
    assert!(
        cut.path.len() <= 256 && cut.path.len() >= 254 && path.starts_with(&cut.path),
        "{cut:?}"
    );
    assert!(cut.path.len() + cut.query.len() <= 256);
    assert!(matches!(&cut.evidence, Evidence::Route { path, .. } if path.len() <= 256));
    assert_eq!(
        (cut.host.as_str(), cut.user_agent.as_str()),
        ("127.0.0.1:8080", "curl/8")
    );
    let cut = found(&journal, id(1, 1)).unwrap();
    assert_eq!((cut.path.as_str(), cut.query.len()), ("/short", 250));
    assert_eq!(found(&journal, id(2, 2)), Some(long(2, &path, "q=1", true)));
}
