//! A server of its own for each test, and its callers: owner, operator, auditor, caller, another tenant's administrator, and
//! a stranger.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use adyton_control::{Control, ControlParts, ControlSettings, Reloading};
use adyton_core::clock::{Clock, Timestamp};
use adyton_core::evidence::Evidence;
use adyton_core::id::{InstanceId, ModelId, RequestId, ServiceId};
use adyton_core::instances::{
    Calls, InstanceSeen, InstanceStatus, Instances, LogLine, LogPart, Rollout, ServiceSeen,
};
use adyton_core::journal::{Filter, JournalError, JournalReader, Page, Recorded};
use adyton_core::live::LiveCell;
use adyton_core::record::Record;
use adyton_core::sample;
use adyton_core::service::{Service, ServiceStatus};
use adyton_core::tally::ServiceTally;
use adyton_core::usage::InstanceUsage;
use adyton_identity::prediction_tab::TabAnswer;
use adyton_identity::{Identity, PredictionTab, Settings as IdentitySettings, TabBody, TabCall, Visitor};
use adyton_listener::Budget;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages};
use adyton_store::audit_writer::AuditWriter;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::{DataFolder, Feed, Settings, Store, feed};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tokio::sync::{broadcast, oneshot, watch};
use tokio::task::JoinHandle;

use crate::client::{Caller, Credential};

/// What runs, as tests say it.
pub(crate) struct Stage {
    store: Store,
    live: LiveCell,
    seen: Mutex<HashMap<ServiceId, ServiceSeen>>,
    rollouts: watch::Sender<u64>,
    /// What all programs have printed.
    printed: Mutex<Vec<LogLine>>,
    /// What instances have taken.
    pub(crate) usage: Mutex<Vec<InstanceUsage>>,
}

impl Stage {
    fn new(store: Store, live: LiveCell) -> Self {
        Self {
            store,
            live,
            seen: Mutex::default(),
            rollouts: watch::Sender::new(0),
            printed: Mutex::new(["one", "two", "three"].map(line).into()),
            usage: Mutex::default(),
        }
    }
    /// A program prints a line.
    pub(crate) fn print(&self, text: &str) {
        self.printed.lock().unwrap().push(line(text));
    }
    /// What is seen of a service from now on, at its present generation, with one instance of this model.
    pub(crate) async fn set(&self, id: &str, status: ServiceStatus, model: &str) {
        let rollout = match status {
            ServiceStatus::Running => Some(Rollout::Done),
            ServiceStatus::Failed => Some(Rollout::Failed {
                cause: "it answered too late".to_owned(),
            }),
            ServiceStatus::Deploying | ServiceStatus::Concerning => Some(Rollout::Going),
            ServiceStatus::Stopping | ServiceStatus::Stopped | ServiceStatus::Deleting => None,
        };
        self.set_rollout(id, status, model, rollout).await;
    }
    /// The same, with how far its rollout has come.
    pub(crate) async fn set_rollout(
        &self,
        id: &str,
        status: ServiceStatus,
        model: &str,
        rollout: Option<Rollout>,
    ) {
        let (id, model): (ServiceId, ModelId) = (id.parse().unwrap(), model.parse().unwrap());
        let service = self.present(id).await;
        let one = InstanceSeen {
            id: InstanceId::from_bits(1),
            model,
            version: service.versions.iter().position(|version| version.model == model),
            status: match status {
                ServiceStatus::Running => InstanceStatus::Ready,
                ServiceStatus::Failed => InstanceStatus::Failed,
                _ => InstanceStatus::Starting,
            },
            place: "in process".to_owned(),
            ..sample::instance_seen()
        };
        let seen = ServiceSeen {
            generation: service.generation,
            rollout,
            status,
            progress: 50,
            error: "it answered too late".to_owned(),
            transition_at: Timestamp::from_seconds(1),
            instances: vec![one],
        };
        self.seen.lock().unwrap().insert(id, seen);
        self.rollouts.send_modify(|changes| *changes += 1);
    }
    /// A service, once the live state holds what is stored of it: control takes a service back by itself, and what were seen of the
    /// generation before would be nothing to it.
    async fn present(&self, id: ServiceId) -> Service {
        until("the newest generation in the live state", async || {
            let live = self.live.load().service(id).unwrap().service.clone();
            let stored = self.store.services().get(live.project, id).await.unwrap();
            (stored?.generation == live.generation).then_some(live)
        })
        .await
    }
}

