//! Quotas: set, used, and met by those that come at once.

use adyton_core::digest::Sha256;
use adyton_core::model::ModelStatus;
use adyton_core::quota::{Limit, Quota, QuotaUse};
use adyton_core::service::{Version, Wanted};
use adyton_core::tenant::Scope;
use adyton_store::StoreError;
use adyton_store::repository::ServiceChange;

use crate::bench::{Bench, Place, import, new_app, new_model, new_service, version};

async fn set(bench: &Bench, quota: Quota, limit: Option<Limit>) -> Limit {
    let scope = Scope::Project(bench.project);
    let before = bench.store.quotas().set(scope, &[(quota, limit)]).await.unwrap();
    bench.feed.settled(before).await.unwrap()[0]
}

async fn seen(bench: &Bench, quota: Quota) -> QuotaUse {
    let all = bench
        .store
        .quotas()
        .list(bench.first.domain.id, bench.project)
        .await
        .unwrap();
    assert_eq!(all.iter().map(|one| one.quota).collect::<Vec<_>>(), Quota::ALL);
    *all.iter().find(|one| one.quota == quota).unwrap()
}

fn is_full<T>(result: &Result<T, StoreError>, quota: Quota) -> bool {
    matches!(result, Err(StoreError::Quota { what, .. }) if *what == quota)
}

pub(crate) async fn a_quota_holds_for_those_that_come_at_once(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    set(&bench, Quota::Services, Some(Limit::AtMost(3))).await;
    set(&bench, Quota::Apps, Some(Limit::AtMost(1))).await;
    let made = (0..8).map(|number| {
        let (store, service) = (
            bench.store.clone(),
            new_service(bench.project, &format!("s{number}"), model.id),
        );
        let app = new_app(bench.project, &format!("a{number}"));
        tokio::spawn(async move {
            let service = store.services().create(service).await.map(drop);
            let app = store.apps().create(app).await.map(drop);
            (service, app)
        })
    });
    let made: Vec<_> = made.collect();
    let (mut services, mut apps) = (0, 0);
    for one in made {
        let (service, app) = one.await.unwrap();
        for (result, quota, count) in [
            (service, Quota::Services, &mut services),
            (app, Quota::Apps, &mut apps),
        ] {
            match result {
                Ok(()) => *count += 1,
                Err(_) if is_full(&result, quota) => {}
                Err(other) => panic!("{other}"),
            }
        }
    }
    assert_eq!((services, apps), (3, 1));
    assert_eq!(seen(&bench, Quota::Services).await.used, Some(3));
}

pub(crate) async fn what_there_is_stays_when_a_quota_is_lowered(place: Place) {
    let bench = place.bench().await;
    let apps = bench.store.apps();
    for name in ["one", "two", "three"] {
        let _ = apps.create(new_app(bench.project, name)).await.unwrap();
    }
    assert_eq!(
        set(&bench, Quota::Apps, Some(Limit::AtMost(1))).await,
        Limit::None
    );
    assert_eq!(
        seen(&bench, Quota::Apps).await,
        QuotaUse {
            quota: Quota::Apps,
            limit: Limit::AtMost(1),
            used: Some(3),
        }
    );
    match apps.create(new_app(bench.project, "four")).await.map(drop) {
        Err(StoreError::Quota {
            what: Quota::Apps,
            most: 1,
            used: 3,
            more: 1,
        }) => {}
        other => panic!("{other:?}"),
    }
    let usual = set(&bench, Quota::Apps, None).await;
    assert_eq!(usual, Limit::AtMost(1), "what it was");
    let _ = apps.create(new_app(bench.project, "four")).await.unwrap();

    set(&bench, Quota::Models, Some(Limit::AtMost(0))).await;
    let model = bench
        .store
        .models()
        .create(new_model(bench.project, "m", "0.0.1"))
        .await;
    assert!(is_full(&model, Quota::Models));
}

