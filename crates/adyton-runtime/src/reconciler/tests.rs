//! The reconciler with an executor that runs nothing: it writes the steps down, and the test tells what becomes of the instances.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

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
use crate::launcher::{End, News, Restart};
use crate::targets::{ServiceTargets, Target, Unavailable};

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
        let board = Arc::new(Board::new(clock.clone(), 10, HashMap::new()));
        let live = LiveCell::new(Live::default());
        #[expect(clippy::disallowed_methods, reason = "as the reconciler's")]
        let (tell, inbox) = mpsc::unbounded_channel();
        let parts = LaunchParts {
            executor: Arc::clone(&script) as _,
            board: Arc::clone(&board),
            events: Arc::clone(&events) as _,
            clock: clock.clone(),
        };
        let remembered = Remembered::read(folder.path().join("calls.json"));
        let reconciler = Reconciler::with(live.clone(), parts, inbox, remembered);
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
        let mut live = Live::clone(&self.live.load());
        let revision = live.revision() + 1;
        live.apply(revision, change);
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
        failure: String::new(),
        package: Some(Sha256::of(&number.to_be_bytes())),
        size: 1,
        source_location: String::new(),
        description: String::new(),
        spec: Some(ModelSpec {
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

#[tokio::test]
async fn an_instance_serves_once_it_is_ready_and_leaves_before_it_is_retired() {
    let world = World::new();
    assert_eq!(world.step(0).await, Step::Recover);
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    let seen = world.status(ServiceStatus::Deploying).await;
    assert_eq!(
        (seen.instances[0].id, seen.instances[0].place.as_str()),
        (one, "")
    );
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    let seen = world.status(ServiceStatus::Running).await;
    assert_eq!(seen.instances[0].place, "127.0.0.1:20001");

    world.want(Wanted::Stopped, &[(1, 1)]);
    assert_eq!(world.step(3).await, Step::Serve(vec![]));
    assert_eq!(world.step(4).await, Step::Retire(one));
    world.status(ServiceStatus::Stopping).await;
    world.report(one, Report::End(End::Stopped));
    assert!(world.status(ServiceStatus::Stopped).await.instances.is_empty());
}

/// A change wakes the reconciler; nothing has to pass but its turn.
#[tokio::test]
async fn a_change_is_carried_out_without_waiting_for_a_next_look() {
    let world = World::new();
    assert_eq!(world.step(0).await, Step::Recover);
    world.want(Wanted::Running, &[(1, 1)]);
    let mut turns = 0;
    while world.script.steps.lock().len() < 2 {
        tokio::task::yield_now().await;
        turns += 1;
        assert!(turns < 100, "not at once: {:?}", world.script.steps.lock());
    }
    let seen = world.board.service(SERVICE).unwrap();
    assert_eq!((seen.generation, seen.rollout), (1, Some(Rollout::Going)));
}

#[tokio::test]
async fn those_who_served_go_on_until_all_that_is_new_is_ready_and_when_it_fails() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let old = world.started(1).await;
    world.is_ready(old);
    assert_eq!(world.step(2).await, Step::Serve(vec![old]));

    world.want(Wanted::Running, &[(2, 2)]);
    let (bad, good) = (world.started(3).await, world.started(4).await);
    world.is_ready(good);
    world.report(bad, Report::End(End::failed("starting", "exit code 3")));
    let told = |text: &str| {
        let events = world.events.0.lock();
        events.iter().any(|event| event.contains(text)).then_some(())
    };
    until("rolled back", || told("The update was rolled back")).await;
    assert!(told("An instance failed: model m2 0.0.1: starting: exit code 3").is_some());
    assert_eq!(
        world.script.steps.lock().len(),
        5,
        "nobody else serves, nobody is retired"
    );

    // Another change, another try: what is ready already is kept.
    world.want(Wanted::Running, &[(2, 2)]);
    let second = world.started(5).await;
    world.is_ready(second);
    assert_eq!(world.step(6).await, Step::Serve(vec![good, second]));
    assert_eq!(world.step(7).await, Step::Retire(old));
}

#[tokio::test]
async fn an_instance_that_restarts_serves_nobody_until_it_answers_again() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    world.news(one, News::Down("it ended with signal 9".to_owned()));
    assert_eq!(world.step(3).await, Step::Serve(vec![]));
    let not = || *world.script.otherwise.lock();
    assert_eq!(
        not(),
        Some(Unavailable::NoInstance),
        "one that is down may come back by itself"
    );
    world.news(
        one,
        News::Restarting(Restart {
            times: 1,
            why: "it ended with signal 9".to_owned(),
            pause: 2 * SECOND,
            start_up: Some(5 * SECOND),
        }),
    );
    let seen = world
        .seen("restarting", |seen| seen.instances[0].restarting.is_some())
        .await;
    let restarting = seen.instances[0].restarting.clone().unwrap();
    let now = world.clock.now();
    assert_eq!(
        (restarting.since, restarting.next_start),
        (now, now.after(2 * SECOND))
    );
    assert_eq!(restarting.back_at, now.after(7 * SECOND));
    until("restarting", || {
        (not() == Some(Unavailable::Restarting)).then_some(())
    })
    .await;
    world.is_ready(one);
    assert_eq!(world.step(4).await, Step::Serve(vec![one]));
    let seen = world.status(ServiceStatus::Running).await;
    assert_eq!(
        (seen.instances[0].restarts, &seen.instances[0].restarting),
        (1, &None)
    );
}

#[tokio::test]
async fn a_failure_is_told_with_the_last_lines_of_the_instance_itself() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    for (instance, text) in [
        (one, "its own line"),
        (InstanceId::from_bits(7), "another's line"),
    ] {
        world.board.log(SERVICE).push(LogLine {
            at: world.clock.now(),
            instance,
            stream: "stderr".to_owned(),
            text: text.to_owned(),
        });
    }
    world.report(one, Report::End(End::failed("starting", "exit code 1")));
    let error = world.status(ServiceStatus::Failed).await.error;
    assert!(
        error.contains("its own line") && !error.contains("another's line"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_told_of_an_instance_that_is_gone_changes_nothing() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    world.is_ready(InstanceId::from_bits(7));
    world.report(
        InstanceId::from_bits(7),
        Report::End(End::failed("running", "gone")),
    );
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    assert_eq!(world.status(ServiceStatus::Running).await.instances.len(), 1);
}

#[tokio::test]
async fn the_end_of_the_node_waits_for_its_instances() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    let one = world.started(1).await;
    world.is_ready(one);
    assert_eq!(world.step(2).await, Step::Serve(vec![one]));
    world.stop.send_replace(true);
    assert_eq!(world.step(3).await, Step::Serve(vec![]));
    assert_eq!(world.step(4).await, Step::Retire(one));
    assert!(!world.running.is_finished());
    world.report(one, Report::End(End::Stopped));
    world.running.await.unwrap();
    assert_eq!(world.script.steps.lock()[5..], [Step::Close]);
}

#[tokio::test]
async fn the_end_of_the_node_does_not_wait_forever() {
    let world = World::new();
    world.want(Wanted::Running, &[(1, 1)]);
    world.started(1).await;
    world.stop.send_replace(true);
    tokio::time::timeout(20 * SECOND, world.running)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.script.steps.lock().last(), Some(&Step::Close));
}