fn line(text: &str) -> LogLine {
    LogLine {
        at: Timestamp::from_seconds(1),
        instance: InstanceId::from_bits(1),
        stream: "stdout".to_owned(),
        text: text.to_owned(),
    }
}

/// Asks until there is an answer; the limit only bounds a failing test.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    };
    match tokio::time::timeout(Duration::from_secs(60), wait).await {
        Ok(answer) => answer,
        Err(_) => panic!("never came: {what}"),
    }
}

impl Instances for Stage {
    fn service(&self, id: ServiceId) -> Option<ServiceSeen> {
        self.seen.lock().unwrap().get(&id).cloned()
    }
    fn rollouts(&self) -> watch::Receiver<u64> {
        self.rollouts.subscribe()
    }
    fn log(&self, _: ServiceId, most: usize) -> Vec<LogLine> {
        let lines = self.printed.lock().unwrap();
        lines[lines.len().saturating_sub(most)..].to_vec()
    }
    fn log_after(&self, _: ServiceId, seen: u64, most: usize) -> LogPart {
        let all = self.printed.lock().unwrap();
        let seen = usize::try_from(seen).unwrap();
        let lines: Vec<LogLine> = all[seen..].iter().take(most).cloned().collect();
        LogPart {
            seen: (seen + lines.len()) as u64,
            missed: 0,
            lines,
        }
    }
    fn calls(&self, _: ServiceId, _: Option<ModelId>) -> Calls {
        Calls { all: 7, failed: 2 }
    }
    fn usage(&self) -> Vec<InstanceUsage> {
        self.usage.lock().unwrap().clone()
    }
}

/// A journal that holds what tests put into it, fails when they say so, and searches while they hold the last lock.
#[derive(Default)]
pub(crate) struct Notes(
    pub(crate) Mutex<Vec<Record>>,
    pub(crate) AtomicBool,
    pub(crate) Mutex<()>,
    pub(crate) Followed,
    pub(crate) Mutex<Vec<ServiceTally>>,
);

/// Those who follow the journal.
pub(crate) struct Followed(pub(crate) broadcast::Sender<Arc<Recorded>>);

impl Default for Followed {
    fn default() -> Self {
        Self(broadcast::Sender::new(1_024))
    }
}

impl Notes {
    /// Puts a record into it, and tells of it.
    pub(crate) fn add(&self, record: Record) {
        self.0.lock().unwrap().push(record.clone());
        let _ = self.3.0.send(Arc::new(Recorded::Record(Box::new(record))));
    }
}

