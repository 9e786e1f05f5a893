//! Services from wanted to answering, changed, broken and stopped, with real programs and models.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::events::EventKind;
use adyton_core::id::ServiceId;
use adyton_core::instances::{InstanceStatus, Rollout};
use adyton_core::live::Change;
use adyton_core::service::{ServiceStatus, Wanted};
use adyton_runtime::command::ready::{Reply, ask};
use adyton_runtime::onnx::in_process::Call;
use adyton_runtime::targets::{Target, Unavailable};
use bytes::Bytes;

use crate::world::{SERVE, SERVICE, World};

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
    let place = world
        .targets
        .reader()
        .take(SERVICE, |version| version.model == model, 0)
        .unwrap();
    let Target::InProcess(iris) = place.target() else {
        panic!("in process")
    };
    let body = Bytes::from_static(br#"{"inputs":[[5.1,3.5,1.4,0.2]]}"#);
    let call = Call {
        path: "/",
        body: &body,
    };
    let answer = iris.predict_measured(call, place.meter()).0.unwrap();
    assert!(
        answer.body.starts_with(br#"{"outputs":{"label":["setosa"]"#),
        "{:?}",
        answer.body
    );
    assert_eq!(world.instances.calls(SERVICE, Some(model)).all, 1);
    let usage = world.instances.usage();
    let worked = usage.iter().filter(|one| one.cpu > Duration::ZERO);
    assert_eq!(
        (usage.len(), worked.map(|one| one.instance).collect::<Vec<_>>()),
        (2, vec![place.id()]),
        "each call is counted for its instance"
    );
    assert!(
        usage
            .iter()
            .all(|one| one.memory.is_none() && one.service == SERVICE && one.model == model),
        "the server holds the memory: {usage:?}"
    );

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
    let taken = |world: &World| {
        let usage = world.instances.usage();
        let [one] = usage[..] else {
            panic!("one instance: {usage:?}")
        };
        assert_eq!((one.instance, one.model), (seen.instances[0].id, model));
        one
    };
    let first = taken(&world);
    assert!(first.memory.is_some_and(|memory| memory > 1 << 20), "{first:?}");
    assert!(
        first.cpu > Duration::ZERO,
        "it took something to start: {first:?}"
    );
    assert!(
        world.instances.usage()[0].cpu >= first.cpu,
        "it only grows while the run goes on"
    );
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
    assert!(
        world.instances.usage()[0]
            .memory
            .is_some_and(|memory| memory > 1 << 20),
        "the new run is measured"
    );
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
    assert_eq!(world.instances.usage(), []);
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

#[tokio::test]
async fn a_program_that_ended_is_told_to_be_restarting_until_it_answers_again() {
    // Long enough to be seen, short enough to be waited for.
    let mut world = World::restarting(Duration::from_secs(1), |_| ());
    let model = world.program_with(1, SERVE, r#","health":{"url":"/health"}"#);
    world.want(Wanted::Running, &[(model, 1)]);
    world.until_status(ServiceStatus::Running).await;
    let pid = listener_of(world.address());
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    let seen = world
        .until("restarting", |seen| seen.instances[0].restarting.is_some())
        .await;
    assert_eq!(
        world.targets.reader().take(SERVICE, |_| true, 0).unwrap_err(),
        Unavailable::Restarting
    );
    let one = &seen.instances[0];
    assert_eq!((one.status, one.restarts), (InstanceStatus::Down, 1));
    let restarting = one.restarting.clone().unwrap();
    assert_eq!(restarting.last_end, "it ended with signal 9");
    assert_eq!(
        restarting.next_start.since(restarting.since),
        Duration::from_secs(1)
    );
    assert!(restarting.back_at > restarting.next_start);
    world
        .until("back", |seen| {
            seen.status == ServiceStatus::Running && seen.instances[0].restarting.is_none()
        })
        .await;
    assert!(adyton_core::clock::Clock::system().now() >= restarting.next_start);
    world.end().await;
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
            "import socket; socket.create_server(('127.0.0.1', 1))",
            20,
            vec![
                "exit code 1",
                "PermissionError",
                "a program may listen on $PORT only",
            ],
        ),
        (
            "import socket, time; s = socket.create_server(('127.0.0.1', 0)); time.sleep(1000)",
            1,
            vec!["the program listens on 127.0.0.1:", "it must listen on $PORT"],
        ),
        (
            "import socket, os\ns = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))\nwhile True:\n  c, _ = s.accept(); c.recv(4096); c.send(b'hello, not HTTP'); c.close()",
            8,
            vec!["not ready within 8 s", "does not answer in HTTP/1"],
        ),
    ];
    let mut world = World::new();
    // A healthy neighbour, which must not be harmed.
    let (neighbour, iris) = (ServiceId::from_bits(2), world.onnx(1));
    world.want_of(neighbour, Wanted::Running, &[(iris, 1)], 20);
    let running = || {
        world
            .instances
            .service(neighbour)
            .is_some_and(|seen| seen.status == ServiceStatus::Running)
    };
    crate::keeper::until("the neighbour runs", running).await;
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
        assert_eq!(
            world
                .targets
                .reader()
                .take(neighbour, |_| true, 0)
                .unwrap()
                .model(),
            iris
        );
    }
    let seen = world.instances.service(neighbour).unwrap();
    assert_eq!(
        (seen.status, seen.instances[0].restarts),
        (ServiceStatus::Running, 0)
    );
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
            let Target::Address(address) = place.target() else {
                panic!("a program")
            };
            assert_eq!(
                get(address.socket().unwrap()).await,
                Reply::Status(200),
                "call {turn}"
            );
        }
        turn
    });
    world.want(Wanted::Running, &[(bad, 1)]);
    let seen = world
        .until("rolled back", |seen| seen.status == ServiceStatus::Concerning)
        .await;
    assert!(
        seen.error
            .contains("model m2 0.0.1: starting: the program ended, or was ended, 3 times in a row"),
        "{}",
        seen.error
    );
    assert_eq!(
        world.targets.reader().take(SERVICE, |_| true, 0).unwrap().model(),
        old
    );
    let rolled_back =
        |text: &String| text.starts_with("The update was rolled back") && text.contains("exit code 1");
    assert!(world.told().iter().any(rolled_back), "{:#?}", world.told());
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

