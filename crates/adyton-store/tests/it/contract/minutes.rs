//! What became of each service's requests, by the minute.

use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::{InstanceId, ServiceId};
use adyton_core::tally::{ServiceTally, Tally, minute_of};
use adyton_core::usage::Used;
use adyton_store::housekeeping;
use adyton_store::repository::Counted;
use adyton_store::repository::minutes::QUARTER;

use crate::bench::{Bench, Place};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// So many calls of a service in the minute of a moment, the first of which failed.
fn counts(service: ServiceId, at: Timestamp, calls: u64) -> ServiceTally {
    let mut tally = Tally {
        instances: 2,
        ..Tally::default()
    };
    for number in 0..calls {
        tally.count(1_000, (number == 0).then(|| "APIG.0301".to_owned()));
    }
    ServiceTally {
        service,
        minute: minute_of(at),
        tally,
    }
}

async fn listed(bench: &Bench, service: ServiceId) -> Vec<Counted> {
    let (from, until) = (Timestamp::from_seconds(0), bench.clock.now().after(HOUR));
    bench.store.minutes().list(service, from, until).await.unwrap()
}

fn calls(listed: &[Counted]) -> Vec<(u64, u64)> {
    listed
        .iter()
        .map(|one| (one.span.as_secs(), one.tally.calls))
        .collect()
}

pub(crate) async fn counts_of_a_minute_add_up_whoever_wrote_before(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("echo", "0.0.1").await.id;
    let (service, other) = (
        bench.service("one", model).await.id,
        bench.service("two", model).await.id,
    );
    let now = bench.clock.now();
    let minutes = bench.store.minutes();
    minutes
        .add(0, &[counts(service, now, 3), counts(other, now, 1)])
        .await
        .unwrap();
    minutes.add(0, &[counts(service, now, 4)]).await.unwrap();
    minutes
        .add(7, &[counts(service, now, 5), counts(service, now, 1)])
        .await
        .unwrap();
    minutes.add(0, &[]).await.unwrap();
    let found = listed(&bench, service).await;
    assert_eq!(calls(&found), [(60, 7), (60, 6)], "one row a node");
    assert_eq!(
        (found[0].at, found[0].tally.failed(), found[0].tally.instances),
        (minute_of(now), 2, 2)
    );
    assert!(found[0].tally.took.percentile(0.5).is_some());
    let narrow = minutes.list(service, now, now.after(HOUR)).await.unwrap();
    assert!(narrow.is_empty(), "the minute began before");
    let (from, until) = (minute_of(now), now.after(HOUR));
    let of_project = minutes.list_in(bench.project, from, until, 1_000).await.unwrap();
    let sums: Vec<(ServiceId, u64)> = of_project
        .services
        .iter()
        .map(|(id, tally)| (*id, tally.calls))
        .collect();
    let mut expected = [(service, 13), (other, 1)];
    expected.sort_unstable();
    assert_eq!(sums, expected, "of all nodes together");
    let elsewhere = bench
        .store
        .projects()
        .create(bench.first.domain.id, "other")
        .await;
    let elsewhere = elsewhere.unwrap().value.id;
    let elsewhere = minutes.list_in(elsewhere, from, until, 1_000).await.unwrap();
    assert!(elsewhere.services.is_empty());
    let later = minutes
        .list_in(bench.project, until, until.after(HOUR), 1_000)
        .await;
    assert!(later.unwrap().services.is_empty());
    let bench = bench.reopen().await;
    bench
        .store
        .minutes()
        .add(0, &[counts(service, now, 1)])
        .await
        .unwrap();
    assert_eq!(calls(&listed(&bench, service).await), [(60, 8), (60, 6)]);
}

/// What an instance took in the minute of a moment.
fn used(service: ServiceId, at: Timestamp, instance: u128, memory: u64) -> ServiceTally {
    let used = Used {
        cpu_us: 1_000,
        over_us: 60_000_000,
        memory: Some(memory),
    };
    ServiceTally {
        service,
        minute: minute_of(at),
        tally: Tally {
            used: [(InstanceId::from_bits(instance), used)].into(),
            ..Tally::default()
        },
    }
}

