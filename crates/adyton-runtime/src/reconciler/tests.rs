//! The reconciler with an executor that runs nothing: it writes the steps down, and the test tells what becomes of the instances.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod end;
mod instances;
mod serving;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::events::Event;
use adyton_core::id::{ApiId, InstanceId, ModelId, ProjectId};
use adyton_core::instances::{LogLine, Rollout, ServiceSeen};
use adyton_core::live::Change;
use adyton_core::model::{Engine, Model, ModelSpec, ModelStatus};
use adyton_core::service::{Service as LoadRequest, ServiceStatus, Version, Wanted};
use parking_lot::Mutex;

use super::executor::{Executor, Message, Report, Start};
use super::*;
use crate::launcher::{End, News, Served};
use crate::targets::{ServiceTargets, Target, Unavailable};

/// Short, for it passes really; whether it is over is told by a clock that stands still unless it is moved.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const SERVICE: ServiceId = ServiceId::from_bits(1);
const SECOND: Duration = Duration::from_secs(1);

/// A step, as it was taken.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    Recover,
    Start(InstanceId, ModelId),
    Serve(Vec<InstanceId>),
    Retire(InstanceId),
    Close,
}

/// Writes down what it is told to do.
#[derive(Default)]
struct Script {
    steps: Mutex<Vec<Step>>,
    otherwise: Mutex<Option<Unavailable>>,
}

impl Script {
    fn add(&self, step: Step) {
        self.steps.lock().push(step);
    }
}

impl Executor for Script {
    fn recover(&self) {
        self.add(Step::Recover);
    }
    fn start(&self, start: Start) {
        self.add(Step::Start(start.instance, start.model));
    }
    fn serve(&self, _: ServiceId, targets: Option<ServiceTargets<InstanceId>>) {
        *self.otherwise.lock() = targets.as_ref().map(|targets| targets.otherwise);
        let versions = targets.into_iter().flat_map(|targets| targets.versions);
        let all = versions.flat_map(|version| version.instances).collect();
        // Said again at every change; what matters is when it is another.
        let mut steps = self.steps.lock();
        let last = steps.iter().rev().find(|step| matches!(step, Step::Serve(_)));
        let step = Step::Serve(all);
        if last.map_or(step != Step::Serve(Vec::new()), |last| *last != step) {
            steps.push(step);
        }
    }
    fn retire(&self, instance: InstanceId) {
        self.add(Step::Retire(instance));
    }
    fn longest_retirement(&self) -> Duration {
        Duration::from_millis(200)
    }
    fn close(&self) {
        self.add(Step::Close);
    }
}

#[derive(Default)]
struct Recorded(Mutex<Vec<String>>);

impl Events for Recorded {
    fn record(&self, event: Event) {
        self.0.lock().push(event.text);
    }
}

