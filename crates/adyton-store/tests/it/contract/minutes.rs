//! What became of each service's requests, by the minute.

use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::ServiceId;
use adyton_core::tally::{ServiceTally, Tally, minute_of};
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
    let of_project = minutes.list_in(bench.project, from, until).await.unwrap();
    let sums: Vec<(ServiceId, u64)> = of_project.iter().map(|(id, tally)| (*id, tally.calls)).collect();
    let mut expected = [(service, 13), (other, 1)];
    expected.sort_unstable();
    assert_eq!(sums, expected, "of all nodes together");
    let elsewhere = bench
        .store
        .projects()
        .create(bench.first.domain.id, "other")
        .await;
    let elsewhere = elsewhere.unwrap().value.id;
    assert!(minutes.list_in(elsewhere, from, until).await.unwrap().is_empty());
    let later = minutes.list_in(bench.project, until, until.after(HOUR)).await;
    assert!(later.unwrap().is_empty());
    let bench = bench.reopen().await;
    bench
        .store
        .minutes()
        .add(0, &[counts(service, now, 1)])
        .await
        .unwrap();
    assert_eq!(calls(&listed(&bench, service).await), [(60, 8), (60, 6)]);
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
