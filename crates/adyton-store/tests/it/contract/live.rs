//! Revisions, the change feed and the live state.

use std::collections::BTreeSet;
use std::time::Duration;

use adyton_core::id::ProjectId;
use adyton_store::repository::{AppChange, AppFilter, Page, ServiceChange};
use adyton_store::{Feed, StoreError, feed};
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::bench::{Place, new_app, secret};

pub(crate) async fn what_was_written_is_live_when_it_settles(place: Place) {
    let bench = place.bench().await;
    for number in 0..20 {
        let new = new_app(bench.project, &format!("app {number}"));
        let committed = bench.store.apps().create(new).await.unwrap();
        let revision = committed.revision;
        let app = bench.feed.settled(committed).await.unwrap();
        let live = bench.live();
        assert!(live.revision() >= revision);
        assert!(live.app_by_key(app.key.as_str()).is_some());
    }
    let far = bench.live().revision() + 1;
    let never = tokio::time::timeout(Duration::from_millis(50), bench.feed.reached(far)).await;
    assert!(never.is_err(), "a revision that is not there is not reached");
}

pub(crate) async fn the_fed_state_is_the_loaded_state(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let newer = bench.published("m", "0.0.2").await;
    let mut last = 0;
    for number in 0..15_u64 {
        let service = bench.service(&format!("s{number}"), model.id).await;
        let app = bench.app(&format!("a{number}")).await;
        bench.authorise(app.id, service.api).await;
        if number % 3 == 0 {
            let gone = bench
                .store
                .services()
                .delete(bench.project, &[service.id])
                .await
                .unwrap();
            last = gone.revision;
        } else if number % 3 == 1 {
            let gone = bench.store.apps().delete(bench.project, app.id).await.unwrap();
            last = gone.unwrap().revision;
        } else {
            // Whatever it had before is not part of its state any more.
            let mut versions = service.versions.clone();
            versions[0].model = newer.id;
            let change = ServiceChange {
                calls_per_second: Some(Some(7)),
                versions: Some(versions),
                ..ServiceChange::default()
            };
            let changed = bench
                .store
                .services()
                .update(bench.project, service.id, change)
                .await;
            last = changed.unwrap().unwrap().revision.max(last);
        }
    }
    bench.feed.reached(last).await.unwrap();
    let loaded = bench.store.load_live().await.unwrap();
    assert_eq!(loaded.revision(), bench.live().revision());
    assert_eq!(bench.live().picture(), loaded.picture());
    assert_eq!(loaded.services().count(), 10);
}

pub(crate) async fn revisions_of_concurrent_writers_have_no_holes(place: Place) {
    let bench = place.bench().await;
    let before = bench.app("first").await;
    let start = bench.live().revision();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let (store, project) = (bench.store.clone(), bench.project);
        writers.spawn(async move {
            let mut revisions = Vec::new();
            for number in 0..12 {
                let name = format!("{writer}/{number}");
                revisions.push(
                    store
                        .apps()
                        .create(new_app(project, &name))
                        .await
                        .unwrap()
                        .revision,
                );
                // One that is refused must not use a revision up.
                assert!(store.apps().create(new_app(project, &name)).await.is_err());
            }
            revisions
        });
    }
    let revisions: BTreeSet<u64> = writers.join_all().await.into_iter().flatten().collect();
    let expected: BTreeSet<u64> = (start + 1..=start + 96).collect();
    assert_eq!(revisions, expected);
    bench.feed.reached(start + 96).await.unwrap();
    assert_eq!(bench.live().revision(), start + 96);
    assert!(bench.live().app(before.id).is_some());
}

pub(crate) async fn a_write_that_fails_changes_nothing(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("s", model.id).await;
    let (a, b) = (bench.app("a").await, bench.app("b").await);
    let authorisations = bench.store.authorisations();
    let given = authorisations
        .create(bench.project, &[b.id], &[service.api])
        .await
        .unwrap();
    bench.feed.settled(given).await.unwrap();
    let before = bench.live().revision();
    // The first pair would be new; the second is there already.
    let refused = authorisations
        .create(bench.project, &[a.id, b.id], &[service.api])
        .await;
    assert!(matches!(refused, Err(StoreError::Conflict { .. })));
    let loaded = bench.store.load_live().await.unwrap();
    assert_eq!(loaded.revision(), before);
    assert!(loaded.authorisation(a.id, service.api).is_none());
}

