//! Copies for backups, and the change of the master key.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use adyton_core::secret::Secret;
use adyton_store::faults::{Fault, Faults, Point};
use adyton_store::resealing::change_master_key;
use adyton_store::{DataFolder, OpenError, Settings, backup};

use crate::bench::{Place, new_app, secret};
use crate::server;

/// Puts a copy into an empty place, as `adyton restore` does; the place.
async fn elsewhere(place: &Place, copy: PathBuf, key: PathBuf) -> Place {
    let root = Arc::new(tempfile::tempdir().unwrap());
    let settings = match place.settings.database_url {
        None => {
            let folder = root.path().join("data");
            std::fs::create_dir(&folder).unwrap();
            std::fs::rename(copy, folder.join("adyton.db")).unwrap();
            std::fs::rename(key, folder.join("master.key")).unwrap();
            Settings::default()
        }
        Some(_) => {
            let url = Secret::new(server::new_database().await);
            backup::restore_postgres(&url, &copy).await.unwrap();
            let again = backup::restore_postgres(&url, &copy)
                .await
                .unwrap_err()
                .to_string();
            assert!(
                again.contains("it is not empty") && again.contains("createdb"),
                "{again}"
            );
            Settings {
                database_url: Some(url),
                master_key_file: Some(key),
                ..Settings::default()
            }
        }
    };
    Place { settings, root }
}

pub(crate) async fn a_copy_taken_while_others_write_opens_elsewhere(place: Place) {
    let bench = place.bench().await;
    let model = bench.published("m", "0.0.1").await;
    let service = bench.service("s", model.id).await;
    let app = bench.app("a").await;
    bench.authorise(app.id, service.api).await;
    let (store, project) = (bench.store.clone(), bench.project);
    let writing = tokio::spawn(async move {
        for number in 0.. {
            let _ = store
                .apps()
                .create(new_app(project, &format!("later{number}")))
                .await;
        }
    });
    let out = tempfile::tempdir().unwrap();
    let (copy, key) = (out.path().join("it's a copy"), out.path().join("key"));
    let copied = backup::copy(&bench.folder(), &bench.settings, &copy)
        .await
        .unwrap();
    backup::copy_master_key(&bench.folder(), &bench.settings, &copied, &key).unwrap();
    writing.abort();
    let _ = writing.await;
    assert_eq!(copied.schema, backup::newest_schema());
    assert_eq!(
        copied.packages.iter().copied().collect::<Vec<_>>(),
        [model.package.unwrap()]
    );
    let there = elsewhere(&bench.close().await, copy, key).await;
    let store = there.open("data").await.unwrap();
    let live = store.load_live().await.unwrap();
    assert_eq!(live.app(app.id).unwrap().secret.expose(), app.secret.expose());
    assert!(live.authorisation(app.id, service.api).is_some());
    assert_eq!(live.service(service.id).unwrap().routes.len(), 1);
}

pub(crate) async fn a_copy_goes_with_its_own_key_only(place: Place) {
    let bench = place.bench().await;
    let mut settings = bench.settings.clone();
    let out = tempfile::tempdir().unwrap();
    let copied = backup::copy(&bench.folder(), &settings, &out.path().join("copy"))
        .await
        .unwrap();
    let other = out.path().join("other.key");
    std::fs::write(&other, "00".repeat(32)).unwrap();
    settings.master_key_file = Some(other);
    let refused = backup::copy_master_key(&bench.folder(), &settings, &copied, &out.path().join("key"));
    let said = refused.unwrap_err().to_string();
    assert!(
        said.contains("other.key") && said.contains("not the master key"),
        "{said}"
    );
    assert!(!out.path().join("key").exists());
    let nowhere = backup::copy(
        &out.path().join("nowhere"),
        &Settings::default(),
        &out.path().join("none"),
    )
    .await;
    let said = nowhere.err().unwrap().to_string();
    assert!(
        said.contains("nowhere/adyton.db") && said.contains("is not there"),
        "{said}"
    );
}