/// A program that listens no more once it was asked for `/deaf`, and goes on living.
const DEAF: &str = r#"
import http.server, os, threading, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
        if self.path == "/deaf": threading.Thread(target=server.shutdown).start()
    do_OPTIONS = do_GET
    def log_message(self, *args): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
server.serve_forever(0.01)
server.server_close()
time.sleep(1000)
"#;

#[tokio::test]
async fn a_program_that_lives_and_listens_no_more_is_started_again() {
    let mut world = World::with(|command| command.watch = Duration::from_millis(20));
    let model = world.program(1, DEAF);
    world.want(Wanted::Running, &[(model, 1)]);
    world.until_status(ServiceStatus::Running).await;
    let address = world.address();
    let second = Duration::from_secs(5);
    assert_eq!(ask(address, "GET", "/deaf", second).await, Reply::Status(200));
    let seen = world
        .until("started again", |seen| {
            seen.status == ServiceStatus::Running && seen.instances[0].restarts == 1
        })
        .await;
    assert_ne!(seen.instances[0].place, address.to_string());
    assert_eq!(get(world.address()).await, Reply::Status(200));
    let cause = format!("nothing listens on {address}");
    let told = world.told();
    let again =
        |text: &String| text.contains("is started again: it stopped responding") && text.contains(&cause);
    assert!(told.iter().any(again), "{told:#?}");
    let lines = world.instances.log(SERVICE, 100);
    let ended = format!("is being ended: it stopped responding: {cause}");
    assert!(
        lines.iter().any(|line| line.text.starts_with(&ended)),
        "{lines:#?}"
    );
    world.end().await;
}

/// A program with one thread, which a call keeps busy for two seconds.
const BUSY: &str = r#"
import http.server, os, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/busy": time.sleep(2)
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"#;

#[tokio::test]
async fn a_program_that_is_busy_with_a_call_is_let_finish_it() {
    let mut world = World::with(|command| command.watch = Duration::from_millis(20));
    let health = r#","health":{"url":"/health","timeout_seconds":0.05}"#;
    let model = world.program_with(1, BUSY, health);
    world.want(Wanted::Running, &[(model, 1)]);
    world.until_status(ServiceStatus::Running).await;
    let address = world.address();
    // Some thirty questions are asked in vain meanwhile.
    assert_eq!(
        ask(address, "GET", "/busy", Duration::from_secs(10)).await,
        Reply::Status(200)
    );
    let seen = world.until_status(ServiceStatus::Running).await;
    assert_eq!(seen.instances[0].restarts, 0);
    world.end().await;
}