pub(crate) async fn a_node_too_far_behind_loads_everything(place: Place) {
    let bench = place.bench().await;
    let late = Feed::start(&bench.store).await.unwrap();
    let app = bench.app("made meanwhile").await;
    let change = AppChange {
        secret: Some(secret("changed meanwhile")),
        ..AppChange::default()
    };
    let last = bench
        .store
        .apps()
        .update(bench.project, app.id, change)
        .await
        .unwrap()
        .unwrap();
    // As housekeeping does it, after ten thousand revisions more.
    let backdoor = bench.backdoor().await;
    backdoor
        .execute_unprepared("UPDATE feed SET compacted = revision")
        .await
        .unwrap();
    backdoor.execute_unprepared("DELETE FROM changes").await.unwrap();
    let run = tokio::spawn(feed::run(
        bench.store.clone(),
        late.clone(),
        std::future::pending(),
    ));
    late.reached(last.revision).await.unwrap();
    let live = late.cell().load();
    assert_eq!(live.app(app.id).unwrap().secret.expose(), "changed meanwhile");
    run.abort();
}

pub(crate) async fn many_entities_are_loaded_and_fed_whole(place: Place) {
    let bench = place.bench().await;
    let backdoor = bench.backdoor().await;
    let domain = bench.first.domain.id;
    // More than one statement reads; then more than the feed takes one by one.
    for (first, count) in [(0, 2_500), (2_500, 20_500)] {
        let revision = bench.live().revision() + 1;
        let ids: Vec<String> = (first..first + count)
            .map(|n: u128| ProjectId::from_bits(n << 8).to_string())
            .collect();
        for some in ids.chunks(500) {
            let rows: Vec<String> = some
                .iter()
                .map(|id| format!("('{id}', '{domain}', '{id}')"))
                .collect();
            let insert = format!(
                "INSERT INTO projects (id, domain_id, name) VALUES {}",
                rows.join(",")
            );
            backdoor.execute_unprepared(&insert).await.unwrap();
            let rows: Vec<String> = some
                .iter()
                .map(|id| format!("({revision}, 'project', '{id}')"))
                .collect();
            let insert = format!(
                "INSERT INTO changes (revision, kind, entity) VALUES {}",
                rows.join(",")
            );
            backdoor.execute_unprepared(&insert).await.unwrap();
        }
        let commit = format!("UPDATE feed SET revision = {revision}");
        backdoor.execute_unprepared(&commit).await.unwrap();
        bench.feed.reached(revision).await.unwrap();
        let all = usize::try_from(first + count).unwrap() + 1;
        assert_eq!(bench.live().projects().count(), all, "fed");
        let loaded = bench.store.load_live().await.unwrap();
        assert_eq!(loaded.projects().count(), all, "loaded");
    }
}

pub(crate) async fn another_node_sees_the_change(place: Place) {
    let bench = place.bench().await;
    // On PostgreSQL a second server; on SQLite, which has one, a second feed that no local commit wakes.
    let other = if place.is_postgres() {
        place.open("second").await.unwrap()
    } else {
        bench.store.clone()
    };
    let feed = Feed::start(&other).await.unwrap();
    let run = tokio::spawn(feed::run(other, feed.clone(), std::future::pending()));
    let committed = bench
        .store
        .apps()
        .create(new_app(bench.project, "a"))
        .await
        .unwrap();
    let app = feed.settled(committed).await.unwrap();
    assert!(feed.cell().load().app_by_key(app.key.as_str()).is_some());
    run.abort();
}

pub(crate) async fn callers_that_go_away_do_no_harm(place: Place) {
    let bench = place.bench().await;
    let start = bench.store.load_live().await.unwrap().revision();
    let mut finished = 0;
    for number in 0..150_u64 {
        // From before the first statement to after the commit.
        let patience = Duration::from_micros(number * 97 % 6_000);
        let name = format!("app {number}");
        let apps = bench.store.apps();
        let create = apps.create(new_app(bench.project, &name));
        if let Ok(done) = tokio::time::timeout(patience, create).await {
            let _ = done.unwrap();
            finished += 1;
        }
    }
    let last = bench
        .store
        .apps()
        .create(new_app(bench.project, "last"))
        .await
        .unwrap();
    let revision = last.revision;
    bench.feed.settled(last).await.unwrap();
    let listed = bench
        .store
        .apps()
        .list(bench.project, &AppFilter::default(), Page::ALL)
        .await
        .unwrap();
    assert_eq!(
        revision - start,
        listed.total,
        "every revision is one app, every app one revision"
    );
    assert!(listed.total > finished, "{finished}");
    assert!(listed.items.iter().all(|app| bench.live().app(app.id).is_some()));
}

pub(crate) async fn a_call_ends_at_its_deadline_and_the_store_goes_on(place: Place) {
    let bench = place.bench().await;
    // Somebody else holds the row (on SQLite: the file) that every write begins with.
    let backdoor = bench.backdoor().await;
    let held = backdoor.begin().await.unwrap();
    held.execute_unprepared("UPDATE feed SET revision = revision")
        .await
        .unwrap();
    let late = bench.store.apps().create(new_app(bench.project, "late")).await;
    assert!(matches!(late, Err(StoreError::Deadline)), "{:?}", late.err());
    // Reading goes on all the while.
    bench.store.ping().await.unwrap();
    held.rollback().await.unwrap();
    bench.app("in time").await;
}
