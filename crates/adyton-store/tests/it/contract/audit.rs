//! The audit trail: who finds which records, how they are written, and when they end.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::audit::{AuditKind, AuditRecord, AuditRefusal, AuditShelf, AuditedThing, QUESTIONS};
use adyton_core::id::{DomainId, ProjectId, RequestId};
use adyton_core::record::CallerSeen;
use adyton_core::sample;
use adyton_store::audit_writer::AuditWriter;
use adyton_store::faults::{Fault, Faults, Point};
use adyton_store::housekeeping;
use adyton_store::repository::{AuditFilter, AuditPart, AuditScope};

use crate::bench::{Bench, Place};

const DAY: Duration = Duration::from_secs(24 * 3600);
const HERE: AuditScope = AuditScope::Project(sample::PROJECT);
const ALL: AuditScope = AuditScope::Domain(sample::DOMAIN);

/// A record of this number, made by `change` from the sample.
fn record(number: u64, change: impl FnOnce(&mut AuditRecord)) -> AuditRecord {
    let mut record = AuditRecord {
        request: RequestId::of_management(1, 0, number),
        ..sample::audit_record()
    };
    change(&mut record);
    record
}

fn refuse(record: &mut AuditRecord) {
    record.kind = AuditKind::Refusal;
    record.refusal = Some(AuditRefusal {
        code: "APIG.3004".to_owned(),
        reason: "apig.no_such_app".to_owned(),
        message: "The app does not exist".to_owned(),
        ..AuditRefusal::default()
    });
}

/// The running numbers of what is listed.
async fn listed(bench: &Bench, scope: AuditScope, filter: &AuditFilter, part: AuditPart) -> Vec<u64> {
    let found = bench.store.audit().list(scope, filter, part, 100).await.unwrap();
    let number = |request: RequestId| (request.bits() & 0xffff_ffff) as u64;
    found.iter().map(|kept| number(kept.record.request)).collect()
}

pub(crate) async fn audit_records_are_found_in_their_project_and_their_domain(place: Place) {
    let bench = place.bench().await;
    let other = ProjectId::from_bits(77);
    let foreign = |record: &mut AuditRecord| {
        record.domain = Some(DomainId::from_bits(99));
        record.project = Some(other);
    };
    let records = [
        record(1, |_| {}),
        record(2, |record| record.project = Some(other)),
        record(3, |record| record.project = None),
        record(4, foreign),
        // Whoever is not proven may name any project.
        record(5, |record| {
            record.is_proven = false;
            refuse(record);
        }),
        record(6, |record| {
            record.is_proven = false;
            record.domain = None;
            record.project = None;
            record.caller = None;
            refuse(record);
        }),
    ];
    bench.store.audit().insert(&records).await.unwrap();
    let any = AuditFilter::default();
    let newest = async |scope| listed(&bench, scope, &any, AuditPart::Newest).await;
    assert_eq!(newest(HERE).await, [1]);
    assert_eq!(newest(AuditScope::Project(other)).await, [4, 2]);
    assert_eq!(newest(ALL).await, [6, 5, 3, 2, 1]);
    assert_eq!(newest(AuditScope::Domain(DomainId::from_bits(99))).await, [6, 4]);

    let found = bench
        .store
        .audit()
        .find(records[1].request)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.record, records[1], "all of it comes back");
    let unknown = RequestId::of_management(1, 0, 999);
    assert!(bench.store.audit().find(unknown).await.unwrap().is_none());
}