pub(crate) async fn instances_count_where_they_are_wanted(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let services = bench.store.services();
    let several = |count| {
        vec![Version {
            instance_count: count,
            ..version(model.id)
        }]
    };
    set(&bench, Quota::Instances, Some(Limit::AtMost(4))).await;
    let service = bench.service("s", model.id).await;
    let update = |change| services.update(bench.project, service.id, change);
    let versions = |count| ServiceChange {
        versions: Some(several(count)),
        ..ServiceChange::default()
    };
    let wanted = |wanted| ServiceChange {
        wanted: Some(wanted),
        ..ServiceChange::default()
    };
    update(versions(4)).await.unwrap();
    assert!(is_full(&update(versions(5)).await, Quota::Instances));
    let other = || new_service(bench.project, "t", model.id);
    assert!(is_full(&services.create(other()).await, Quota::Instances));

    // Fewer are always allowed, and what changes nothing about their number.
    set(&bench, Quota::Instances, Some(Limit::AtMost(2))).await;
    let described = ServiceChange {
        description: Some("still there".into()),
        ..ServiceChange::default()
    };
    update(described).await.unwrap();
    update(versions(3)).await.unwrap();
    update(wanted(Wanted::Stopped)).await.unwrap();
    assert_eq!(seen(&bench, Quota::Instances).await.used, Some(0));
    assert!(is_full(&update(wanted(Wanted::Running)).await, Quota::Instances));
    let _ = services.create(other()).await.unwrap();
    assert_eq!(seen(&bench, Quota::Instances).await.used, Some(1));
}

pub(crate) async fn packages_count_once_and_a_full_project_publishes_no_more(place: Place) {
    let bench = place.bench().await;
    let models = bench.store.models();
    let begun = async |version: &str| {
        let new = new_model(bench.project, "m", version);
        models.create(new).await.unwrap().value.id
    };
    let of = |bytes, digest: &[u8]| {
        let mut import = import("/m");
        (import.size, import.package) = (bytes, Sha256::of(digest));
        import
    };
    set(&bench, Quota::PackageBytes, Some(Limit::AtMost(100))).await;
    models.publish(begun("0.0.1").await, of(70, b"a")).await.unwrap();
    models.publish(begun("0.0.2").await, of(70, b"a")).await.unwrap();
    assert_eq!(seen(&bench, Quota::PackageBytes).await.used, Some(70));
    let third = begun("0.0.3").await;
    assert!(is_full(
        &models.publish(third, of(31, b"b")).await,
        Quota::PackageBytes
    ));
    let still = models.get(bench.project, third).await.unwrap().unwrap();
    assert_eq!(still.status, ModelStatus::Publishing);
    models.publish(third, of(30, b"b")).await.unwrap();
    let quotas = bench.store.quotas();
    let known = quotas.has_room_for(bench.project, &Sha256::of(b"a"), 70).await;
    assert!(known.is_ok(), "it takes no more room");
    let new = quotas.has_room_for(bench.project, &Sha256::of(b"c"), 1).await;
    assert!(is_full(&new, Quota::PackageBytes));
}

pub(crate) async fn quotas_of_a_project_and_of_a_domain_are_apart(place: Place) {
    let bench = place.bench().await;
    let quotas = bench.store.quotas();
    let user = bench.user("alice", "pw").await;
    let keys = bench.store.access_keys();
    let domain = Scope::Domain(user.domain);
    let three = [(Quota::AccessKeys, Some(Limit::AtMost(3)))];
    let before = quotas.set(domain, &three).await.unwrap();
    assert_eq!(before.value, [Limit::AtMost(2)]);
    for _ in 0..3 {
        let _ = keys.create(user.id, "").await.unwrap();
    }
    assert!(is_full(&keys.create(user.id, "").await, Quota::AccessKeys));
    assert_eq!(
        seen(&bench, Quota::AccessKeys).await.used,
        None,
        "each user's own"
    );

    // Of another project nothing is known here.
    set(&bench, Quota::Apps, Some(Limit::AtMost(0))).await;
    let other = bench
        .store
        .projects()
        .create(user.domain, "other")
        .await
        .unwrap()
        .value;
    let _ = bench.store.apps().create(new_app(other.id, "one")).await.unwrap();
    let nowhere = Scope::Project(adyton_core::id::ProjectId::from_bits(77));
    let missing = quotas.set(nowhere, &[(Quota::Apps, None)]).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })));
}