pub(crate) async fn what_instances_took_is_kept_with_the_counts_and_joined(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("echo", "0.0.1").await.id;
    let service = bench.service("one", model).await.id;
    let minutes = bench.store.minutes();
    let start = bench.clock.now();
    let (first, second) = (start, start.after(MINUTE));
    minutes.add(0, &[used(service, first, 1, 9)]).await.unwrap();
    minutes
        .add(
            0,
            &[
                counts(service, first, 2),
                used(service, first, 1, 7),
                used(service, first, 2, 5),
            ],
        )
        .await
        .unwrap();
    minutes.add(0, &[used(service, second, 2, 6)]).await.unwrap();
    let told = |counted: &Counted| -> Vec<(u128, u64, Option<u64>)> {
        let used = counted.tally.used.iter();
        used.map(|(id, used)| (id.bits(), used.cpu_us, used.memory))
            .collect()
    };
    let found = listed(&bench, service).await;
    assert_eq!(found[0].tally.calls, 2);
    assert_eq!(told(&found[0]), [(1, 2_000, Some(9)), (2, 1_000, Some(5))]);
    assert_eq!(told(&found[1]), [(2, 1_000, Some(6))]);
    minutes.join(0, start.after(HOUR)).await.unwrap();
    let found = listed(&bench, service).await;
    assert_eq!(found.len(), 1);
    assert_eq!(told(&found[0]), [(1, 2_000, Some(9)), (2, 2_000, Some(6))]);
    let bench = bench.reopen().await;
    assert_eq!(listed(&bench, service).await, found);
}

pub(crate) async fn of_many_rows_the_newest_are_looked_at(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("echo", "0.0.1").await.id;
    let services = [
        bench.service("one", model).await.id,
        bench.service("two", model).await.id,
    ];
    let start = minute_of(bench.clock.now());
    let minutes = bench.store.minutes();
    // Two rows a minute.
    for minute in 0..10 {
        let at = start.after(MINUTE * minute);
        let both = services.map(|service| counts(service, at, 1));
        minutes.add(0, &both).await.unwrap();
    }
    let until = start.after(MINUTE * 10);
    let looked = async |most: usize| {
        let found = minutes.list_in(bench.project, start, until, most).await.unwrap();
        let calls: Vec<u64> = found.services.values().map(|tally| tally.calls).collect();
        (found.since, calls)
    };
    assert_eq!(looked(1_000).await, (start, vec![10, 10]));
    for most in [1, 2, 7] {
        let (since, calls) = looked(most).await;
        assert_eq!(calls[0], calls[1], "whole minutes");
        assert!((1..=4).contains(&calls[0]), "{most}: {calls:?}");
        assert_eq!(
            since,
            until.before(MINUTE * u32::try_from(calls[0]).unwrap()),
            "all since then is counted"
        );
    }
}

pub(crate) async fn minutes_are_joined_to_quarters_and_end_by_their_age(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("echo", "0.0.1").await.id;
    let service = bench.service("one", model).await.id;
    let minutes = bench.store.minutes();
    // 03:02, and so the first quarter has thirteen minutes.
    let start = bench.clock.now();
    for minute in 0..30 {
        minutes
            .add(0, &[counts(service, start.after(MINUTE * minute), 1)])
            .await
            .unwrap();
    }
    minutes.add(7, &[counts(service, start, 1)]).await.unwrap();
    let before = start.after(MINUTE * 20);
    assert!(!minutes.join(0, before).await.unwrap());
    let found = calls(&listed(&bench, service).await);
    assert_eq!(
        found.iter().filter(|one| **one == (900, 13)).count(),
        1,
        "{found:?}"
    );
    assert_eq!(
        found.len(),
        1 + 1 + 17,
        "the quarter that is not over stays, and so does what is of another node"
    );
    minutes.add(0, &[counts(service, start, 1)]).await.unwrap();
    minutes.join(0, start.after(HOUR)).await.unwrap();
    let found = calls(&listed(&bench, service).await);
    assert_eq!(
        found.iter().map(|(_, calls)| calls).sum::<u64>(),
        32,
        "nothing is lost or counted twice"
    );
    assert!(found.contains(&(QUARTER.as_secs(), 14)), "{found:?}");
    bench.clock.advance(91 * 24 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(listed(&bench, service).await, []);
    let fresh = bench.clock.now();
    minutes
        .add(
            0,
            &[
                counts(ServiceId::from_bits(99), fresh, 1),
                counts(service, fresh, 1),
            ],
        )
        .await
        .unwrap();
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(
        listed(&bench, ServiceId::from_bits(99)).await,
        [],
        "there is no such service"
    );
    assert_eq!(listed(&bench, service).await.len(), 1);
}
