//! Services, their history and events, and the authorisations of apps for them.

use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::events::{Event, EventKind, Events};
use adyton_core::id::{ApiId, ModelId, ServiceId};
use adyton_core::instances::Rollout;
use adyton_core::service::Wanted;
use adyton_store::StoreError;
use adyton_store::error::{Referred, Unique};
use adyton_store::event_writer::EventWriter;
use adyton_store::repository::{
    BoundFilter, EventFilter, NameMatch, Page, ServiceChange, ServiceFilter, ServiceSort, SortOrder,
    UpdateResult,
};

use crate::bench::{Place, new_model, new_service, version};

pub(crate) async fn a_service_needs_published_models(place: Place) {
    let bench = place.bench().await;
    let services = bench.store.services();
    let nothing = new_service(bench.project, "s", ModelId::from_bits(1));
    assert!(matches!(
        services.create(nothing).await,
        Err(StoreError::Missing {
            what: Referred::Model,
            ..
        })
    ));
    let unready = bench
        .store
        .models()
        .create(new_model(bench.project, "u", "0.0.1"))
        .await
        .unwrap();
    let early = new_service(bench.project, "s", unready.value.id);
    assert!(matches!(
        services.create(early).await,
        Err(StoreError::ModelState {
            status: "publishing",
            ..
        })
    ));
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("s", model.id).await;
    assert_eq!(
        services.get(bench.project, service.id).await.unwrap(),
        Some(service.clone())
    );
    assert_eq!(
        services.by_api(bench.project, service.api).await.unwrap(),
        Some(service.clone())
    );
    let live = bench.live();
    let live = live.service(service.id).unwrap();
    assert_eq!(live.service, service);
    assert_eq!(live.routes.len(), 1, "its paths are those of its model");
    assert!(matches!(
        services.create(new_service(bench.project, "s", model.id)).await,
        Err(StoreError::Conflict {
            what: Unique::ServiceName
        })
    ));
    let domain = bench.first.domain.id;
    let other = bench
        .store
        .projects()
        .create(domain, "other")
        .await
        .unwrap()
        .value
        .id;
    assert!(services.get(other, service.id).await.unwrap().is_none());
    assert!(services.by_api(other, service.api).await.unwrap().is_none());
    assert!(matches!(
        services.delete(other, &[service.id]).await,
        Err(StoreError::Missing {
            what: Referred::Service,
            ..
        })
    ));
    assert!(matches!(
        services.create(new_service(other, "s", model.id)).await,
        Err(StoreError::Missing {
            what: Referred::Model,
            ..
        })
    ));
}

pub(crate) async fn a_change_of_versions_raises_the_generation_and_is_kept_in_the_history(place: Place) {
    let bench = place.bench().await;
    let (one, two) = (
        bench.published("m", "0.0.1").await,
        bench.published("m", "0.0.2").await,
    );
    let service = bench.service("s", one.id).await;
    let (services, history) = (bench.store.services(), bench.store.history());
    let update = async |change: ServiceChange| {
        bench.clock.advance(Duration::from_secs(1));
        let committed = services
            .update(bench.project, service.id, change)
            .await
            .unwrap()
            .unwrap();
        let updated = bench.feed.settled(committed).await.unwrap();
        assert_eq!(bench.live().service(service.id).unwrap().service, updated);
        assert_eq!(
            services.get(bench.project, service.id).await.unwrap(),
            Some(updated.clone())
        );
        updated
    };
    let same = ServiceChange {
        description: Some("second".into()),
        versions: Some(service.versions.clone()),
        calls_per_second: Some(Some(0)),
        app_code: Some(true),
        ..ServiceChange::default()
    };
    let updated = update(same).await;
    assert_eq!((updated.generation, updated.calls_per_second), (1, Some(0)));
    assert_eq!((updated.description.as_str(), updated.app_code), ("second", true));
    assert!(updated.updated_at > service.updated_at);
    let wanted = |wanted| ServiceChange {
        wanted: Some(wanted),
        ..ServiceChange::default()
    };
    assert_eq!(update(wanted(Wanted::Stopped)).await.generation, 1);
    assert_eq!(update(wanted(Wanted::Running)).await.generation, 2);
    assert_eq!(update(wanted(Wanted::Running)).await.generation, 2);
    let renew = ServiceChange {
        renew: true,
        ..ServiceChange::default()
    };
    assert_eq!(update(renew).await.generation, 3);

    bench
        .store
        .rollouts()
        .end(service.id, 3, &Rollout::Done)
        .await
        .unwrap();
    let versions = |model| ServiceChange {
        versions: Some(vec![version(model)]),
        ..ServiceChange::default()
    };
    assert_eq!(update(versions(two.id)).await.generation, 4);
    assert_eq!(update(versions(one.id)).await.generation, 5);
    let listed = history.list(service.id).await.unwrap();
    let rows: Vec<_> = listed.iter().map(|row| (row.generation, row.result)).collect();
    let expected = [
        (5, UpdateResult::Running),
        (4, UpdateResult::Fail),
        (1, UpdateResult::Success),
    ];
    assert_eq!(rows, expected, "an update that was overtaken failed");
    assert_eq!(listed[1].versions, [version(two.id)]);
    let missing = services
        .update(bench.project, service.id, versions(ModelId::from_bits(3)))
        .await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
    let nothing = services
        .update(bench.project, ServiceId::from_bits(3), ServiceChange::default())
        .await;
    assert!(nothing.unwrap().is_none());
}

