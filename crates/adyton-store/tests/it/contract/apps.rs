//! Apps and AppCodes.

use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::id::{AppCodeId, AppKey, ProjectId};
use adyton_core::quota::Quota;
use adyton_store::error::{Referred, Unique};
use adyton_store::repository::{AppChange, AppFilter, NameMatch, NewApp, Page};
use adyton_store::{Feed, StoreError, feed};

use crate::bench::{Place, new_app, secret};

pub(crate) async fn an_app_is_made_with_given_or_random_credentials(place: Place) {
    let bench = place.bench().await;
    let apps = bench.store.apps();
    let random = bench.app("random").await;
    for text in [random.key.as_str(), random.secret.expose()] {
        let hex = text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        assert!(text.len() == 32 && hex, "{text}");
    }
    let given = NewApp {
        key: Some(AppKey::new("my-key")),
        secret: Some(secret("my-secret")),
        ..new_app(bench.project, "given")
    };
    let made = bench
        .feed
        .settled(apps.create(given.clone()).await.unwrap())
        .await
        .unwrap();
    let live = bench.live();
    let found = live.app_by_key("my-key").unwrap();
    assert_eq!((found.id, found.secret.expose().as_str()), (made.id, "my-secret"));
    let stored = apps.get(bench.project, made.id).await.unwrap().unwrap();
    assert_eq!(stored.secret.expose(), "my-secret");

    let conflict = async |new: NewApp| match apps.create(new).await {
        Err(StoreError::Conflict { what }) => what,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("must be refused"),
    };
    assert_eq!(conflict(given.clone()).await, Unique::AppName);
    let renamed = NewApp {
        name: "other".into(),
        ..given
    };
    assert_eq!(conflict(renamed).await, Unique::AppKey);
    let nowhere = apps.create(new_app(ProjectId::from_bits(1), "x")).await;
    assert!(matches!(
        nowhere,
        Err(StoreError::Missing {
            what: Referred::Project,
            ..
        })
    ));

    let renewed = apps
        .reset_secret(bench.project, made.id, None)
        .await
        .unwrap()
        .unwrap();
    let renewed = bench.feed.settled(renewed).await.unwrap();
    assert_eq!(renewed.secret.expose().len(), 32);
    assert_eq!(
        bench.live().app(made.id).unwrap().secret.expose(),
        renewed.secret.expose()
    );
}

pub(crate) async fn apps_of_another_project_are_not_there(place: Place) {
    let bench = place.bench().await;
    let app = bench.app("mine").await;
    let code = bench
        .store
        .app_codes()
        .create(bench.project, app.id, None)
        .await
        .unwrap();
    let code = code.value.code.id;
    let domain = bench.first.domain.id;
    let other = bench
        .store
        .projects()
        .create(domain, "other")
        .await
        .unwrap()
        .value
        .id;
    let (apps, codes) = (bench.store.apps(), bench.store.app_codes());
    assert!(apps.get(other, app.id).await.unwrap().is_none());
    assert!(
        apps.update(other, app.id, AppChange::default())
            .await
            .unwrap()
            .is_none()
    );
    assert!(apps.reset_secret(other, app.id, None).await.unwrap().is_none());
    assert!(apps.delete(other, app.id).await.unwrap().is_none());
    assert!(codes.list(other, app.id).await.unwrap().is_none());
    assert!(codes.get(other, app.id, code).await.unwrap().is_none());
    assert!(codes.delete(other, app.id, code).await.unwrap().is_none());
    assert!(matches!(
        codes.create(other, app.id, None).await,
        Err(StoreError::Missing { .. })
    ));
    let listed = apps.list(other, &AppFilter::default(), Page::ALL).await.unwrap();
    assert_eq!(listed.total, 0);
    assert!(apps.get(bench.project, app.id).await.unwrap().is_some());
    // A name is taken in its own project only.
    let _ = apps.create(new_app(other, "mine")).await.unwrap();
}

pub(crate) async fn apps_are_listed_by_filter_and_page(place: Place) {
    let bench = place.bench().await;
    let mut ids = Vec::new();
    for name in ["shop_1", "shop-2", "100%", "Till"] {
        bench.clock.advance(Duration::from_secs(1));
        ids.push(bench.app(name).await.id);
    }
    let apps = bench.store.apps();
    let names = async |filter: AppFilter, page: Page| {
        let listed = apps.list(bench.project, &filter, page).await.unwrap();
        let names: Vec<String> = listed.items.into_iter().map(|app| app.name).collect();
        (names.join(" "), listed.total)
    };
    let named = |name| AppFilter {
        name: Some(name),
        ..AppFilter::default()
    };
    assert_eq!(
        names(AppFilter::default(), Page::ALL).await,
        ("Till 100% shop-2 shop_1".into(), 4)
    );
    let middle = Page { offset: 1, limit: 2 };
    assert_eq!(
        names(AppFilter::default(), middle).await,
        ("100% shop-2".into(), 4)
    );
    let contains = |text: &str| named(NameMatch::Contains(text.into()));
    assert_eq!(names(contains("SHOP_"), Page::ALL).await.0, "shop_1");
    assert_eq!(names(contains("%"), Page::ALL).await.0, "100%");
    assert_eq!(names(contains("\\"), Page::ALL).await.0, "");
    let fuzzy = named(NameMatch::Fuzzy("shop_".into()));
    assert_eq!(names(fuzzy, Page::ALL).await.0, "shop-2 shop_1");
    let umlaut = bench.app("Über").await;
    assert_eq!(names(contains("BER"), Page::ALL).await.0, "Über");
    assert_eq!(
        names(contains("über"), Page::ALL).await.0,
        "",
        "only ASCII has two cases, on both databases"
    );
    let gone = apps.delete(bench.project, umlaut.id).await.unwrap();
    assert!(gone.is_some());
    let exact = named(NameMatch::Exact("Till".into()));
    assert_eq!(names(exact, Page::ALL).await.0, "Till");

    let change = AppChange {
        enabled: Some(false),
        remark: Some("closed".into()),
        ..AppChange::default()
    };
    let till = apps
        .update(bench.project, ids[3], change)
        .await
        .unwrap()
        .unwrap()
        .value;
    assert_eq!((till.remark.as_str(), till.name.as_str()), ("closed", "Till"));
    let disabled = AppFilter {
        enabled: Some(false),
        ..AppFilter::default()
    };
    assert_eq!(names(disabled, Page::ALL).await.0, "Till");
    let by_key = AppFilter {
        id: Some(ids[3]),
        key: Some(till.key),
        ..AppFilter::default()
    };
    assert_eq!(names(by_key, Page::ALL).await.0, "Till");
}