pub(crate) async fn audit_records_are_listed_by_filter_and_page(place: Place) {
    let bench = place.bench().await;
    let at =
        |record: &mut AuditRecord, second| record.at = sample::long_ago().after(Duration::from_secs(second));
    let records = [
        record(1, |record| at(record, 1)),
        record(2, |record| {
            at(record, 2);
            record.operation = "appsXdelete".to_owned();
        }),
        record(3, |record| {
            at(record, 3);
            record.operation = "app_codes_create".to_owned();
            record.thing = Some(AuditedThing {
                kind: adyton_core::audit::AuditedKind::AppCode,
                id: "c0de".to_owned(),
                name: "till\0".to_owned(),
            });
        }),
        record(4, |record| {
            at(record, 4);
            refuse(record);
            record.caller = Some(CallerSeen {
                way: "aksk".to_owned(),
                id: "b0b".to_owned(),
                name: "bob".to_owned(),
            });
        }),
        // A question why something was refused is not what is looked for.
        record(5, |record| {
            at(record, 5);
            refuse(record);
            record.operation = QUESTIONS[1].to_owned();
        }),
    ];
    bench.store.audit().insert(&records).await.unwrap();
    let with = async |filter: AuditFilter| listed(&bench, HERE, &filter, AuditPart::Newest).await;
    let some = |text: &str| Some(text.to_owned());
    let any = AuditFilter::default;
    for (filter, found) in [
        (
            AuditFilter {
                caller: some("bob"),
                ..any()
            },
            vec![4],
        ),
        (
            AuditFilter {
                caller: some("b0b"),
                ..any()
            },
            vec![4],
        ),
        (
            AuditFilter {
                caller: some("b%"),
                ..any()
            },
            vec![],
        ),
        (
            AuditFilter {
                operation: some("apps_update"),
                ..any()
            },
            vec![4, 1],
        ),
        (
            AuditFilter {
                operation: some("apps_update"),
                shelf: Some(AuditShelf::Changes),
                ..any()
            },
            vec![1],
        ),
        (
            AuditFilter {
                operation: some("apps"),
                ..any()
            },
            vec![4, 1],
        ),
        (
            AuditFilter {
                operation: some("app_codes"),
                ..any()
            },
            vec![3],
        ),
        (
            AuditFilter {
                operation: some("app"),
                ..any()
            },
            vec![3],
        ),
        (
            AuditFilter {
                operation: some("%"),
                ..any()
            },
            vec![],
        ),
        (
            AuditFilter {
                thing: some("shop"),
                ..any()
            },
            vec![4, 2, 1],
        ),
        (
            AuditFilter {
                thing: some("c0de"),
                ..any()
            },
            vec![3],
        ),
        (
            AuditFilter {
                refused: Some(true),
                ..any()
            },
            vec![4],
        ),
        (
            AuditFilter {
                operation: some(QUESTIONS[1]),
                ..any()
            },
            vec![5],
        ),
        (
            AuditFilter {
                refused: Some(false),
                ..any()
            },
            vec![3, 2, 1],
        ),
        (
            AuditFilter {
                since: Some(records[1].at),
                until: Some(records[3].at),
                ..any()
            },
            vec![3, 2],
        ),
    ] {
        assert_eq!(with(filter.clone()).await, found, "{filter:?}");
    }

    let audit = bench.store.audit();
    let page = async |part, most| {
        let kept = audit.list(HERE, &any(), part, most).await.unwrap();
        let numbers: Vec<i64> = kept.iter().map(|kept| kept.number).collect();
        (
            numbers,
            kept.into_iter().map(|kept| kept.record.at).collect::<Vec<_>>(),
        )
    };
    let (numbers, times) = page(AuditPart::Newest, 2).await;
    assert_eq!(times, [records[3].at, records[2].at]);
    let (_, times) = page(AuditPart::Before(numbers[1]), 10).await;
    assert_eq!(times, [records[1].at, records[0].at]);
    let (_, times) = page(AuditPart::After(numbers[1] - 1), 10).await;
    assert_eq!(
        times,
        [records[2].at, records[3].at],
        "what follows, in its order"
    );
}

