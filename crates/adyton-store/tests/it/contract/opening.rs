//! Opening a store: the first time, again, with the wrong key, with damage, and two at once.

use adyton_core::secret::Secret;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::repository::{AppFilter, NewApp, Page, UserName};
use adyton_store::{DataFolder, OpenError, StoreError};
use sea_orm::{ConnectionTrait, Statement};

use crate::bench::{Place, bytes_below, new_app, secret};

pub(crate) async fn everything_is_there_after_reopening(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("s", model.id).await;
    let app = bench.app("a").await;
    let code = bench.app_code(app.id).await;
    bench.authorise(app.id, service.api).await;
    let revision = bench.live().revision();
    let bench = bench.reopen().await;
    let live = bench.live();
    assert_eq!(live.revision(), revision);
    assert!(live.authorisation(app.id, service.api).is_some());
    assert_eq!(
        live.app_by_code(&code.code.digest).map(|app| app.id),
        Some(app.id)
    );
    assert_eq!(live.app(app.id).unwrap().secret.expose(), app.secret.expose());
    assert_eq!(live.service(service.id).unwrap().routes.len(), 1);
}

pub(crate) async fn a_wrong_master_key_is_refused(place: Place) {
    let bench = place.bench().await;
    let app = bench.app("a").await;
    let mut place = bench.close().await;
    let right = place.settings.clone();
    let other = place.root.path().join("other.key");
    std::fs::write(&other, "00".repeat(32)).unwrap();
    place.settings.master_key_file = Some(other);
    match place.open("data").await {
        Err(error @ OpenError::MasterKey(_)) => {
            let message = error.to_string();
            assert!(
                message.contains("other.key") && message.contains("not the master key"),
                "{message}"
            );
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("must be refused"),
    }
    place.settings = right;
    let store = place.open("data").await.unwrap();
    assert!(store.load_live().await.unwrap().app(app.id).is_some());
}

pub(crate) async fn two_nodes_that_start_at_once_make_one_administrator(place: Place) {
    if place.is_postgres() {
        let (one, two) = tokio::join!(place.open("one"), place.open("two"));
        let (one, two) = (one.unwrap(), two.unwrap());
        let mut written = Vec::new();
        for node in ["one", "two"] {
            let path = place.folder(node).join("bootstrap.json");
            if let Ok(bytes) = std::fs::read(path) {
                written.push(serde_json::from_slice::<Bootstrap>(&bytes).unwrap());
            }
        }
        assert_eq!(written.len(), 1, "only the node that made them keeps credentials");
        for store in [one, two] {
            assert_eq!(store.domains().list().await.unwrap().len(), 1);
            let who = UserName::Id(written[0].user.id);
            let password = secret(&written[0].password);
            assert!(
                store
                    .users()
                    .verify_password(&who, &password)
                    .await
                    .unwrap()
                    .is_some()
            );
            assert_eq!(store.load_live().await.unwrap().token_keys().count(), 1);
        }
    } else {
        let first = place.open("data").await.unwrap();
        match place.open("data").await {
            Err(error @ OpenError::Locked { .. }) => {
                let message = error.to_string();
                assert!(message.contains(&std::process::id().to_string()), "{message}");
            }
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("one server a folder"),
        }
        drop(first);
        place.open("data").await.unwrap();
    }
}

pub(crate) async fn a_newer_database_is_refused(place: Place) {
    let bench = place.bench().await;
    let backdoor = bench.backdoor().await;
    backdoor
        .execute_unprepared(
            "INSERT INTO schema_version (version, applied_at, program) VALUES (999, 0, '7.8.9')",
        )
        .await
        .unwrap();
    backdoor.close().await.unwrap();
    let place = bench.close().await;
    let refused = place.open("data").await.err().expect("must be refused");
    assert!(
        matches!(refused, OpenError::TooNew { found: 999, .. }),
        "{refused}"
    );
    let message = refused.to_string();
    for said in ["999", "7.8.9", env!("CARGO_PKG_VERSION"), "backup"] {
        assert!(message.contains(said), "{message}");
    }
}

pub(crate) async fn a_damaged_secret_is_named_and_the_rest_works(place: Place) {
    let bench = place.bench().await;
    let (good, bad) = (bench.app("good").await, bench.app("bad").await);
    let backdoor = bench.backdoor().await;
    // The secret of another app is as good as noise: it is bound to its row.
    let swap = "UPDATE apps SET sealed = (SELECT sealed FROM apps WHERE name = 'good') WHERE name = 'bad'";
    backdoor.execute_unprepared(swap).await.unwrap();
    backdoor.close().await.unwrap();
    let bench = bench.reopen().await;
    assert!(bench.live().app(good.id).is_some());
    assert!(
        bench.live().app(bad.id).is_none(),
        "without its secret it cannot be let in"
    );
    let apps = bench.store.apps();
    match apps.get(bench.project, bad.id).await {
        Err(error @ StoreError::Damaged { table: "apps", .. }) => {
            assert!(error.to_string().contains(&bad.id.to_string()), "{error}");
        }
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("must be refused"),
    }
    let gone = apps.delete(bench.project, bad.id).await.unwrap().unwrap();
    bench.feed.settled(gone).await.unwrap();
    let listed = apps
        .list(bench.project, &AppFilter::default(), Page::ALL)
        .await
        .unwrap();
    assert_eq!(listed.total, 1);
}

pub(crate) async fn no_secret_is_stored_in_the_clear(place: Place) {
    let bench = place.bench().await;
    let app = NewApp {
        secret: Some(secret("AppSecret-in-the-clear")),
        ..new_app(bench.project, "a")
    };
    let app = bench.store.apps().create(app).await.unwrap().value;
    let code = secret("AppCode-in-the-clear");
    let _ = bench
        .store
        .app_codes()
        .create(bench.project, app.id, Some(code))
        .await
        .unwrap();
    let user = bench.user("alice", "Password-in-the-clear").await;
    let key = bench.store.access_keys().create(user.id, "").await.unwrap().value;
    let token_key = bench.live().sealing_key().unwrap().secret.expose().to_vec();
    let first = bench.first.clone();
    let stored = if place.is_postgres() {
        everything_in_postgres(&bench.backdoor().await).await
    } else {
        // The write-ahead log too, and what a crash would leave.
        bytes_below(&bench.folder(), &["bootstrap.json", "master.key"])
    };
    let holds = |wanted: &[u8]| {
        let hex: String = wanted.iter().map(|byte| format!("{byte:02x}")).collect();
        [wanted, hex.as_bytes()]
            .iter()
            .any(|wanted| stored.windows(wanted.len()).any(|window| window == *wanted))
    };
    assert!(holds(app.key.as_str().as_bytes()), "the search itself must work");
    for (what, text) in [
        ("AppSecret", b"AppSecret-in-the-clear".as_slice()),
        ("AppCode", b"AppCode-in-the-clear"),
        ("password", b"Password-in-the-clear"),
        ("SK", key.secret.expose().as_bytes()),
        ("token key", &token_key),
        ("first password", first.password.as_bytes()),
        ("first SK", first.secret_key.as_bytes()),
    ] {
        assert!(!holds(text), "{what} is stored in the clear");
    }
}

async fn everything_in_postgres(connection: &sea_orm::DatabaseConnection) -> Vec<u8> {
    let all = |sql: String| Statement::from_string(connection.get_database_backend(), sql);
    let tables = "SELECT tablename::text AS it FROM pg_tables WHERE schemaname = 'public'";
    let tables = connection.query_all_raw(all(tables.into())).await.unwrap();
    let mut bytes = Vec::new();
    for table in tables {
        let name: String = table.try_get("", "it").unwrap();
        let rows = format!("SELECT row::text AS it FROM {name} AS row");
        for row in connection.query_all_raw(all(rows)).await.unwrap() {
            let text: String = row.try_get("", "it").unwrap();
            bytes.extend(text.into_bytes());
        }
    }
    bytes
}

pub(crate) async fn a_first_start_that_was_cut_off_goes_on(place: Place) {
    // Cut off between the file and the first transaction: the file is there, the database is not.
    let bench = place.bench().await;
    let first = bench.first.clone();
    let file = std::fs::read(bench.folder().join("bootstrap.json")).unwrap();
    drop(bench.close().await);

    let fresh = if place.is_postgres() {
        Place::postgres().await
    } else {
        Place::sqlite().await
    };
    drop(DataFolder::open(fresh.folder("data")).unwrap());
    std::fs::write(fresh.folder("data").join("bootstrap.json"), &file).unwrap();
    let bench = fresh.bench().await;
    assert!(bench.first == first, "the file decides");
    assert_eq!(
        std::fs::read(bench.folder().join("bootstrap.json")).unwrap(),
        file
    );
    let who = UserName::Id(first.user.id);
    let password = Secret::new(first.password.clone());
    assert!(
        bench
            .store
            .users()
            .verify_password(&who, &password)
            .await
            .unwrap()
            .is_some()
    );

    let broken = Place::sqlite().await;
    drop(DataFolder::open(broken.folder("data")).unwrap());
    std::fs::write(broken.folder("data").join("bootstrap.json"), "{\"domain\"").unwrap();
    let message = broken
        .open("data")
        .await
        .err()
        .expect("must be refused")
        .to_string();
    assert!(
        message.contains("bootstrap.json") && message.contains("line 1"),
        "{message}"
    );
}