impl JournalReader for Notes {
    fn find(&self, id: RequestId) -> Result<Option<Record>, JournalError> {
        Ok(self
            .0
            .lock()
            .unwrap()
            .iter()
            .find(|record| record.id == id)
            .cloned())
    }
    fn search(&self, filter: &Filter, before: Option<RequestId>, most: usize) -> Result<Page, JournalError> {
        drop(self.2.lock());
        if self.1.load(Ordering::Relaxed) {
            return Err(JournalError("segment 7 is torn".to_owned()));
        }
        let all = self.0.lock().unwrap();
        let mut records: Vec<Record> = all
            .iter()
            .filter(|record| filter.admits(record) && before.is_none_or(|before| record.id < before))
            .cloned()
            .collect();
        records.sort_by_key(|record| std::cmp::Reverse(record.id));
        let more = records.len() > most;
        records.truncate(most);
        let next = records.last().filter(|_| more).map(|record| record.id);
        Ok(Page { records, next })
    }
    fn take_tallies(&self) -> Vec<ServiceTally> {
        std::mem::take(&mut *self.4.lock().unwrap())
    }
    fn follow(&self) -> broadcast::Receiver<Arc<Recorded>> {
        self.3.0.subscribe()
    }
    fn left_out(&self, id: RequestId) -> Result<Option<Record>, JournalError> {
        let all = self.0.lock().unwrap();
        let stands_for = |record: &&Record| match &record.evidence {
            Evidence::LeftOut { until, .. } => {
                record.id < id
                    && id.at_ms() <= until.millis().unsigned_abs()
                    && record.id.worker() == id.worker()
            }
            _ => false,
        };
        Ok(all.iter().find(stands_for).cloned())
    }
}

/// A door that tells what came to it, and refuses nothing.
#[derive(Default)]
pub(crate) struct Mirror;

impl PredictionTab for Mirror {
    fn call(&self, call: TabCall) -> Pin<Box<dyn Future<Output = TabAnswer> + Send + '_>> {
        Box::pin(async move {
            let body = call
                .body
                .collect()
                .await
                .map(|whole| whole.to_bytes().len())
                .unwrap_or(0);
            let told = json!({
                "project": call.project.map(|project| project.to_string()), "service": call.service,
                "method": call.head.method.as_str(), "sent": call.head.uri.path(), "below": call.path_and_query,
                "token": call.head.headers.contains_key("x-auth-token"),
                "credentials": matches!(call.visitor, Visitor::Credentials), "bytes": body,
                "user": match &call.visitor {
                    Visitor::Session(caller) => caller.user().map(|user| user.name.clone()),
                    Visitor::Credentials => None,
                },
            });
            let full = Full::new(Bytes::from(told.to_string())).map_err(|never| match never {});
            let body: TabBody = Box::pin(full);
            TabAnswer {
                request: RequestId::from_bits(42),
                response: http::Response::new(body),
            }
        })
    }
}

