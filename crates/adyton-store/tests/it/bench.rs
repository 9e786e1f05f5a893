//! What a test works on: an open store with its feed, on either database.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::digest::Sha256;
use adyton_core::id::{ApiId, AppId, ModelId, ProjectId, UserId};
use adyton_core::live::Live;
use adyton_core::model::{Model, ModelSpec};
use adyton_core::sample;
use adyton_core::secret::Secret;
use adyton_core::service::{Service, Version, Wanted};
use adyton_core::tenant::{App, Authorisation, User};
use adyton_store::bootstrap::Bootstrap;
use adyton_store::repository::{AppCodeText, Import, NewApp, NewModel, NewService, NewUser};
use adyton_store::{DataFolder, Feed, OpenError, Settings, Store, feed};
use tokio::task::JoinHandle;

/// An open store, its feed running, and a clock that is moved by hand.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) feed: Feed,
    pub(crate) clock: Clock,
    pub(crate) settings: Settings,
    pub(crate) first: Bootstrap,
    pub(crate) project: ProjectId,
    running: JoinHandle<()>,
    root: Arc<tempfile::TempDir>,
}

/// Settings and a root folder for a store that nobody has opened yet.
pub(crate) struct Place {
    pub(crate) settings: Settings,
    pub(crate) root: Arc<tempfile::TempDir>,
}

impl Place {
    pub(crate) async fn sqlite() -> Self {
        Place {
            settings: Settings::default(),
            root: Arc::new(tempfile::tempdir().unwrap()),
        }
    }

    pub(crate) async fn postgres() -> Self {
        let root = Arc::new(tempfile::tempdir().unwrap());
        let key = root.path().join("cluster.key");
        std::fs::write(&key, "5a".repeat(32)).unwrap();
        Place {
            settings: Settings {
                database_url: Some(Secret::new(crate::server::new_database().await)),
                master_key_file: Some(key),
                ..Settings::default()
            },
            root,
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.settings.database_url.is_some()
    }

    /// The data folder of a node.
    pub(crate) fn folder(&self, node: &str) -> PathBuf {
        self.root.path().join(node)
    }

    pub(crate) fn clock() -> Clock {
        Clock::manual(Timestamp::from_iso("2026-05-04T03:02:01Z").unwrap())
    }

    pub(crate) async fn open(&self, node: &str) -> Result<Store, OpenError> {
        self.open_at(node, Self::clock()).await
    }

    async fn open_at(&self, node: &str, clock: Clock) -> Result<Store, OpenError> {
        let folder = Arc::new(DataFolder::open(self.folder(node))?);
        Store::open(folder, self.settings.clone(), clock).await
    }

    pub(crate) async fn bench(&self) -> Bench {
        self.bench_at("data", Self::clock()).await
    }

    pub(crate) async fn bench_at(&self, node: &str, clock: Clock) -> Bench {
        let path = self.folder(node);
        let folder = Arc::new(DataFolder::open(&path).unwrap());
        let first = Bootstrap::read(&folder).unwrap();
        let store = Store::open(folder.clone(), self.settings.clone(), clock.clone())
            .await
            .unwrap();
        let first = match first {
            Some(first) => first,
            None => Bootstrap::read(&folder).unwrap().unwrap(),
        };
        let feed = Feed::start(&store).await.unwrap();
        let running = tokio::spawn(feed::run(store.clone(), feed.clone(), std::future::pending()));
        Bench {
            project: first.project.id,
            store,
            feed,
            clock,
            settings: self.settings.clone(),
            first,
            running,
            root: self.root.clone(),
        }
    }
}

impl Bench {
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("data")
    }

    pub(crate) fn live(&self) -> Arc<Live> {
        self.feed.cell().load()
    }

    /// Stops, and leaves the place as it is.
    pub(crate) async fn close(self) -> Place {
        self.running.abort();
        let _ = self.running.await;
        self.store.close().await;
        Place {
            settings: self.settings,
            root: self.root,
        }
    }

    pub(crate) async fn reopen(self) -> Bench {
        let clock = self.clock.clone();
        self.close().await.bench_at("data", clock).await
    }