pub(crate) async fn services_are_listed_by_filter_and_order(place: Place) {
    let bench = place.bench().await;
    let (one, two) = (
        bench.published("m", "0.0.1").await,
        bench.published("m", "0.0.2").await,
    );
    let mut ids = Vec::new();
    for (name, model) in [("c", one.id), ("a", one.id), ("b", two.id)] {
        bench.clock.advance(Duration::from_secs(1));
        ids.push(bench.service(name, model).await.id);
    }
    let services = bench.store.services();
    let stop = ServiceChange {
        wanted: Some(Wanted::Stopped),
        ..ServiceChange::default()
    };
    let _ = services
        .update(bench.project, ids[0], stop)
        .await
        .unwrap()
        .unwrap();
    let list = async |filter: ServiceFilter, order, page| {
        let listed = services.list(bench.project, &filter, order, page).await.unwrap();
        let names: Vec<String> = listed.items.into_iter().map(|service| service.name).collect();
        (names.join(" "), listed.total)
    };
    let all = ServiceFilter::default;
    assert_eq!(
        list(all(), SortOrder::ascending(ServiceSort::Name), Page::ALL).await,
        ("a b c".into(), 3)
    );
    let newest = list(
        all(),
        SortOrder::descending(ServiceSort::PublishedAt),
        Page { offset: 0, limit: 1 },
    )
    .await;
    assert_eq!(newest, ("b".into(), 3));
    let of_model = ServiceFilter {
        model: Some(one.id),
        ..all()
    };
    assert_eq!(
        list(of_model, SortOrder::descending(ServiceSort::Name), Page::ALL)
            .await
            .0,
        "c a"
    );
    let stopped = ServiceFilter {
        wanted: Some(Wanted::Stopped),
        ..all()
    };
    assert_eq!(
        list(stopped, SortOrder::descending(ServiceSort::Name), Page::ALL)
            .await
            .0,
        "c"
    );
    let one = ServiceFilter {
        id: Some(ids[2]),
        name: Some(NameMatch::Contains("B".into())),
        ..all()
    };
    assert_eq!(
        list(one, SortOrder::descending(ServiceSort::Name), Page::ALL)
            .await
            .0,
        "b"
    );
}

pub(crate) async fn the_first_authorisation_opens_a_service_to_apps(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let (s, t) = (
        bench.service("s", model.id).await,
        bench.service("t", model.id).await,
    );
    let (a, b) = (bench.app("a").await, bench.app("b").await);
    let authorisations = bench.store.authorisations();
    let given = authorisations
        .create(bench.project, &[a.id, b.id], &[s.api])
        .await
        .unwrap();
    let given = bench.feed.settled(given).await.unwrap();
    assert_eq!(given.len(), 2);
    let live = bench.live();
    assert!(live.service(s.id).unwrap().service.app_auth);
    assert!(!live.service(t.id).unwrap().service.app_auth);
    assert_eq!(live.authorisation(a.id, s.api), Some(&given[0]));
    assert!(live.authorisation(a.id, t.api).is_none());

    let again = authorisations
        .create(bench.project, &[a.id], &[t.api, s.api])
        .await;
    assert!(matches!(
        again,
        Err(StoreError::Conflict {
            what: Unique::Authorisation
        })
    ));
    let nowhere = authorisations
        .create(bench.project, &[a.id], &[ApiId::from_bits(1)])
        .await;
    assert!(matches!(
        nowhere,
        Err(StoreError::Missing {
            what: Referred::Api,
            ..
        })
    ));
    let bound = async |filter: BoundFilter| {
        let listed = authorisations
            .bound(bench.project, &filter, Page::ALL)
            .await
            .unwrap();
        assert_eq!(listed.total, listed.items.len() as u64);
        let mut pairs: Vec<String> = listed
            .items
            .iter()
            .map(|bound| format!("{}{}", bound.app.name, bound.service.name))
            .collect();
        pairs.sort();
        pairs.join(" ")
    };
    assert_eq!(
        bound(BoundFilter::default()).await,
        "as bs",
        "the refused ones left nothing"
    );
    let of_a = BoundFilter {
        app: Some(a.id),
        ..BoundFilter::default()
    };
    assert_eq!(bound(of_a).await, "as");
    let named = BoundFilter {
        api: Some(s.api),
        app_name: Some(NameMatch::Exact("b".into())),
        api_name: Some(NameMatch::Contains("S".into())),
        ..BoundFilter::default()
    };
    assert_eq!(bound(named).await, "bs");
    let unbound = authorisations
        .unbound(bench.project, a.id, None, Page::ALL)
        .await
        .unwrap();
    assert_eq!((unbound.total, unbound.items[0].id), (1, t.id));

    let domain = bench.first.domain.id;
    let other = bench
        .store
        .projects()
        .create(domain, "other")
        .await
        .unwrap()
        .value
        .id;
    assert!(authorisations.delete(other, given[0].id).await.unwrap().is_none());
    assert!(authorisations.get(other, given[0].id).await.unwrap().is_none());
    assert_eq!(
        authorisations.get(bench.project, given[0].id).await.unwrap(),
        Some(given[0])
    );
    let gone = authorisations
        .delete(bench.project, given[0].id)
        .await
        .unwrap()
        .unwrap();
    bench.feed.settled(gone).await.unwrap();
    assert!(bench.live().authorisation(a.id, s.api).is_none());
    assert!(bench.live().authorisation(b.id, s.api).is_some());
    assert!(
        authorisations
            .delete(bench.project, given[0].id)
            .await
            .unwrap()
            .is_none()
    );
}

