//! Models.

use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::id::ModelId;
use adyton_core::language::{Bilingual, both};
use adyton_core::model::ModelStatus;
use adyton_store::StoreError;
use adyton_store::error::Unique;
use adyton_store::repository::{ModelFilter, ModelSort, NameMatch, Page, SortOrder};

use crate::bench::{Place, import, new_model};

pub(crate) async fn a_model_goes_from_publishing_to_published_or_failed_once(place: Place) {
    let bench = place.bench().await;
    let models = bench.store.models();
    let made = models
        .create(new_model(bench.project, "iris", "0.0.1"))
        .await
        .unwrap();
    let good = bench.feed.settled(made).await.unwrap();
    assert_eq!(good.status, ModelStatus::Publishing);
    assert_eq!(**bench.live().model(good.id).unwrap(), good);
    let bad = models
        .create(new_model(bench.project, "iris", "0.0.2"))
        .await
        .unwrap()
        .value;
    let again = models.create(new_model(bench.project, "iris", "0.0.2")).await;
    assert!(matches!(
        again,
        Err(StoreError::Conflict {
            what: Unique::ModelVersion
        })
    ));
    assert_eq!(models.unfinished().await.unwrap().len(), 2);

    let published = models
        .publish(good.id, import("/predict"))
        .await
        .unwrap()
        .unwrap();
    let published = bench.feed.settled(published).await.unwrap();
    let failed = models
        .fail(
            bad.id,
            &both!(
                "model/config.json: no \0 model_type",
                "model/config.json：没有 \0 model_type"
            ),
        )
        .await
        .unwrap()
        .unwrap();
    let failed = bench.feed.settled(failed).await.unwrap();
    assert_eq!(
        models.get(bench.project, good.id).await.unwrap(),
        Some(published.clone())
    );
    assert_eq!(
        models.get(bench.project, bad.id).await.unwrap(),
        Some(failed.clone())
    );
    assert_eq!(**bench.live().model(good.id).unwrap(), published);
    assert_eq!(published.spec, Some(import("/predict").spec));
    assert_eq!(
        failed.failure,
        both!(
            "model/config.json: no \u{fffd} model_type",
            "model/config.json：没有 \u{fffd} model_type"
        )
    );
    assert!(models.unfinished().await.unwrap().is_empty());

    for (id, state) in [(good.id, "published"), (bad.id, "failed")] {
        let refused = models.publish(id, import("/")).await;
        assert!(matches!(refused, Err(StoreError::ModelState { status, .. }) if status == state));
        let refused = models.fail(id, &Bilingual::as_it_is("x")).await;
        assert!(matches!(refused, Err(StoreError::ModelState { status, .. }) if status == state));
    }
    let nothing = ModelId::from_bits(1);
    assert!(models.publish(nothing, import("/")).await.unwrap().is_none());
    assert!(
        models
            .fail(nothing, &Bilingual::as_it_is("x"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(models.uses_package(&Sha256::of(b"/predict")).await.unwrap());
    assert!(!models.uses_package(&Sha256::of(b"/other")).await.unwrap());
}

pub(crate) async fn models_are_listed_by_name_version_and_state(place: Place) {
    let bench = place.bench().await;
    let models = bench.store.models();
    for (name, version) in [
        ("a_b", "0.0.10"),
        ("a_b", "0.0.9"),
        ("aXb", "1.0.0"),
        ("other", "0.0.1"),
    ] {
        bench.clock.advance(Duration::from_secs(1));
        bench.published(name, version).await;
    }
    bench.clock.advance(Duration::from_secs(1));
    let _ = models
        .create(new_model(bench.project, "new", "0.0.1"))
        .await
        .unwrap();
    let list = async |filter: ModelFilter, order, page| {
        let listed = models.list(bench.project, &filter, order, page).await.unwrap();
        let names: Vec<String> = listed
            .items
            .into_iter()
            .map(|model| format!("{}:{}", model.name, model.version))
            .collect();
        (names.join(" "), listed.total)
    };
    let named = |name| ModelFilter {
        name: Some(name),
        ..ModelFilter::default()
    };
    let fuzzy = named(NameMatch::Fuzzy("A_B".into()));
    assert_eq!(
        list(fuzzy.clone(), SortOrder::ascending(ModelSort::Name), Page::ALL).await,
        ("aXb:1.0.0 a_b:0.0.9 a_b:0.0.10".into(), 3)
    );
    assert_eq!(
        list(
            fuzzy,
            SortOrder::descending(ModelSort::Version),
            Page { offset: 0, limit: 2 }
        )
        .await,
        ("aXb:1.0.0 a_b:0.0.10".into(), 3)
    );
    let exact = named(NameMatch::Contains("a_b".into()));
    assert_eq!(
        list(exact, SortOrder::ascending(ModelSort::CreatedAt), Page::ALL)
            .await
            .0,
        "a_b:0.0.10 a_b:0.0.9"
    );
    let publishing = ModelFilter {
        status: Some(ModelStatus::Publishing),
        ..ModelFilter::default()
    };
    assert_eq!(
        list(publishing, SortOrder::ascending(ModelSort::Size), Page::ALL)
            .await
            .0,
        "new:0.0.1"
    );
    let version = ModelFilter {
        version: Some("0.0.1".into()),
        ..ModelFilter::default()
    };
    assert_eq!(
        list(version, SortOrder::descending(ModelSort::CreatedAt), Page::ALL)
            .await
            .0,
        "new:0.0.1 other:0.0.1"
    );
}

pub(crate) async fn a_model_in_use_is_not_deleted(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("user-of-m", model.id).await;
    let models = bench.store.models();
    match models.delete(bench.project, model.id).await {
        Err(StoreError::InUse { by }) => assert_eq!(by, ["user-of-m"]),
        other => panic!("must be refused, got {other:?}"),
    }
    let gone = bench
        .store
        .services()
        .delete(bench.project, &[service.id])
        .await
        .unwrap();
    bench.feed.settled(gone).await.unwrap();
    let gone = models.delete(bench.project, model.id).await.unwrap().unwrap();
    assert_eq!(bench.feed.settled(gone).await.unwrap(), model);
    assert!(bench.live().model(model.id).is_none());
    assert!(models.delete(bench.project, model.id).await.unwrap().is_none());
}