pub(crate) async fn credentials_that_change_hands_are_found_where_they_are(place: Place) {
    let bench = place.bench().await;
    let (a, b) = (bench.app("a").await, bench.app("b").await);
    let (key_a, key_b) = (a.key.as_str(), b.key.as_str());
    // This feed does not run yet: it will see the swap as one step.
    let late = Feed::start(&bench.store).await.unwrap();
    for (app, key) in [(a.id, "between"), (b.id, key_a), (a.id, key_b)] {
        let change = AppChange {
            key: Some(AppKey::new(key)),
            ..AppChange::default()
        };
        let given = bench
            .store
            .apps()
            .update(bench.project, app, change)
            .await
            .unwrap()
            .unwrap();
        bench.feed.settled(given).await.unwrap();
    }
    let run = tokio::spawn(feed::run(
        bench.store.clone(),
        late.clone(),
        std::future::pending(),
    ));
    late.reached(bench.live().revision()).await.unwrap();
    run.abort();
    for live in [bench.live(), late.cell().load()] {
        assert_eq!(live.app_by_key(key_a).map(|app| app.id), Some(b.id));
        assert_eq!(live.app_by_key(key_b).map(|app| app.id), Some(a.id));
        assert!(live.app_by_key("between").is_none());
    }
}

pub(crate) async fn an_app_has_five_codes_at_most(place: Place) {
    let bench = place.bench().await;
    let app = bench.app("shop").await.id;
    let other = bench.app("other").await.id;
    let codes = bench.store.app_codes();
    let given = codes
        .create(bench.project, app, Some(secret("given code")))
        .await
        .unwrap();
    let given = bench.feed.settled(given).await.unwrap();
    let digest = Sha256::of(b"given code");
    assert_eq!(bench.live().app_by_code(&digest).map(|app| app.id), Some(app));
    for _ in 1..5 {
        bench.clock.advance(Duration::from_secs(1));
        let random = codes.create(bench.project, app, None).await.unwrap().value;
        assert_eq!(random.text.expose().len(), 64);
        assert_eq!(random.code.digest, Sha256::of(random.text.expose().as_bytes()));
    }
    assert!(matches!(
        codes.create(bench.project, app, None).await,
        Err(StoreError::Quota {
            what: Quota::AppCodes,
            most: 5,
            used: 5,
            more: 1,
        })
    ));
    assert!(matches!(
        codes
            .create(bench.project, other, Some(secret("given code")))
            .await,
        Err(StoreError::Conflict {
            what: Unique::AppCode
        })
    ));
    let listed = codes.list(bench.project, app).await.unwrap().unwrap();
    assert_eq!(listed.len(), 5);
    assert_eq!(listed[0].text.expose(), "given code");
    let read = codes
        .get(bench.project, app, given.code.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.text.expose(), "given code");
    assert!(
        codes
            .get(bench.project, other, given.code.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        codes
            .delete(bench.project, other, given.code.id)
            .await
            .unwrap()
            .is_none()
    );

    let gone = codes
        .delete(bench.project, app, given.code.id)
        .await
        .unwrap()
        .unwrap();
    bench.feed.settled(gone).await.unwrap();
    assert!(bench.live().app_by_code(&digest).is_none());
    assert_eq!(bench.live().app(app).unwrap().codes.len(), 4);
    let nothing = codes
        .delete(bench.project, app, AppCodeId::from_bits(1))
        .await
        .unwrap();
    assert!(nothing.is_none());
}

pub(crate) async fn a_deleted_app_takes_everything_with_it(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("s", model.id).await;
    let app = bench.app("shop").await;
    let code = bench.app_code(app.id).await;
    bench.authorise(app.id, service.api).await;
    assert!(bench.live().authorisation(app.id, service.api).is_some());

    let gone = bench
        .store
        .apps()
        .delete(bench.project, app.id)
        .await
        .unwrap()
        .unwrap();
    bench.feed.settled(gone).await.unwrap();
    let live = bench.live();
    assert!(live.app(app.id).is_none() && live.app_by_key(app.key.as_str()).is_none());
    assert!(live.app_by_code(&code.code.digest).is_none());
    assert_eq!(live.authorisations().count(), 0);
    assert!(
        bench
            .store
            .apps()
            .delete(bench.project, app.id)
            .await
            .unwrap()
            .is_none()
    );
    // Its name, key and code are free again.
    let again = NewApp {
        key: Some(app.key),
        ..new_app(bench.project, "shop")
    };
    let again = bench.store.apps().create(again).await.unwrap().value;
    let _ = bench
        .store
        .app_codes()
        .create(bench.project, again.id, Some(code.text))
        .await
        .unwrap();
}
