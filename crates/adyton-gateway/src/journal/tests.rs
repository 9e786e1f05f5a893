//! The journal as its readers see it: what was recorded is found, whatever happens to files, rings and disks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::allow_attributes,
    reason = "tests"
)]

mod access_log;
mod clock;
mod damage;
mod disk;
mod first_light;
mod paging;
mod retention;
mod sleep;
mod strangers;
mod tail;
mod tallies;

use std::path::Path;

use adyton_core::catalogue::Reason;
use adyton_core::clock::{Clock, Timestamp};
use adyton_core::evidence::{Evidence, SignatureEvidence};
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use adyton_core::journal::JournalReader;
use adyton_core::record::{AnsweredBy, CallerSeen, Door, Record, Step};

use super::encoding::view::FixedPart;
use super::frame::Frames;
use super::{Journal, JournalSettings, Recorder};

/// A moment that all tests start from, in milliseconds.
const START: u64 = 1_790_000_000_000;

fn start_clock() -> Clock {
    Clock::manual(Timestamp::from_millis(START as i64))
}

fn id(at_ms: u64, sequence: u64) -> RequestId {
    RequestId::compose(START + at_ms, 1, 0, sequence)
}

/// A successful call that arrived `at_ms` after the start.
fn record(at_ms: u64, sequence: u64) -> Record {
    Record {
        id: id(at_ms, sequence),
        at: Timestamp::from_millis((START + at_ms) as i64),
        door: Door::Address,
        source: "127.0.0.1".into(),
        method: "POST".into(),
        host: "127.0.0.1:8080".into(),
        path: "/v1/infers/x".into(),
        query: "a=1".into(),
        stage: Some("RELEASE".into()),
        project: Some(ProjectId::from_bits(0)),
        service: Some(ServiceId::from_bits(2)),
        api: Some(ApiId::from_bits(3)),
        model: Some(ModelId::from_bits(4)),
        instance: Some(InstanceId::from_bits(5)),
        caller: Some(CallerSeen {
            way: "token".into(),
            id: "u1".into(),
            name: "admin".into(),
        }),
        status: 200,
        reason: None,
        step: Step::Dispatch,
        answered_by: AnsweredBy::Model,
        request_bytes: 1,
        response_bytes: 2,
        took_us: 3,
        model_us: 4,
        head_us: Some(2),
        body_us: None,
        user_agent: "curl/8".into(),
        evidence: Evidence::None,
    }
}

/// A refusal with evidence, of nobody's project.
fn refusal(at_ms: u64, sequence: u64) -> Record {
    Record {
        head_us: None,
        project: None,
        service: None,
        api: None,
        model: None,
        instance: None,
        caller: None,
        stage: None,
        status: 401,
        reason: Some(Reason::AkskBadSignature),
        step: Step::Authenticate,
        answered_by: AnsweredBy::Gateway,
        evidence: Evidence::Signature(Box::new(SignatureEvidence {
            key: "AK".into(),
            canonical_request: Some("POST\n/\n".into()),
            ..SignatureEvidence::default()
        })),
        ..record(at_ms, sequence)
    }
}

fn open(folder: &Path) -> (Journal, Recorder) {
    open_with(JournalSettings::new(folder))
}

fn open_with(settings: JournalSettings) -> (Journal, Recorder) {
    let (journal, mut recorders) = Journal::open(settings, 1, start_clock()).unwrap();
    (journal, recorders.pop().unwrap())
}

fn found(journal: &Journal, id: RequestId) -> Option<Record> {
    journal.find(id).unwrap()
}

#[test]
fn what_was_just_recorded_is_found_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    for wanted in [record(1, 1), refusal(2, 2)] {
        recorder.record(&wanted);
        assert_eq!(found(&journal, wanted.id), Some(wanted));
    }
    assert_eq!(found(&journal, id(1, 9)), None);
}

#[test]
fn records_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    for start in 0..3 {
        let (journal, recorder) = open(folder.path());
        for earlier in 0..start {
            assert_eq!(found(&journal, id(earlier, 0)), Some(record(earlier, 0)));
        }
        recorder.record(&record(start, 0));
        journal.close();
        recorder.record(&record(start, 1));
        assert_eq!(found(&journal, id(start, 0)), Some(record(start, 0)));
    }
}

#[test]
fn whose_record_it_is_has_one_answer_in_a_record_and_in_its_bytes() {
    let whole = Record {
        project: Some(ProjectId::from_bits(1)),
        caller: Some(CallerSeen {
            way: "token".into(),
            id: "1".into(),
            name: "admin".into(),
        }),
        ..record(0, 0)
    };
    for (matched, proven) in [(true, true), (true, false), (false, true), (false, false)] {
        let record = Record {
            project: whole.project.filter(|_| matched),
            caller: whole.caller.clone().filter(|_| proven),
            ..whole.clone()
        };
        let frame = super::encoding::whole::encode(Vec::new(), &record);
        let present = frame[super::frame::HEAD + super::encoding::view::KIND_AT];
        let told = (
            record.is_of_stranger(),
            super::encoding::view::is_of_stranger(present),
        );
        let is_of_stranger = !(matched && proven);
        assert_eq!(told, (is_of_stranger, is_of_stranger), "{matched} {proven}");
    }
}

#[test]
fn a_full_ring_drops_and_counts_and_does_not_block() {
    // The two ends alone: with the writer at the other one, how much it takes in between would be chance.
    let length = super::encoding::whole::encode(Vec::new(), &record(0, 0)).len();
    let (recorder, mut ring) = super::recorder::pair(4 * length + length / 2, &Default::default());
    for sequence in 0..10 {
        recorder.record(&record(0, sequence));
    }
    assert_eq!(recorder.dropped(), 6);
    let mut kept = vec![0; ring.frames.slots()];
    ring.frames.pop_entire_slice(&mut kept).unwrap();
    let kept: Vec<_> = Frames::of(&kept)
        .map(|frame| FixedPart::at(frame.payload).expect("a record").id())
        .collect();
    assert_eq!(
        kept,
        (0..4).map(|sequence| id(0, sequence)).collect::<Vec<_>>(),
        "the oldest are kept, whole"
    );
    recorder.record(&record(0, 10));
    assert_eq!(ring.frames.slots(), length, "there is room again");
}

#[test]
fn texts_and_evidence_are_cut_to_their_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, recorder) = open(folder.path());
    let mut huge = refusal(0, 0);
    huge.path = "/ü".repeat(100_000);
    huge.user_agent = "\u{1}".repeat(100_000);
    huge.evidence = Evidence::Request {
        facts: Vec::new(),
        problem: "\u{1}\"".repeat(100_000),
    };
    recorder.record(&huge);
    let kept = found(&journal, id(0, 0)).expect("kept, cut");
    assert!(kept.path.len() <= 2048 && kept.user_agent.len() <= 256);
    assert!(serde_json::to_vec(&kept.evidence).unwrap().len() <= adyton_core::evidence::EVIDENCE_MAX);
    assert!(matches!(kept.evidence, Evidence::Request { problem, .. } if problem.len() > 500));
}