/// A running control plane.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) first: Bootstrap,
    pub(crate) store: Store,
    pub(crate) stage: Arc<Stage>,
    pub(crate) notes: Arc<Notes>,
    /// The memory of callers who are not proven.
    pub(crate) unproven: Arc<Budget>,
    pub(crate) roots: PathBuf,
    pub(crate) data: PathBuf,
    settings: ControlSettings,
    reloading: Reloading,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
    feeding: JoinHandle<()>,
    writing: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl Drop for World {
    fn drop(&mut self) {
        self.feeding.abort();
        self.writing.abort();
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }
    /// A world with other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut ControlSettings)) -> Self {
        Self::within(64 << 20, change).await
    }
    /// The same, with so many bytes of memory for callers who are not proven.
    pub(crate) async fn within(memory: u64, change: impl FnOnce(&mut ControlSettings)) -> Self {
        let unproven = Budget::new(memory);
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let roots = folder.path().join("roots");
        std::fs::create_dir(&roots).unwrap();
        let clock = Clock::manual(Timestamp::from_iso("2026-05-04T03:02:01Z").unwrap());
        let held = Arc::new(DataFolder::open(&data).unwrap());
        let store = Store::open(held.clone(), Settings::default(), clock.clone())
            .await
            .unwrap();
        let first = Bootstrap::read(&held).unwrap().unwrap();
        let live = Feed::start(&store).await.unwrap();
        let feeding = tokio::spawn(feed::run(store.clone(), live.clone(), std::future::pending()));
        let stage = Arc::new(Stage::new(store.clone(), live.cell().clone()));
        let notes = Arc::new(Notes::default());
        let (audit, writing) = AuditWriter::start(store.clone(), std::future::pending());
        let writing = tokio::spawn(writing);
        let parts = ControlParts {
            store: store.clone(),
            feed: live,
            identity: Arc::new(Identity::new(clock.clone(), IdentitySettings::default())),
            instances: stage.clone(),
            journal: notes.clone(),
            prediction_tab: Arc::new(Mirror),
            audit,
            unproven: unproven.clone(),
            packages: Packages::open(data.join("packages"), Limits::default()).unwrap(),
            onnx: Arc::new(Onnx::builtin()),
            metrics: Arc::new(|| "adyton_up 1\n".to_owned()),
            ready: Arc::new(|| Ok(())),
            clock: clock.clone(),
        };
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut settings = ControlSettings::new(address, "http://gateway.test:8080", &data);
        settings.import_roots = vec![roots.clone()];
        change(&mut settings);
        let control = Control::bind(settings.clone(), parts).await.unwrap();
        let (address, reloading) = (control.local_addr(), control.reloading());
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(control.serve(async move {
            let _ = stopped.await;
        }));
        World {
            address,
            clock,
            first,
            store,
            stage,
            notes,
            unproven,
            roots,
            data,
            settings,
            reloading,
            stop: Some(stop),
            serving: Some(serving),
            feeding,
            writing,
            _folder: folder,
        }
    }
    /// Reads other settings again, as a server that is told to reload.
    pub(crate) fn reload(&self, change: impl FnOnce(&mut ControlSettings)) {
        let mut settings = self.settings.clone();
        change(&mut settings);
        self.reloading.reload(&settings);
    }
    /// Stops the server and waits until it has.
    pub(crate) async fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.serving.take().unwrap().await.unwrap();
    }
    /// The bootstrap project's id.
    pub(crate) fn project(&self) -> String {
        self.first.project.id.to_string()
    }
    /// `/v1/{project}` and what follows.
    pub(crate) fn v1(&self, rest: &str) -> String {
        format!("/v1/{}{rest}", self.project())
    }
    /// The gateway instance of the project, and what follows.
    pub(crate) fn v2(&self, rest: &str) -> String {
        let project = self.project();
        format!("/v2/{project}/apigw/instances/{project}{rest}")
    }
    /// Adyton's own addresses of the project.
    pub(crate) fn own(&self, rest: &str) -> String {
        format!("/adyton/v1/{}{rest}", self.project())
    }
    fn caller(&self, credential: Credential) -> Caller {
        Caller {
            address: self.address,
            credential,
            clock: self.clock.clone(),
            extra: Vec::new(),
        }
    }
    /// Somebody who signs with this key.
    pub(crate) fn keyholder(&self, access: &str, secret: &str) -> Caller {
        self.caller(Credential::Key {
            access: access.to_owned(),
            secret: secret.to_owned(),
        })
    }
    /// Somebody without credentials.
    pub(crate) fn stranger(&self) -> Caller {
        self.caller(Credential::Nothing)
    }
    /// Somebody with this token.
    pub(crate) fn holder(&self, token: &str) -> Caller {
        self.caller(Credential::Token(token.to_owned()))
    }
    /// The administrator, with a token for the first project.
    pub(crate) async fn owner(&self) -> Caller {
        let first = &self.first;
        let token = self
            .token(&first.user.name, &first.password, &first.project.name)
            .await;
        self.holder(&token)
    }
    /// The administrator, signing with their access key.
    pub(crate) fn signer(&self) -> Caller {
        self.caller(Credential::Key {
            access: self.first.access_key.to_string(),
            secret: self.first.secret_key.clone(),
        })
    }
    /// What signing in asks.
    pub(crate) fn sign_in(&self, user: &str, password: &str, scope: Value) -> Value {
        json!({"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "password": password, "domain": {"name": self.first.domain.name}}}},
            "scope": scope,
        }})
    }
    /// A token for a project.
    pub(crate) async fn token(&self, user: &str, password: &str, project: &str) -> String {
        let wanted = self.sign_in(user, password, json!({"project": {"name": project}}));
        let answer = self.stranger().post("/v3/auth/tokens", wanted).await;
        assert_eq!(answer.status, 201, "{:?}", answer.body);
        answer.header("x-subject-token")
    }
    /// Makes a user with a role in a project; gives their id.
    pub(crate) async fn user(&self, name: &str, role: &str, project: &str) -> String {
        let owner = self.owner().await;
        let made = owner
            .post(
                "/v3/users",
                json!({"user": {"name": name, "password": "correct horse"}}),
            )
            .await
            .expect(201);
        let id = made["user"]["id"].as_str().unwrap().to_owned();
        let path = format!("/v3/projects/{project}/users/{id}/roles/{role}");
        owner.send("PUT", &path, Bytes::new()).await.expect(204);
        id
    }
    /// A user with a role in the first project, signed in.
    pub(crate) async fn member(&self, role: &str) -> Caller {
        let name = format!("member-{role}");
        self.user(&name, role, &self.project()).await;
        let token = self.token(&name, "correct horse", &self.first.project.name).await;
        self.holder(&token)
    }
    /// The administrator of another project, signed in there; and that project's id.
    pub(crate) async fn neighbour(&self) -> (Caller, String) {
        let owner = self.owner().await;
        let made = owner
            .post("/v3/projects", json!({"project": {"name": "neighbours"}}))
            .await
            .expect(201);
        let project = made["project"]["id"].as_str().unwrap().to_owned();
        self.user("neighbour", "administrator", &project).await;
        let token = self.token("neighbour", "correct horse", "neighbours").await;
        (self.holder(&token), project)
    }
    /// A package that serves echo, as a folder under the import roots.
    pub(crate) fn echo_package(&self) -> String {
        let folder = self.roots.join("echo");
        self.write_echo(&folder);
        format!("file://{}", folder.display())
    }
    pub(crate) fn write_echo(&self, folder: &Path) {
        let model = folder.join("model");
        std::fs::create_dir_all(&model).unwrap();
        let config = json!({
            "model_type": "Command", "model_algorithm": "echo", "command": ["python3", "serve.py"],
            "apis": [{"url": "/echo", "method": "post"}],
        });
        std::fs::write(model.join("config.json"), config.to_string()).unwrap();
        std::fs::write(model.join("serve.py"), "print('hello')\n").unwrap();
    }
    /// Imports the echo model and waits until it is published.
    pub(crate) async fn model(&self, name: &str) -> String {
        let owner = self.owner().await;
        let wanted = json!({
            "model_name": name, "model_version": "0.0.1", "source_location": self.echo_package(),
        });
        let begun = owner.post(&self.v1("/models"), wanted).await.expect(200);
        let id = begun["model_id"].as_str().unwrap().to_owned();
        let shown = self.imported(&owner, &id).await;
        assert_eq!(shown["model_status"], "published", "{shown}");
        id
    }
    /// Waits until an import has ended.
    pub(crate) async fn imported(&self, caller: &Caller, id: &str) -> Value {
        until("the end of the import", async || {
            let shown = caller.get(&self.v1(&format!("/models/{id}"))).await.expect(200);
            (shown["model_status"] != "publishing").then_some(shown)
        })
        .await
    }
    /// Waits until a service is shown in this state.
    pub(crate) async fn shown_as(&self, caller: &Caller, path: &str, status: &str) -> Value {
        until(status, async || {
            let shown = caller.get(path).await.expect(200);
            (shown["status"] == status).then_some(shown)
        })
        .await
    }
    /// Deploys a model; gives the service's id.
    pub(crate) async fn service(&self, name: &str, model: &str) -> String {
        let wanted =
            json!({"service_name": name, "infer_type": "real-time", "config": [{"model_id": model}]});
        let owner = self.owner().await;
        let made = owner.post(&self.v1("/services"), wanted).await.expect(200);
        made["service_id"].as_str().unwrap().to_owned()
    }
}