pub(crate) async fn the_audit_trail_is_written_in_the_background(place: Place) {
    let bench = place.bench().await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (writer, work) = AuditWriter::start(bench.store.clone(), async {
        let _ = stopped.await;
    });
    let working = tokio::spawn(work);
    for number in 0..250 {
        writer.record(record(number, |_| {}));
    }
    writer.settled().await;
    assert_eq!(writer.counts(), (250, 0));
    let newest = listed(&bench, HERE, &AuditFilter::default(), AuditPart::Newest).await;
    assert_eq!(newest[..2], [249, 248], "in their order, at once for who waited");
    writer.record(record(300, |_| {}));
    stop.send(()).unwrap();
    working.await.unwrap();
    assert_eq!(
        writer.counts(),
        (251, 0),
        "what was taken before the end is written"
    );
    writer.record(record(301, |_| {}));
    writer.settled().await;
    assert_eq!(writer.counts(), (251, 1), "after the end it is counted as lost");
}

pub(crate) async fn strangers_take_half_of_the_room_for_waiting_records(place: Place) {
    let bench = place.bench().await;
    // Nothing is written meanwhile.
    let (writer, _work) = AuditWriter::start(bench.store.clone(), std::future::pending());
    for number in 0..3_000 {
        writer.record(record(number, |record| {
            record.is_proven = false;
            refuse(record);
        }));
    }
    let (_, lost) = writer.counts();
    assert!((900..1_000).contains(&lost), "{lost}");
    for number in 0..2_000 {
        writer.record(record(number, |_| {}));
    }
    assert_eq!(writer.counts().1, lost, "the other half is for changes");
}

pub(crate) async fn the_audit_trail_ends_by_its_age_and_strangers_by_their_number(place: Place) {
    let mut place = place;
    place.settings.audit_days = 30;
    let bench = place.bench().await;
    let now = bench.clock.now();
    bench
        .store
        .audit()
        .insert(&[record(1, |record| record.at = now)])
        .await
        .unwrap();
    let newest = async || listed(&bench, ALL, &AuditFilter::default(), AuditPart::Newest).await;
    bench.clock.advance(29 * DAY);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(newest().await, [1]);
    // A clock that jumps forgets nothing.
    let right = bench.clock.now();
    bench.clock.set(right.after(300 * DAY));
    housekeeping::round(&bench.store).await.unwrap();
    bench.clock.set(right);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(newest().await, [1]);
    let late = record(2, |record| record.at = right);
    bench.store.audit().insert(&[late]).await.unwrap();
    for number in 0..21 {
        let strangers: Vec<AuditRecord> = (0..1_000)
            .map(|_| {
                record(1_000 + number, |record| {
                    record.at = right;
                    record.is_proven = false;
                    refuse(record);
                })
            })
            .collect();
        bench.store.audit().insert(&strangers).await.unwrap();
    }
    bench.clock.advance(2 * DAY);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(
        listed(&bench, HERE, &AuditFilter::default(), AuditPart::Newest).await,
        [2],
        "the old one is gone, and no number of strangers washes out the other"
    );
    let audit = bench.store.audit();
    let kept = audit
        .list(ALL, &AuditFilter::default(), AuditPart::Newest, 50_000)
        .await;
    assert_eq!(kept.unwrap().len(), 20_001);
}

pub(crate) async fn audit_records_that_cannot_be_written_are_counted_and_hold_up_no_end(place: Place) {
    struct Always;
    impl Faults for Always {
        fn at(&self, _: Point) -> Option<Fault> {
            Some(Fault::NoSpace)
        }
    }
    let mut place = place;
    drop(place.open("data").await.unwrap());
    place.settings.faults = Some(Arc::new(Always));
    let store = place.open("data").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (writer, work) = AuditWriter::start(store.clone(), async {
        let _ = stopped.await;
    });
    let working = tokio::spawn(work);
    for number in 0..300 {
        writer.record(record(number, |_| {}));
    }
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(5), working)
        .await
        .expect("the end does not wait for the disk")
        .unwrap();
    assert_eq!(writer.counts(), (0, 300));
}
