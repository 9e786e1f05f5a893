//! What ends by itself.

use std::time::Duration;

use adyton_core::events::{Event, EventKind, Events};
use adyton_core::id::{ServiceId, TokenId};
use adyton_store::event_writer::EventWriter;
use adyton_store::repository::{EventFilter, Page};
use adyton_store::{health, housekeeping};
use sea_orm::{ConnectionTrait, Statement};

use crate::bench::Place;

const HOUR: Duration = Duration::from_secs(3600);

pub(crate) async fn a_token_key_is_made_daily_and_retired_after_its_tokens(place: Place) {
    let bench = place.bench().await;
    let first = bench.live().sealing_key().unwrap().clone();
    bench.clock.advance(23 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    assert!(
        bench
            .store
            .load_live()
            .await
            .unwrap()
            .token_key(first.id + 1)
            .is_none()
    );
    bench.clock.advance(HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    bench
        .until(|live| live.sealing_key().is_some_and(|key| key.id == first.id + 1))
        .await;
    let kept = bench.live().token_key(first.id).unwrap().clone();
    assert_eq!(kept.secret.expose(), first.secret.expose());
    // A token of the first key may have been sealed just now, and lives a day.
    bench.clock.advance(24 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    bench
        .until(|live| live.sealing_key().is_some_and(|key| key.id == first.id + 2))
        .await;
    assert!(bench.live().token_key(first.id).is_some());
    bench.clock.advance(2 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    bench.until(|live| live.token_key(first.id).is_none()).await;
    assert!(bench.live().token_key(first.id + 1).is_some());
    let bench = bench.reopen().await;
    assert_eq!(bench.live().sealing_key().unwrap().id, first.id + 2);
}

pub(crate) async fn a_revocation_lasts_as_long_as_the_keys_of_its_time(place: Place) {
    let bench = place.bench().await;
    let token = TokenId::from_bits(1);
    let ends = bench.clock.now().after(HOUR);
    let first = bench.live().sealing_key().unwrap().id;
    let revoked = bench.store.tokens().revoke(token, ends).await.unwrap();
    bench.feed.settled(revoked).await.unwrap();
    for hour in 1..=49 {
        bench.clock.advance(HOUR);
        housekeeping::round(&bench.store).await.unwrap();
        let live = bench.store.load_live().await.unwrap();
        assert_eq!(live.revoked(token).is_some(), hour < 49, "after {hour} h");
        assert_eq!(live.token_key(first).is_some(), hour < 49, "after {hour} h");
    }
    bench.until(|live| live.revoked(token).is_none()).await;
}

pub(crate) async fn clocks_that_jump_end_no_revocation_and_no_key(place: Place) {
    let mut bench = place.bench().await;
    let token = TokenId::from_bits(1);
    let first = bench.live().sealing_key().unwrap().id;
    let start = bench.clock.now();
    let revoked = bench
        .store
        .tokens()
        .revoke(token, start.after(24 * HOUR))
        .await
        .unwrap();
    bench.feed.settled(revoked).await.unwrap();
    // Two days ahead for a minute and back; forty days ahead; ten days back; each with a restart in between.
    for to in [
        start.after(48 * HOUR),
        start,
        start.after(40 * 24 * HOUR),
        start.before(10 * 24 * HOUR),
        start,
    ] {
        bench.clock.set(to);
        for _ in 0..2 {
            bench.clock.advance(HOUR / 60);
            housekeeping::round(&bench.store).await.unwrap();
            assert!(health::look(&bench.store).await);
        }
        bench = bench.reopen().await;
        let live = bench.live();
        assert!(live.revoked(token).is_some(), "at {to}");
        assert!(live.token_key(first).is_some(), "at {to}");
        assert_eq!(live.token_keys().count(), 1, "at {to}");
    }
    // It ends all the same, also over restarts.
    for _ in 0..6 {
        bench.clock.advance(10 * HOUR);
        housekeeping::round(&bench.store).await.unwrap();
        assert!(health::look(&bench.store).await);
        bench = bench.reopen().await;
    }
    let live = bench.live();
    assert!(live.revoked(token).is_none() && live.token_key(first).is_none());
}

pub(crate) async fn a_clock_that_jumps_ahead_forgets_no_events(place: Place) {
    let bench = place.bench().await;
    bench.clock.advance(2 * HOUR);
    let service = ServiceId::from_bits(1);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (writer, work) = EventWriter::start(bench.store.clone(), async {
        let _ = stopped.await;
    });
    writer.record(Event {
        service,
        at: bench.clock.now(),
        kind: EventKind::Normal,
        text: "x".into(),
    });
    stop.send(()).unwrap();
    work.await;
    let right = bench.clock.now();
    bench.clock.set(right.after(40 * 24 * HOUR));
    housekeeping::round(&bench.store).await.unwrap();
    bench.clock.set(right);
    bench.clock.advance(2 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    let listed = bench
        .store
        .events()
        .list(service, &EventFilter::default(), Page::ALL)
        .await;
    assert_eq!(listed.unwrap().total, 1);
}

pub(crate) async fn events_end_after_a_month(place: Place) {
    let bench = place.bench().await;
    let (quiet, busy) = (ServiceId::from_bits(1), ServiceId::from_bits(2));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (writer, work) = EventWriter::start(bench.store.clone(), async {
        let _ = stopped.await;
    });
    let write = |service, at| {
        writer.record(Event {
            service,
            at,
            kind: EventKind::Normal,
            text: "x".into(),
        });
    };
    write(quiet, bench.clock.now());
    stop.send(()).unwrap();
    work.await;
    let count = async |service| {
        let listed = bench
            .store
            .events()
            .list(service, &EventFilter::default(), Page::ALL)
            .await;
        listed.unwrap().total
    };
    bench.clock.advance(30 * 24 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(count(quiet).await, 1);
    bench.clock.advance(2 * 24 * HOUR);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(count(quiet).await, 0);

    // A service that says too much keeps what it said last.
    for _ in 0..3 {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (writer, work) = EventWriter::start(bench.store.clone(), async {
            let _ = stopped.await;
        });
        for _ in 0..1_000 {
            writer.record(Event {
                service: busy,
                at: bench.clock.now(),
                kind: EventKind::Normal,
                text: "x".into(),
            });
        }
        stop.send(()).unwrap();
        work.await;
    }
    assert_eq!(count(busy).await, 3_000);
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(count(busy).await, 2_000);
}

pub(crate) async fn the_change_table_keeps_the_newest_revisions(place: Place) {
    let bench = place.bench().await;
    let backdoor = bench.backdoor().await;
    let number = async |sql: &str| -> i64 {
        let statement = Statement::from_string(backdoor.get_database_backend(), sql);
        let row = backdoor.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get("", "number").unwrap()
    };
    let old = "SELECT COUNT(*) AS number FROM changes WHERE revision <= 15000";
    assert!(number(old).await > 0);
    // As if there had been many writes.
    backdoor
        .execute_unprepared("UPDATE feed SET revision = 25000")
        .await
        .unwrap();
    housekeeping::round(&bench.store).await.unwrap();
    assert_eq!(number("SELECT compacted AS number FROM feed").await, 15_000);
    assert_eq!(number(old).await, 0);
    let app = bench.app("after").await;
    assert!(bench.live().app(app.id).is_some());
    assert_eq!(bench.live().revision(), 25_001);
}
