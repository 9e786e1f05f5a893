//! Services from wanted to answering, changed, broken and stopped, with real programs and models.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::events::{Event, EventKind, Events};
use adyton_core::id::{ApiId, ModelId, ProjectId, ServiceId};
use adyton_core::instances::{InstanceStatus, Instances, ServiceSeen};
use adyton_core::live::{Change, Live, LiveCell};
use adyton_core::model::{Model, ModelStatus};
use adyton_core::service::{Service, ServiceStatus, Version, Wanted};
use adyton_runtime::command::CommandSettings;
use adyton_runtime::command::ready::{Reply, ask};
use adyton_runtime::onnx::Onnx;
use adyton_runtime::onnx::in_process::Call;
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::package::Source;
use adyton_runtime::reconciler::{Reconciler, Surroundings};
use adyton_runtime::targets::{Target, Targets, Unavailable};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::graph;
use crate::keeper::keeper;
use crate::place::Place;

/// A server of HTTP in a few lines; `{…}` is filled in.
const SERVE: &str = r#"
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.send_response(200); self.send_header("Content-Length", "4"); self.end_headers(); self.wfile.write(b"WORD")
    do_GET = do_POST = answer
    def log_message(self, *args): pass
print("serving", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

#[derive(Default)]
struct Recorded(Mutex<Vec<Event>>);

impl Events for Recorded {
    fn record(&self, event: Event) {
        self.0.lock().push(event);
    }
}

struct World {
    place: Place,
    live: LiveCell,
    revision: u64,
    targets: Arc<Targets>,
    events: Arc<Recorded>,
    instances: Arc<dyn Instances>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

const SERVICE: ServiceId = ServiceId::from_bits(1);

impl World {
    fn new() -> Self {
        Self::with(|_| ())
    }
    fn with(change: impl FnOnce(&mut CommandSettings)) -> Self {
        let place = Place::new();
        let mut command = CommandSettings::new(keeper(), place.folder.path().join("run"));
        command.grace = Duration::from_secs(2);
        command.drain = Duration::from_secs(5);
        command.first_pause = Duration::from_millis(10);
        command.crash_loop = 3;
        change(&mut command);
        let (live, targets, events) = (
            LiveCell::new(Live::default()),
            Targets::new(),
            Arc::<Recorded>::default(),
        );
        let reconciler = Reconciler::new(Surroundings {
            live: live.clone(),
            targets: Arc::clone(&targets),
            events: Arc::clone(&events) as Arc<dyn Events>,
            packages: place.packages.clone(),
            onnx: Onnx::builtin(),
            threads: InferenceThreads::start(1, 16).unwrap(),
            command,
            log_lines: 100,
            clock: Clock::system(),
        });
        let instances = reconciler.instances();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(reconciler.run(stopped));
        Self {
            place,
            live,
            revision: 0,
            targets,
            events,
            instances,
            stop,
            running,
        }
    }

    fn change(&mut self, change: Change) {
        self.revision += 1;
        let mut live = Live::clone(&self.live.load());
        live.apply(self.revision, change);
        self.live.publish(live);
    }

    /// Imports a package of these files as a model.
    fn model(&mut self, number: u128, files: &[(&str, &[u8])]) -> ModelId {
        let id = ModelId::from_bits(number);
        let source = self.place.source(&format!("source-{number}"), files);
        let (published, spec) = self
            .place
            .packages
            .import(Source::Folder(&source), None, &Onnx::builtin())
            .unwrap();
        self.change(Change::Model(Box::new(Model {
            id,
            project: ProjectId::from_bits(1),
            name: format!("m{number}"),
            version: "0.0.1".to_owned(),
            status: ModelStatus::Published,
            failure: String::new(),
            package: Some(published.digest),
            size: published.size,
            source_location: String::new(),
            description: String::new(),
            spec: Some(spec),
            created_at: Timestamp::from_seconds(0),
        })));
        id
    }

    fn program(&mut self, number: u128, script: &str) -> ModelId {
        self.program_with(number, script, "")
    }

    fn program_with(&mut self, number: u128, script: &str, more: &str) -> ModelId {
        let config = format!(
            r#"{{"model_type":"Command","model_algorithm":"a","command":["/usr/bin/env","python3","serve.py"]{more}}}"#
        );
        self.model(
            number,
            &[
                ("model/config.json", config.as_bytes()),
                ("model/serve.py", script.as_bytes()),
            ],
        )
    }

    fn onnx(&mut self, number: u128) -> ModelId {
        let config = br#"{"model_type":"ONNX","model_algorithm":"a"}"#;
        self.model(
            number,
            &[("model/config.json", config), ("model/iris.onnx", &graph::iris())],
        )
    }

    fn want(&mut self, wanted: Wanted, versions: &[(ModelId, u32)]) {
        self.want_within(wanted, versions, 20);
    }

    fn want_within(&mut self, wanted: Wanted, versions: &[(ModelId, u32)], deploy_timeout_seconds: u32) {
        let generation = self
            .live
            .load()
            .service(SERVICE)
            .map_or(1, |before| before.service.generation + 1);
        let versions = versions.iter().map(|(model, instance_count)| Version {
            model: *model,
            weight: 100,
            instance_count: *instance_count,
            specification: String::new(),
            envs: BTreeMap::new(),
            deploy_timeout_seconds,
        });
        let service = Service {
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
        };
        self.change(Change::Service(Box::new(service)));
    }

    /// Waits until the service is seen as `done` wants it; the limit only bounds a failing test.
    async fn until(&self, what: &str, done: impl Fn(&ServiceSeen) -> bool) -> ServiceSeen {
        let wait = async {
            loop {
                match self.instances.service(SERVICE) {
                    Some(seen) if done(&seen) => return seen,
                    _ => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), wait).await {
            Ok(seen) => seen,
            Err(_) => panic!(
                "never {what}: {:#?}\n{:#?}",
                self.instances.service(SERVICE),
                self.told()
            ),
        }
    }

    async fn until_status(&self, status: ServiceStatus) -> ServiceSeen {
        self.until(status.name(), |seen| seen.status == status).await
    }

    fn told(&self) -> Vec<String> {
        self.events
            .0
            .lock()
            .iter()
            .map(|event| event.text.clone())
            .collect()
    }

    fn address(&self) -> SocketAddr {
        let place = self.targets.reader().take(SERVICE, |_| true, 0).unwrap();
        match place.target() {
            Target::Http(address) => *address,
            Target::InProcess(_) => panic!("a program was expected"),
        }
    }

    async fn end(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(20), self.running)
            .await
            .expect("the reconciler ends")
            .unwrap();
        let left = std::fs::read_dir(self.place.folder.path().join("run")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "no temporary folder stays");
    }
}

async fn get(address: SocketAddr) -> Reply {
    ask(address, "GET", "/", Duration::from_secs(5)).await
}

#[tokio::test]
async fn an_onnx_service_answers_when_it_is_running() {
    let mut world = World::new();
    let model = world.onnx(1);
    assert_eq!(
        world.targets.reader().take(SERVICE, |_| true, 0).unwrap_err(),
        Unavailable::NotRunning
    );
    world.want(Wanted::Running, &[(model, 2)]);
    let seen = world.until_status(ServiceStatus::Running).await;
    assert_eq!((seen.instances.len(), seen.progress), (2, 100));
    let place = world.targets.reader().take(SERVICE, |id| id == model, 0).unwrap();
    let Target::InProcess(iris) = place.target() else {
        panic!("in process")
    };
    let body = Bytes::from_static(br#"{"inputs":[[5.1,3.5,1.4,0.2]]}"#);
    let answer = iris
        .predict_inline(Call {
            path: "/",
            body: &body,
        })
        .unwrap();
    assert!(
        answer.body.starts_with(br#"{"outputs":{"label":["setosa"]"#),
        "{:?}",
        answer.body
    );
    assert_eq!(world.instances.calls(SERVICE, Some(model)).all, 1);

    world.want(Wanted::Stopped, &[(model, 2)]);
    world.until_status(ServiceStatus::Stopping).await;
    assert_eq!(
        world.targets.reader().take(SERVICE, |_| true, 0).unwrap_err(),
        Unavailable::NotRunning
    );
    drop(place);
    world.until_status(ServiceStatus::Stopped).await;
    world.change(Change::ServiceGone(SERVICE));
    crate::keeper::until("it is forgotten", || world.instances.service(SERVICE).is_none()).await;
    world.end().await;
}

#[tokio::test]
async fn a_program_is_deployed_restarted_and_stopped() {
    let mut world = World::new();
    let health = r#","health":{"url":"/health"},"apis":[{"url":"/predictions/poetry"}]"#;
    let model = world.program_with(1, SERVE, health);
    world.want(Wanted::Running, &[(model, 1)]);
    let seen = world.until_status(ServiceStatus::Running).await;
    let address = world.address();
    assert_eq!(seen.instances[0].place, address.to_string());
    assert_eq!(get(address).await, Reply::Status(200));
    assert!(
        world
            .instances
            .log(SERVICE, 10)
            .iter()
            .any(|line| line.text == "serving" && line.stream == "stdout")
    );

    // Somebody kills the program: the service is concerning, and comes back by itself.
    let pid = listener_of(address);
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let seen = world
        .until("restarted", |seen| {
            seen.status == ServiceStatus::Running && seen.instances[0].restarts == 1
        })
        .await;
    assert_ne!(seen.instances[0].place, address.to_string());
    assert_eq!(get(world.address()).await, Reply::Status(200));
    assert!(
        world
            .told()
            .iter()
            .any(|text| text.contains("is down: it ended with signal 9")),
        "{:#?}",
        world.told()
    );

    let address = world.address();
    world.want(Wanted::Stopped, &[(model, 1)]);
    world.until_status(ServiceStatus::Stopped).await;
    assert_eq!(get(address).await, Reply::NoListener);
    world.want(Wanted::Running, &[(model, 1)]);
    world.until_status(ServiceStatus::Running).await;
    let address = world.address();
    world.end().await;
    assert_eq!(
        get(address).await,
        Reply::NoListener,
        "nothing outlives the server"
    );
}

/// The process that listens on a loopback port.
fn listener_of(address: SocketAddr) -> rustix::process::Pid {
    let port = format!("PORT={}\0", address.port()).into_bytes();
    let found = std::fs::read_dir("/proc").unwrap().find_map(|entry| {
        let folder = entry.unwrap().path();
        let environment = std::fs::read(folder.join("environ")).unwrap_or_default();
        let ours = environment.windows(port.len()).any(|window| window == port);
        ours.then(|| folder.file_name().unwrap().to_str().unwrap().parse().unwrap())
    });
    rustix::process::Pid::from_raw(found.expect("a program with that port")).unwrap()
}

#[tokio::test]
async fn broken_programs_fail_within_their_limit_and_say_why() {
    let cases = [
        (
            "import no_such_module",
            20,
            vec!["starting", "exit code 1", "No module named 'no_such_module'"],
        ),
        (
            "import sys; [print('line', n) for n in range(50)]; sys.exit(7)",
            20,
            vec!["exit code 7", "line 30", "line 49"],
        ),
        ("import os; os.kill(os.getpid(), 9)", 20, vec!["signal 9"]),
        (
            "raise MemoryError('no room for the weights')",
            20,
            vec!["MemoryError: no room for the weights"],
        ),
        (
            "import time; time.sleep(1000)",
            1,
            vec!["not ready within 1 s", "nothing listens on 127.0.0.1:"],
        ),
        (
            "import socket, os\ns = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\nwhile True:\n  c, _ = s.accept(); c.send(b'hello, not HTTP'); c.close()",
            1,
            vec!["not ready within 1 s", "does not answer in HTTP/1"],
        ),
    ];
    let mut world = World::new();
    // A healthy neighbour, which must not be harmed.
    for (number, (script, limit, expected)) in (10..).zip(cases) {
        let model = world.program(number, script);
        world.want_within(Wanted::Running, &[(model, 1)], limit);
        let seen = world
            .until("failed", |seen| {
                seen.status == ServiceStatus::Failed && seen.error.contains(&format!("model m{number} 0.0.1"))
            })
            .await;
        assert_eq!(seen.instances[0].status, InstanceStatus::Failed);
        for part in expected {
            assert!(seen.error.contains(part), "{part:?} is not in:\n{}", seen.error);
        }
        assert!(seen.error.lines().count() <= 22, "{}", seen.error);
        let failed = world
            .events
            .0
            .lock()
            .iter()
            .any(|event| event.kind == EventKind::Abnormal && event.text.contains(&seen.error));
        assert!(failed, "{:#?}", world.told());
    }
    world.end().await;
}

#[tokio::test]
async fn an_update_loses_no_call_and_a_bad_one_leaves_the_old_in_service() {
    let mut world = World::new();
    let old = world.program(1, SERVE);
    let bad = world.program(2, "import sys; sys.exit(1)");
    let new = world.program(3, &SERVE.replace("WORD", "NEWS"));
    world.want(Wanted::Running, &[(old, 1)]);
    world.until_status(ServiceStatus::Running).await;

    let (targets, over) = (
        Arc::clone(&world.targets),
        Arc::new(std::sync::atomic::AtomicBool::new(false)),
    );
    let ended = Arc::clone(&over);
    let load = tokio::spawn(async move {
        let (mut reader, mut turn) = (targets.reader(), 0);
        while !ended.load(std::sync::atomic::Ordering::Relaxed) {
            turn += 1;
            let place = reader
                .take(SERVICE, |_| true, turn)
                .expect("somebody answers at any time");
            let Target::Http(address) = place.target() else {
                panic!("a program")
            };
            assert_eq!(get(*address).await, Reply::Status(200), "call {turn}");
        }
        turn
    });
    world.want(Wanted::Running, &[(bad, 1)]);
    let seen = world
        .until("rolled back", |seen| seen.status == ServiceStatus::Concerning)
        .await;
    assert!(
        seen.error
            .contains("model m2 0.0.1: starting: the program ended 3 times in a row"),
        "{}",
        seen.error
    );
    assert_eq!(
        world.targets.reader().take(SERVICE, |_| true, 0).unwrap().model(),
        old
    );
    world.want(Wanted::Running, &[(new, 2)]);
    world
        .until("replaced", |seen| {
            seen.instances.len() == 2 && seen.status == ServiceStatus::Running
        })
        .await;
    assert_eq!(
        world.targets.reader().take(SERVICE, |_| true, 0).unwrap().model(),
        new
    );
    over.store(true, std::sync::atomic::Ordering::Relaxed);
    let calls = load.await.unwrap();
    assert!(calls > 10, "{calls} calls were made meanwhile");
    world.end().await;
}

#[tokio::test]
async fn programs_may_be_forbidden() {
    let mut world = World::with(|command| command.allowed = false);
    let model = world.program(1, SERVE);
    world.want(Wanted::Running, &[(model, 1)]);
    let seen = world.until_status(ServiceStatus::Failed).await;
    assert!(seen.error.contains("runtime.run_code = false"), "{}", seen.error);
    world.end().await;
}

#[tokio::test]
async fn a_model_whose_package_is_gone_fails_and_a_deleted_model_too() {
    let mut world = World::new();
    let model = world.onnx(1);
    let digest = world.live.load().model(model).unwrap().package.unwrap();
    world.place.packages.remove(digest).unwrap();
    world.want(Wanted::Running, &[(model, 1)]);
    let seen = world.until_status(ServiceStatus::Failed).await;
    assert!(seen.error.contains("loading: model/iris.onnx"), "{}", seen.error);
    world.change(Change::ModelGone(model));
    world.want(Wanted::Running, &[(model, 1)]);
    let seen = world
        .until("told", |seen| seen.error.contains("the model was deleted"))
        .await;
    assert_eq!(seen.status, ServiceStatus::Failed);
    assert!(Path::new(world.place.folder.path()).exists());
    world.end().await;
}