pub(crate) async fn a_deleted_service_takes_everything_with_it(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("s", model.id).await;
    let app = bench.app("a").await;
    bench.authorise(app.id, service.api).await;
    let gone = bench
        .store
        .services()
        .delete(bench.project, &[service.id])
        .await
        .unwrap();
    bench.feed.settled(gone).await.unwrap();
    let live = bench.live();
    assert!(live.service(service.id).is_none() && live.api(service.api).is_none());
    assert_eq!(live.authorisations().count(), 0);
    assert!(bench.store.history().list(service.id).await.unwrap().is_empty());
    assert!(
        bench
            .store
            .services()
            .delete(bench.project, &[service.id])
            .await
            .is_err()
    );
    bench.service("s", model.id).await;
}

pub(crate) async fn services_are_deleted_together_or_not_at_all(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let one = bench.service("one", model.id).await;
    let two = bench.service("two", model.id).await;
    let services = bench.store.services();
    let nobodys = ServiceId::from_bits(7);
    match services.delete(bench.project, &[one.id, nobodys, two.id]).await {
        Err(StoreError::Missing {
            what: Referred::Service,
            id,
        }) => assert_eq!(id, nobodys.to_string()),
        other => panic!("must be refused, got {other:?}"),
    }
    assert!(services.get(bench.project, one.id).await.unwrap().is_some());
    let revision = bench.live().revision();
    let gone = services
        .delete(bench.project, &[one.id, two.id, one.id])
        .await
        .unwrap();
    assert_eq!(gone.revision, revision + 1, "one transaction");
    bench.feed.settled(gone).await.unwrap();
    assert_eq!(bench.live().services().count(), 0);
}

pub(crate) async fn events_are_written_in_the_background(place: Place) {
    let bench = place.bench().await;
    let service = ServiceId::from_bits(4);
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (writer, work) = EventWriter::start(bench.store.clone(), async {
        let _ = stopped.await;
    });
    let at = |second| Timestamp::from_seconds(1_000 + second);
    for second in 0..250_i64 {
        let kind = if second == 7 {
            EventKind::Abnormal
        } else {
            EventKind::Normal
        };
        writer.record(Event {
            service,
            at: at(second),
            kind,
            text: format!("event {second}"),
        });
    }
    writer.record(Event {
        service: ServiceId::from_bits(5),
        at: at(0),
        kind: EventKind::Normal,
        text: "\0ü".repeat(20_000),
    });
    // Stopped before it began: what is in the queue is written all the same.
    stop.send(()).unwrap();
    work.await;
    let events = bench.store.events();
    let newest = events
        .list(service, &EventFilter::default(), Page { offset: 0, limit: 2 })
        .await
        .unwrap();
    assert_eq!(newest.total, 250);
    let texts: Vec<_> = newest.items.iter().map(|event| event.text.as_str()).collect();
    assert_eq!(texts, ["event 249", "event 248"]);
    let abnormal = EventFilter {
        kind: Some(EventKind::Abnormal),
        ..EventFilter::default()
    };
    let abnormal = events.list(service, &abnormal, Page::ALL).await.unwrap();
    assert_eq!((abnormal.total, abnormal.items[0].text.as_str()), (1, "event 7"));
    let span = EventFilter {
        from: Some(at(10)),
        until: Some(at(20)),
        ..EventFilter::default()
    };
    assert_eq!(events.list(service, &span, Page::ALL).await.unwrap().total, 10);
    let long = events
        .list(ServiceId::from_bits(5), &EventFilter::default(), Page::ALL)
        .await
        .unwrap();
    let text = &long.items[0].text;
    assert!(
        (8_180..=8_192).contains(&text.len()) && text.starts_with("\u{fffd}ü"),
        "a long text is cut"
    );
    // After the end, events are logged and dropped.
    writer.record(long.items[0].clone());
}
