//! What `Recorder::record` costs the worker: nanoseconds a record, with the writer running beside it.
//!
//! `cargo bench -p adyton-gateway --bench record`. Prints three lines: making the record (the caller's part, for
//! scale), making and recording it, and the difference.
#![expect(clippy::print_stdout, reason = "a bench prints its result")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::evidence::Evidence;
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId, RequestId, ServiceId};
use adyton_core::record::{AnsweredBy, CallerSeen, Door, Record, Step};
use adyton_gateway::journal::{Journal, JournalSettings};

/// Records in one round: fewer than the ring holds, so that no round meets a full ring.
const ROUND: u64 = 4_000;
const ROUNDS: u64 = 100;

fn record(at_ms: u64, sequence: u64) -> Record {
    Record {
        id: RequestId::compose(at_ms, 0, 0, sequence),
        at: Timestamp::from_millis(i64::try_from(at_ms).unwrap_or(0)),
        door: Door::Address,
        source: "127.0.0.1".into(),
        method: "POST".into(),
        host: "127.0.0.1:8080".into(),
        path: "/v1/infers/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0".into(),
        query: String::new(),
        stage: None,
        project: Some(ProjectId::from_bits(1)),
        service: Some(ServiceId::from_bits(2)),
        api: Some(ApiId::from_bits(3)),
        model: Some(ModelId::from_bits(4)),
        instance: Some(InstanceId::from_bits(5)),
        caller: Some(CallerSeen {
            way: "token".into(),
            id: "0f1e2d3c4b5a69788796a5b4c3d2e1f0".into(),
            name: "admin".into(),
        }),
        status: 200,
        reason: None,
        step: Step::Dispatch,
        answered_by: AnsweredBy::Model,
        request_bytes: 120,
        response_bytes: 80,
        took_us: 150,
        model_us: 90,
        head_us: Some(20),
        body_us: Some(10),
        user_agent: "python-requests/2.32".into(),
        evidence: Evidence::None,
    }
}

fn round(mut each: impl FnMut(u64)) -> Duration {
    let start = Instant::now();
    (0..ROUND).for_each(&mut each);
    start.elapsed()
}

fn main() {
    #[expect(clippy::disallowed_methods, reason = "a benchmark, run by hand")]
    let folder = std::env::temp_dir().join(format!("adyton-record-bench-{}", std::process::id()));
    let opened = Journal::open(JournalSettings::new(&folder), 1, Clock::system());
    let Ok((journal, recorders)) = opened else {
        println!("the journal cannot be opened in {}", folder.display());
        return;
    };
    let recorder = &recorders[0];
    let (mut made, mut recorded) = (Duration::ZERO, Duration::ZERO);
    for number in 0..ROUNDS {
        let at = 1_790_000_000_000 + number;
        made += round(|sequence| drop(black_box(record(at, sequence))));
        recorded += round(|sequence| recorder.record(&record(at, number * ROUND + sequence)));
        journal.flush(Duration::from_secs(5));
    }
    let per = |total: Duration| total.as_nanos() / u128::from(ROUND * ROUNDS);
    println!("make and drop    {:>5} ns", per(made));
    println!("make and record  {:>5} ns", per(recorded));
    println!(
        "difference       {:>5} ns",
        per(recorded).saturating_sub(per(made))
    );
    println!("{:?}", journal.counts());
    journal.close();
    drop(recorders);
    let _ = std::fs::remove_dir_all(&folder);
}