struct World {
    live: LiveCell,
    script: Arc<Script>,
    events: Arc<Recorded>,
    board: Arc<Board>,
    clock: Clock,
    tell: mpsc::UnboundedSender<Message>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
    _folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::manual(Timestamp::from_seconds(1_000));
        let (script, events) = (Arc::<Script>::default(), Arc::<Recorded>::default());
        let board = Arc::new(Board::new(
            clock.clone(),
            10,
            HashMap::new(),
            Arc::new(Running::new(clock.clone())),
        ));
        let live = LiveCell::new(Live::default());
        #[expect(clippy::disallowed_methods, reason = "as the reconciler's")]
        let (tell, inbox) = mpsc::unbounded_channel();
        let parts = LaunchParts {
            executor: Arc::clone(&script) as _,
            board: Arc::clone(&board),
            events: Arc::clone(&events) as _,
            clock: clock.clone(),
            restarts: RestartPolicy {
                first_pause: FIRST_PAUSE,
                ..RestartPolicy::default()
            },
        };
        let counts_file = CountsFile::read(folder.path().join("calls.json"));
        let reconciler = Reconciler::with(live.clone(), parts, inbox, counts_file);
        let (stop, stopped) = watch::channel(false);
        Self {
            live,
            script,
            events,
            board,
            clock,
            tell,
            stop,
            running: tokio::spawn(reconciler.run(stopped)),
            _folder: folder,
        }
    }

    fn change(&self, change: Change) {
        self.publish([change]);
    }

    /// Changes that come together.
    fn publish(&self, changes: impl IntoIterator<Item = Change>) {
        let mut live = Live::clone(&self.live.load());
        let revision = live.revision() + 1;
        for change in changes {
            live.apply(revision, change);
        }
        self.live.publish(live);
    }

    /// A service with instances of these models, which are there from now on.
    fn want(&self, wanted: Wanted, versions: &[(u128, u32)]) {
        for (model, _) in versions {
            self.change(Change::Model(Box::new(self::model(*model))));
        }
        let generation = self
            .live
            .load()
            .service(SERVICE)
            .map_or(1, |one| one.service.generation + 1);
        self.change(Change::Service(Box::new(service(wanted, generation, versions))));
    }

    fn report(&self, instance: InstanceId, report: Report) {
        let message = Message {
            service: SERVICE,
            instance,
            report,
        };
        self.tell.send(message).unwrap();
    }

    fn news(&self, instance: InstanceId, news: News) {
        self.report(instance, Report::News(news));
    }

    fn is_ready(&self, instance: InstanceId) {
        let address: SocketAddr = "127.0.0.1:20001".parse().unwrap();
        self.news(instance, News::Ready(Target::from(address)));
    }

    /// Waits for the step at this place.
    async fn step(&self, at: usize) -> Step {
        until(&format!("step {at} of {:?}", self.script.steps.lock()), || {
            self.script.steps.lock().get(at).cloned()
        })
        .await
    }

    /// Waits until an instance is started as this step.
    async fn started(&self, at: usize) -> InstanceId {
        match self.step(at).await {
            Step::Start(instance, _) => instance,
            other => panic!("{other:?}"),
        }
    }

    async fn seen(&self, what: &str, done: impl Fn(&ServiceSeen) -> bool) -> ServiceSeen {
        until(what, || self.board.service(SERVICE).filter(|seen| done(seen))).await
    }

    /// Whether an event with this text was told.
    fn told(&self, text: &str) -> Option<()> {
        let events = self.events.0.lock();
        events.iter().any(|event| event.contains(text)).then_some(())
    }

    async fn status(&self, status: ServiceStatus) -> ServiceSeen {
        self.seen(status.name(), |seen| seen.status == status).await
    }
}

/// Waits for what `find` finds; the limit only bounds a failing test.
async fn until<T>(what: &str, find: impl Fn() -> Option<T>) -> T {
    let wait = async {
        loop {
            match find() {
                Some(found) => return found,
                None => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    };
    match tokio::time::timeout(Duration::from_secs(20), wait).await {
        Ok(found) => found,
        Err(_) => panic!("never: {what}"),
    }
}

fn model(number: u128) -> Model {
    Model {
        id: ModelId::from_bits(number),
        project: ProjectId::from_bits(1),
        name: format!("m{number}"),
        version: "0.0.1".to_owned(),
        status: ModelStatus::Published,
        failure: adyton_core::language::Bilingual::default(),
        package: Some(Sha256::of(&number.to_be_bytes())),
        size: 1,
        source_location: String::new(),
        description: String::new(),
        spec: Some(ModelSpec {
            ports: None,
            engine: Engine::Command {
                command: vec!["run".to_owned()],
            },
            algorithm: "a".to_owned(),
            runtime: None,
            apis: Vec::new(),
            health: None,
            metrics: None,
            dependencies: None,
            notes: Vec::new(),
            config: serde_json::Value::Null,
        }),
        created_at: Timestamp::from_seconds(0),
    }
}

fn service(wanted: Wanted, generation: u64, versions: &[(u128, u32)]) -> LoadRequest {
    let versions = versions.iter().map(|(model, count)| Version {
        model: ModelId::from_bits(*model),
        weight: 100,
        instance_count: *count,
        specification: String::new(),
        envs: BTreeMap::new(),
        deploy_timeout_seconds: 20,
        restarts: 0,
    });
    LoadRequest {
        id: SERVICE,
        project: ProjectId::from_bits(1),
        name: "s".to_owned(),
        description: String::new(),
        api: ApiId::from_bits(1),
        wanted,
        versions: versions.collect(),
        calls_per_second: None,
        app_auth: false,
        app_code: false,
        generation,
        created_at: Timestamp::from_seconds(0),
        updated_at: Timestamp::from_seconds(0),
        owner: String::new(),
    }
}