#[tokio::test]
async fn a_deployment_says_what_it_waits_for_once_for_each_cause() {
    let mut world = World::new();
    let sleeping = world.program(1, "import time; time.sleep(1000)");
    world.want(Wanted::Running, &[(sleeping, 1)]);
    let seen = world.until("told", |seen| !seen.error.is_empty()).await;
    assert_eq!(seen.status, ServiceStatus::Deploying);
    let cause = "model m1 0.0.1 is not ready yet: nothing listens on 127.0.0.1:";
    assert!(seen.error.starts_with(cause), "{}", seen.error);

    // Unhealthy for a while, and then ready.
    let slow = SERVE
        .replace(
            "import http",
            "import time; began = time.monotonic()\nimport http",
        )
        .replace(
            "response(200)",
            "response(200 if time.monotonic() - began > 4 else 500)",
        );
    let slow = world.program_with(2, &slow, r#","health":{"url":"/health"}"#);
    world.want(Wanted::Running, &[(slow, 1)]);
    world.until_status(ServiceStatus::Running).await;
    let told = world.told();
    for cause in [
        cause,
        "m2 0.0.1 is not ready yet: GET /health returned status 500",
    ] {
        let times = told.iter().filter(|text| text.contains(cause)).count();
        assert_eq!(times, 1, "{cause}: {told:#?}");
    }
    world.end().await;
}

#[tokio::test]
async fn events_agree_with_the_traffic() {
    let mut world = World::new();
    let (good, bad) = (world.onnx(1), world.program(2, "import sys; sys.exit(1)"));
    world.want(Wanted::Running, &[(good, 1)]);
    world.until_status(ServiceStatus::Running).await;
    world.want(Wanted::Running, &[(good, 2)]);
    world
        .until("scaled", |seen| {
            seen.status == ServiceStatus::Running && seen.instances.len() == 2
        })
        .await;
    world.want(Wanted::Running, &[(bad, 1)]);
    let rolled_back = || {
        world
            .told()
            .iter()
            .any(|text| text.starts_with("The update was rolled back"))
    };
    crate::keeper::until("it is rolled back", rolled_back).await;
    world.want(Wanted::Running, &[(good, 2)]);
    world.until_status(ServiceStatus::Running).await;
    // Two instances of the good model could be called at any time.
    let told = world.told();
    assert!(!told.iter().any(|text| text.contains("concerning")), "{told:#?}");
    assert!(
        told.iter()
            .any(|text| text.starts_with("50 % of the service's instances are ready")),
        "{told:#?}"
    );
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

#[tokio::test]
async fn an_update_of_the_variables_alone_that_fails_is_rolled_back() {
    let mut world = World::new();
    let script = format!("import os, sys\nif os.environ['LEVEL'] == '2': sys.exit('no such level'){SERVE}");
    let model = world.program(1, &script);
    world.want_with(model, "LEVEL", "1");
    let seen = world.until_status(ServiceStatus::Running).await;
    assert_eq!((seen.generation, seen.rollout), (1, Some(Rollout::Done)));
    let mut rollouts = world.instances.rollouts();
    rollouts.borrow_and_update();

    world.want_with(model, "LEVEL", "2");
    let seen = world
        .until("given up", |seen| {
            seen.generation == 2 && seen.rollout.as_ref().is_some_and(Rollout::has_ended)
        })
        .await;
    let Some(Rollout::RolledBack { cause }) = &seen.rollout else {
        panic!("{seen:#?}");
    };
    assert!(cause.contains("no such level"), "{cause}");
    let versions: Vec<_> = seen
        .instances
        .iter()
        .map(|one| (one.version, one.status))
        .collect();
    assert_eq!(
        versions,
        [(None, InstanceStatus::Ready), (Some(0), InstanceStatus::Failed)],
        "both run one model, and only one of them the wanted configuration"
    );
    assert!(rollouts.has_changed().unwrap(), "whoever writes it down is woken");
    assert_eq!(get(world.address()).await, Reply::Status(200));

    // Wanted again, the former configuration is there at once.
    world.want_with(model, "LEVEL", "1");
    let seen = world
        .until("back", |seen| {
            seen.generation == 3 && seen.rollout == Some(Rollout::Done)
        })
        .await;
    assert_eq!((seen.status, seen.instances.len()), (ServiceStatus::Running, 1));
    world.end().await;
}