    /// A connection beside the store's, to look at and damage what is stored.
    pub(crate) async fn backdoor(&self) -> sea_orm::DatabaseConnection {
        let url = match &self.settings.database_url {
            Some(url) => url.expose().clone(),
            None => format!("sqlite://{}", self.folder().join("adyton.db").display()),
        };
        sea_orm::Database::connect(url).await.unwrap()
    }

    pub(crate) async fn user(&self, name: &str, password: &str) -> User {
        let new = NewUser {
            name: name.into(),
            domain: self.first.domain.id,
            password: secret(password),
            enabled: true,
            assignments: Vec::new(),
        };
        self.feed
            .settled(self.store.users().create(new).await.unwrap())
            .await
            .unwrap()
    }

    pub(crate) async fn app(&self, name: &str) -> App {
        let committed = self
            .store
            .apps()
            .create(new_app(self.project, name))
            .await
            .unwrap();
        self.feed.settled(committed).await.unwrap()
    }

    /// An AppCode of the app; the live state may not show it yet.
    pub(crate) async fn app_code(&self, app: AppId) -> AppCodeText {
        let codes = self.store.app_codes();
        codes.create(self.project, app, None).await.unwrap().value
    }

    pub(crate) async fn published(&self, name: &str, version: &str) -> Model {
        let models = self.store.models();
        let new = models
            .create(new_model(self.project, name, version))
            .await
            .unwrap();
        let id = new.value.id;
        let committed = models.publish(id, import("/")).await.unwrap().unwrap();
        self.feed.settled(committed).await.unwrap()
    }

    pub(crate) async fn service(&self, name: &str, model: ModelId) -> Service {
        let new = new_service(self.project, name, model);
        let committed = self.store.services().create(new).await.unwrap();
        self.feed.settled(committed).await.unwrap()
    }

    pub(crate) async fn authorise(&self, app: AppId, api: ApiId) -> Authorisation {
        let authorisations = self.store.authorisations();
        let committed = authorisations.create(self.project, &[app], &[api]).await.unwrap();
        self.feed.settled(committed).await.unwrap()[0]
    }

    /// Waits until the live state is as `wanted`.
    pub(crate) async fn until(&self, wanted: impl Fn(&Live) -> bool) {
        let seen = async {
            while !wanted(&self.live()) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), seen)
            .await
            .expect("the live state must come to be so");
    }
}

pub(crate) fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

pub(crate) fn new_app(project: ProjectId, name: &str) -> NewApp {
    NewApp {
        project,
        name: name.into(),
        remark: String::new(),
        key: None,
        secret: None,
    }
}

pub(crate) fn new_model(project: ProjectId, name: &str, version: &str) -> NewModel {
    NewModel {
        project,
        name: name.into(),
        version: version.into(),
        source_location: "file:///packages/m".into(),
        description: String::new(),
    }
}

pub(crate) fn import(url: &str) -> Import {
    Import {
        package: Sha256::of(url.as_bytes()),
        size: 1_234,
        spec: ModelSpec {
            config: serde_json::json!({"model_type": "ONNX", "apis": [{"url": url}]}),
            ..sample::spec(&[("POST", url)])
        },
    }
}

pub(crate) fn version(model: ModelId) -> Version {
    Version {
        model,
        weight: 100,
        instance_count: 1,
        specification: "custom".into(),
        envs: [("K".to_owned(), "V".to_owned())].into(),
        deploy_timeout_seconds: 60,
        restarts: 0,
    }
}

pub(crate) fn new_service(project: ProjectId, name: &str, model: ModelId) -> NewService {
    NewService {
        project,
        name: name.into(),
        description: "first".into(),
        wanted: Wanted::Running,
        versions: vec![version(model)],
        calls_per_second: None,
        app_auth: false,
        app_code: false,
        owner: "admin".into(),
    }
}

/// Ids that nothing has.
pub(crate) const NOBODY: UserId = UserId::from_bits(0xdead);

/// All bytes of the files below a folder, but for those with one of these names.
pub(crate) fn bytes_below(folder: &Path, but: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() && !but.iter().any(|name| entry.file_name() == *name) {
            bytes.extend(std::fs::read(entry.path()).unwrap());
        }
    }
    bytes
}
