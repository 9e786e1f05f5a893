//! What operations are tried with: the shared parts over a store of its own, and instances that say what the test says. No socket.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::digest::Sha256;
use adyton_core::id::{DomainId, ModelId, ProjectId, RequestId, ServiceId};
use adyton_core::instances::{Calls, Instances, LogLine, LogPart, ServiceSeen};
use adyton_core::journal::{Filter, JournalError, JournalReader, Page};
use adyton_core::record::Record;
use adyton_core::sample;
use adyton_core::secret::Secret;
use adyton_core::service::ServiceStatus;
use adyton_core::tenant::{Assignment, User};
use adyton_core::usage::InstanceUsage;
use adyton_identity::prediction_tab::TabAnswer;
use adyton_identity::{Identity, PredictionTab, Settings as IdentitySettings, TabCall};
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages};
use adyton_store::audit_writer::AuditWriter;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::repository::{Import, NewModel, NewUser};
use adyton_store::{DataFolder, Feed, Settings, Store, feed};
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::settings::{ControlParts, ControlSettings};
use crate::shared::Shared;

/// The password of users that [`Rig::user`] makes.
pub(crate) const PASSWORD: &str = "correct horse";

/// What operations share, and what is behind it.
pub(crate) struct Rig {
    pub(crate) shared: Arc<Shared>,
    pub(crate) clock: Clock,
    pub(crate) first: Bootstrap,
    pub(crate) seen: Arc<SeenInstances>,
    feeding: JoinHandle<()>,
    writing: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.feeding.abort();
        self.writing.abort();
    }
}

impl Rig {
    /// With the default settings.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }
    /// With other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut ControlSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let clock = Clock::manual(Timestamp::from_iso("2026-05-04T03:02:01Z").unwrap());
        let held = Arc::new(DataFolder::open(&data).unwrap());
        let store = Store::open(held.clone(), Settings::default(), clock.clone());
        let store = store.await.unwrap();
        let first = Bootstrap::read(&held).unwrap().unwrap();
        let live = Feed::start(&store).await.unwrap();
        let feeding = tokio::spawn(feed::run(store.clone(), live.clone(), std::future::pending()));
        let seen = Arc::new(SeenInstances::default());
        let (audit, writing) = AuditWriter::start(store.clone(), std::future::pending());
        let writing = tokio::spawn(writing);
        let parts = ControlParts {
            store,
            feed: live,
            identity: Arc::new(Identity::new(clock.clone(), IdentitySettings::default())),
            instances: seen.clone(),
            journal: Arc::new(NoRecords),
            prediction_tab: Arc::new(NoTab),
            audit,
            unproven: adyton_listener::Budget::new(64 << 20),
            packages: Packages::open(data.join("packages"), Limits::default()).unwrap(),
            onnx: Arc::new(Onnx::builtin()),
            metrics: Arc::new(String::new),
            ready: Arc::new(|| Ok(())),
            clock: clock.clone(),
        };
        let mut settings = ControlSettings::new(([127, 0, 0, 1], 0).into(), "http://gateway.test", &data);
        change(&mut settings);
        Self {
            shared: Arc::new(Shared::new(settings, parts)),
            clock,
            first,
            seen,
            feeding,
            writing,
            _folder: folder,
        }
    }
    /// The first project.
    pub(crate) fn project(&self) -> ProjectId {
        self.first.project.id
    }
    /// The domain.
    pub(crate) fn domain(&self) -> DomainId {
        self.first.domain.id
    }
    /// Another project of the domain.
    pub(crate) async fn other_project(&self) -> ProjectId {
        let made = self.shared.store.projects().create(self.domain(), "other").await;
        self.shared.settled(made.unwrap()).await.unwrap().id
    }
    /// A user with these roles.
    pub(crate) async fn user(&self, name: &str, assignments: Vec<Assignment>) -> User {
        let new = NewUser {
            name: name.to_owned(),
            domain: self.domain(),
            password: Secret::new(PASSWORD.to_owned()),
            enabled: true,
            assignments,
        };
        let made = self.shared.store.users().create(new).await.unwrap();
        self.shared.settled(made).await.unwrap()
    }
    /// A model that is `publishing`.
    pub(crate) async fn unfinished(&self, project: ProjectId, name: &str, version: &str) -> ModelId {
        let new = NewModel {
            project,
            name: name.to_owned(),
            version: version.to_owned(),
            source_location: String::new(),
            description: String::new(),
        };
        let made = self.shared.store.models().create(new).await.unwrap();
        self.shared.settled(made).await.unwrap().id
    }
    /// A model that is `published`, of the package with this digest.
    pub(crate) async fn model(
        &self,
        project: ProjectId,
        name: &str,
        version: &str,
        package: Sha256,
    ) -> ModelId {
        let id = self.unfinished(project, name, version).await;
        let import = Import {
            package,
            size: 1,
            spec: sample::spec(&[("POST", "/")]),
        };
        let published = self.shared.store.models().publish(id, import).await.unwrap();
        self.shared.settled(published.unwrap()).await.unwrap();
        id
    }
}

/// What the reconciler sees, as tests say it.
#[derive(Default)]
pub(crate) struct SeenInstances(Mutex<HashMap<ServiceId, ServiceSeen>>, watch::Sender<u64>);

impl SeenInstances {
    /// A service is in this state from now on, at this generation; its rollout is over.
    pub(crate) fn set(&self, id: ServiceId, generation: u64, status: ServiceStatus) {
        let seen = ServiceSeen {
            generation,
            rollout: None,
            status,
            progress: 50,
            ..sample::service_seen()
        };
        self.put(id, seen);
    }
    /// This is seen of a service from now on.
    pub(crate) fn put(&self, id: ServiceId, seen: ServiceSeen) {
        self.0.lock().insert(id, seen);
        self.1.send_modify(|changes| *changes += 1);
    }
}

impl Instances for SeenInstances {
    fn service(&self, id: ServiceId) -> Option<ServiceSeen> {
        self.0.lock().get(&id).cloned()
    }
    fn rollouts(&self) -> watch::Receiver<u64> {
        self.1.subscribe()
    }
    fn log(&self, _: ServiceId, _: usize) -> Vec<LogLine> {
        Vec::new()
    }
    fn log_after(&self, _: ServiceId, _: u64, _: usize) -> LogPart {
        LogPart::default()
    }
    fn calls(&self, _: ServiceId, _: Option<ModelId>) -> Calls {
        Calls::default()
    }
    fn usage(&self) -> Vec<InstanceUsage> {
        Vec::new()
    }
}

/// A journal that holds nothing.
struct NoRecords;

impl JournalReader for NoRecords {
    fn find(&self, _: RequestId) -> Result<Option<Record>, JournalError> {
        Ok(None)
    }
    fn search(&self, _: &Filter, _: Option<RequestId>, _: usize) -> Result<Page, JournalError> {
        Ok(Page {
            records: Vec::new(),
            next: None,
        })
    }
}

/// A door that nothing goes through.
struct NoTab;

impl PredictionTab for NoTab {
    fn call(&self, _: TabCall) -> Pin<Box<dyn Future<Output = TabAnswer> + Send + '_>> {
        panic!("no operation calls a model")
    }
}
