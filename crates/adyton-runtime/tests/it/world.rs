//! A node without a gateway: the live state, the reconciler, and what they tell.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::events::{Event, Events};
use adyton_core::id::{ApiId, ModelId, ServiceId};
use adyton_core::instances::{Instances, ServiceSeen};
use adyton_core::live::{Change, Live, LiveCell};
use adyton_core::model::Model;
use adyton_core::sample;
use adyton_core::service::{Service, ServiceStatus, Version, Wanted};
use adyton_runtime::command::CommandSettings;
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::Source;
use adyton_runtime::reconciler::plan::RestartPolicy;
use adyton_runtime::reconciler::{Reconciler, ReconcilerParts};
use adyton_runtime::targets::{Target, Targets};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::graph;
use crate::keeper::keeper;
use crate::place::Place;

/// A server of HTTP in a few lines; `{…}` is filled in.
pub(crate) const SERVE: &str = r#"
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
pub(crate) struct Recorded(pub(crate) Mutex<Vec<Event>>);

impl Events for Recorded {
    fn record(&self, event: Event) {
        self.0.lock().push(event);
    }
}

pub(crate) struct World {
    pub(crate) place: Place,
    pub(crate) live: LiveCell,
    revision: u64,
    pub(crate) targets: Arc<Targets>,
    pub(crate) events: Arc<Recorded>,
    pub(crate) instances: Arc<dyn Instances>,
    stop: watch::Sender<bool>,
    running: tokio::task::JoinHandle<()>,
}

pub(crate) const SERVICE: ServiceId = ServiceId::from_bits(1);

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }
    pub(crate) fn with(change: impl FnOnce(&mut CommandSettings)) -> Self {
        Self::restarting(Duration::from_millis(10), change)
    }
    /// The same with this pause before the first restart.
    pub(crate) fn restarting(first_pause: Duration, change: impl FnOnce(&mut CommandSettings)) -> Self {
        let place = Place::new();
        let mut command = CommandSettings::new(keeper(), place.folder.path().join("run"));
        command.grace = Duration::from_secs(2);
        command.drain = Duration::from_secs(5);
        change(&mut command);
        let (live, targets, events) = (
            LiveCell::new(Live::default()),
            Targets::new(),
            Arc::<Recorded>::default(),
        );
        let reconciler = Reconciler::new(ReconcilerParts {
            live: live.clone(),
            targets: Arc::clone(&targets),
            events: Arc::clone(&events) as Arc<dyn Events>,
            packages: place.packages.clone(),
            onnx: Onnx::builtin(),
            threads: InferenceThreads::start(1, 16).unwrap(),
            command,
            restarts: RestartPolicy {
                first_pause,
                crash_loop: 3,
                ..RestartPolicy::default()
            },
            log_lines: 100,
            counts: place.folder.path().join("calls.json"),
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

    pub(crate) fn change(&mut self, change: Change) {
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
            name: format!("m{number}"),
            package: Some(published.digest),
            size: published.size,
            spec: Some(spec),
            ..sample::model()
        })));
        id
    }

    pub(crate) fn program(&mut self, number: u128, script: &str) -> ModelId {
        self.program_with(number, script, "")
    }

    pub(crate) fn program_with(&mut self, number: u128, script: &str, more: &str) -> ModelId {
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

    pub(crate) fn onnx(&mut self, number: u128) -> ModelId {
        let config = br#"{"model_type":"ONNX","model_algorithm":"a"}"#;
        self.model(
            number,
            &[("model/config.json", config), ("model/iris.onnx", &graph::iris())],
        )
    }

    pub(crate) fn want(&mut self, wanted: Wanted, versions: &[(ModelId, u32)]) {
        self.want_within(wanted, versions, 20);
    }

    pub(crate) fn want_within(
        &mut self,
        wanted: Wanted,
        versions: &[(ModelId, u32)],
        deploy_timeout_seconds: u32,
    ) {
        self.want_of(SERVICE, wanted, versions, deploy_timeout_seconds);
    }

    pub(crate) fn want_of(
        &mut self,
        id: ServiceId,
        wanted: Wanted,
        versions: &[(ModelId, u32)],
        deploy_timeout_seconds: u32,
    ) {
        let versions = versions.iter().map(|(model, instance_count)| Version {
            model: *model,
            instance_count: *instance_count,
            deploy_timeout_seconds,
            restarts: 0,
            ..sample::version()
        });
        let versions = versions.collect();
        self.want_versions(id, wanted, versions);
    }

    /// One instance of a model, with this variable.
    pub(crate) fn want_with(&mut self, model: ModelId, name: &str, value: &str) {
        let version = Version {
            model,
            envs: [(name.to_owned(), value.to_owned())].into(),
            deploy_timeout_seconds: 20,
            restarts: 0,
            ..sample::version()
        };
        self.want_versions(SERVICE, Wanted::Running, vec![version]);
    }

    fn want_versions(&mut self, id: ServiceId, wanted: Wanted, versions: Vec<Version>) {
        let generation = self
            .live
            .load()
            .service(id)
            .map_or(1, |before| before.service.generation + 1);
        let service = Service {
            id,
            name: format!("s{}", id.bits()),
            api: ApiId::from_bits(id.bits()),
            wanted,
            versions,
            generation,
            ..sample::service()
        };
        self.change(Change::Service(Box::new(service)));
    }

    /// Waits until the service is seen as `done` wants it; the limit only bounds a failing test.
    pub(crate) async fn until(&self, what: &str, done: impl Fn(&ServiceSeen) -> bool) -> ServiceSeen {
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

    pub(crate) async fn until_status(&self, status: ServiceStatus) -> ServiceSeen {
        self.until(status.name(), |seen| seen.status == status).await
    }

    pub(crate) fn told(&self) -> Vec<String> {
        self.events
            .0
            .lock()
            .iter()
            .map(|event| event.text.clone())
            .collect()
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let place = self.targets.reader().take(SERVICE, |_| true, 0).unwrap();
        match place.target() {
            Target::Address(address) => address.socket().expect("plain TCP"),
            Target::InProcess(_) => panic!("a program was expected"),
        }
    }

    pub(crate) async fn end(self) {
        self.stop.send_replace(true);
        tokio::time::timeout(Duration::from_secs(20), self.running)
            .await
            .expect("the reconciler ends")
            .unwrap();
        let left = std::fs::read_dir(self.place.folder.path().join("run")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "no temporary folder stays");
    }
}