pub(crate) async fn a_changed_master_key_opens_everything_and_the_old_one_nothing(place: Place) {
    let bench = place.bench().await;
    let app = bench.app("a").await;
    let code = bench.app_code(app.id).await;
    let first = bench.first.clone();
    let clock = bench.clock.clone();
    let mut place = bench.close().await;
    let folder = DataFolder::open(place.folder("data")).unwrap();
    let key = backup::master_key_place(folder.path(), &place.settings);
    let old = std::fs::read_to_string(&key).unwrap();
    let changed = change_master_key(&folder, &place.settings, &clock).await.unwrap();
    drop(folder);
    assert_eq!(changed.key, key);
    // The app, its code, the first access key and the key of tokens.
    assert_eq!(changed.secrets, 4);
    assert_ne!(std::fs::read_to_string(&key).unwrap(), old);
    let store = place.open("data").await.unwrap();
    let live = store.load_live().await.unwrap();
    assert_eq!(live.app(app.id).unwrap().secret.expose(), app.secret.expose());
    assert_eq!(
        live.access_key(first.access_key.as_str())
            .unwrap()
            .secret
            .expose(),
        &first.secret_key
    );
    let codes = store
        .app_codes()
        .list(first.project.id, app.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(codes[0].text.expose(), code.text.expose());
    store.close().await;
    drop(store);
    let kept = place.root.path().join("old.key");
    std::fs::write(&kept, old).unwrap();
    place.settings.master_key_file = Some(kept);
    assert!(matches!(place.open("data").await, Err(OpenError::MasterKey(_))));
}

/// Fails at the n-th point, once.
struct At(AtomicUsize);

impl Faults for At {
    fn at(&self, _: Point) -> Option<Fault> {
        let left = self
            .0
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        (left == Ok(1)).then_some(Fault::Lost)
    }
}

pub(crate) async fn a_change_of_the_master_key_that_is_cut_off_anywhere_leaves_what_opens(place: Place) {
    let bench = place.bench().await;
    let app = bench.app("a").await;
    let clock = bench.clock.clone();
    let mut place = bench.close().await;
    let mut points = 0;
    loop {
        points += 1;
        let faults = Arc::new(At(AtomicUsize::new(points)));
        place.settings.faults = Some(faults.clone());
        let folder = DataFolder::open(place.folder("data")).unwrap();
        let changed = change_master_key(&folder, &place.settings, &clock).await;
        drop(folder);
        place.settings.faults = None;
        let store = place.open("data").await.expect("one of the two keys opens it");
        let live = store.load_live().await.unwrap();
        assert_eq!(live.app(app.id).unwrap().secret.expose(), app.secret.expose());
        store.close().await;
        drop(store);
        let key = backup::master_key_place(&place.folder("data"), &place.settings);
        assert!(!key.with_added_extension("new").exists(), "point {points}");
        if faults.0.load(Ordering::SeqCst) > 0 {
            changed.unwrap();
            break;
        }
        assert!(changed.is_err(), "point {points}");
    }
    assert!(points > 8, "it has more statements than {points}");
}

pub(crate) async fn a_damaged_secret_stops_the_change_of_the_master_key(place: Place) {
    let bench = place.bench().await;
    let app = bench.app("a").await;
    let sql = format!(
        "UPDATE apps SET sealed = sealed || sealed WHERE id = '{}'",
        app.id
    );
    sea_orm::ConnectionTrait::execute_unprepared(&bench.backdoor().await, &sql)
        .await
        .unwrap();
    let clock = bench.clock.clone();
    let user = bench.user("ada", "correct horse").await;
    let place = bench.close().await;
    let folder = DataFolder::open(place.folder("data")).unwrap();
    let said = change_master_key(&folder, &place.settings, &clock)
        .await
        .unwrap_err()
        .to_string();
    assert!(said.contains(&app.id.to_string()), "{said}");
    drop(folder);
    let store = place.open("data").await.unwrap();
    let who = adyton_store::repository::UserName::Id(user.id);
    assert!(
        store
            .users()
            .verify_password(&who, &secret("correct horse"))
            .await
            .unwrap()
            .is_some()
    );
}
