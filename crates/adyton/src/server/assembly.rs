//! The parts of a server, made in the order of the start and held until the end.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adyton_control::{BindError, Control, ControlParts};
use adyton_core::clock::Clock;
use adyton_core::events::Events;
use adyton_core::live::LiveCell;
use adyton_gateway::journal::Journal;
use adyton_gateway::{Gateway, GatewayParts};
use adyton_identity::Identity;
use adyton_listener::files::{Connections, OpenFiles};
use adyton_runtime::onnx::library::{Choice, LibrarySetting};
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages};
use adyton_runtime::reconciler::{Reconciler, ReconcilerParts};
use adyton_runtime::targets::Targets;
use adyton_runtime::trial::Trials;
use adyton_store::bootstrap::Bootstrap;
use adyton_store::event_writer::EventWriter;
use adyton_store::{DataFolder, Feed, OpenError, Store, StoreError, feed, health, housekeeping};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::inherited;
use super::libraries::wrong_library;
use super::parts;
use crate::config::{Config, Loaded};
use crate::server::onnx_places;
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::ready::Ready;

/// Lines of log that a service keeps.
const LOG_LINES: usize = 2000;

/// Everything that runs.
pub(super) struct Assembly {
    pub(super) data: PathBuf,
    pub(super) ready: Ready,
    /// Whether calls are welcome; readiness shows it.
    pub(super) open: Arc<AtomicBool>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) control: Stage,
    pub(super) instances: Stage,
    pub(super) background: Stage,
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
}

/// Tasks that end together, when they are told to.
pub(super) struct Stage {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Stage {
    /// None yet.
    fn new() -> Self {
        Self {
            stop: watch::Sender::new(false),
            tasks: Vec::new(),
        }
    }
    /// Ready when the stage ends.
    fn stopped(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stop = self.stop.subscribe();
        async move {
            // A sender that is gone ends the stage too.
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }
    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.push(tokio::spawn(task));
    }
    /// Tells the tasks to end, and waits until they have.
    pub(super) async fn end(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a part of the server had ended early");
            }
        }
    }
}

impl Assembly {
    /// Where the server answers.
    pub(super) fn ready(&self) -> &Ready {
        &self.ready
    }
    /// The data folder.
    pub(super) fn data(&self) -> &Path {
        &self.data
    }

    /// Starts everything.
    ///
    /// # Errors
    /// What cannot be had, and what to do; wrong settings and taken addresses are wrong use (exit 2).
    pub(super) async fn start(
        loaded: &Loaded,
        context: &Context,
        listener: Option<&TcpListener>,
    ) -> Outcome<Self> {
        let config = &loaded.config;
        let clock = context.clock.clone();
        if !config.general.data.exists() {
            look_before_the_first_start(config, listener)?;
        }
        let (files, connections) = open_files(config);
        let truth = Truth::open(config, &clock).await?;
        let mut background = Stage::new();
        let (events, writing) = EventWriter::start(truth.store.clone(), background.stopped());
        background.spawn(writing);
        background.spawn(feed::run(
            truth.store.clone(),
            truth.feed.clone(),
            background.stopped(),
        ));
        background.spawn(housekeeping::run(truth.store.clone(), background.stopped()));
        background.spawn(health::run(truth.store.clone(), background.stopped()));
        let models = Models::prepare(loaded, context, &truth, Arc::new(events), files)?;
        let front = Front::bind(config, &clock, &truth, &models, listener, connections)?;
        let open = Arc::new(AtomicBool::new(false));
        let control = front.control(&truth, &models, &open, clock);
        let control = Control::bind(
            parts::control(config, &front.url, &truth.data, connections)?,
            control,
        )
        .await;
        let control = control.map_err(|error| match &error {
            BindError::Listen { .. } => Failure::wrong_use(error.to_string()),
            BindError::Store(_) => failed(error),
        })?;
        let address = control.local_addr();
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "the private listener is open to other machines: keep it behind a firewall");
        }
        let Front {
            gateway,
            journal,
            url: gateway_url,
            ..
        } = front;
        let ready = Ready {
            gateway_url,
            control_url: parts::url(control.local_addr()),
            project_id: truth.first_project()?,
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };

        // Both addresses are ours: from here on things run and answer.
        let mut instances = Stage::new();
        let seen = models.reconciler.instances();
        instances.spawn(models.reconciler.run(instances.stop.subscribe()));
        if listener.is_some() {
            inherited::deployed(truth.feed.cell(), seen.as_ref()).await;
        }
        gateway.start().map_err(failed)?;
        let mut answering = Stage::new();
        answering.spawn(control.serve(answering.stopped()));
        open.store(true, Ordering::Release);
        let (data, store, gateway) = (truth.data, truth.store, Arc::new(gateway));
        Ok(Self {
            data,
            ready,
            open,
            gateway,
            control: answering,
            instances,
            background,
            store,
            journal,
        })
    }
}

/// What callers meet: who they are, the gateway, and what is kept of them.
struct Front {
    identity: Arc<Identity>,
    journal: Arc<Journal>,
    gateway: Gateway,
    /// What API addresses begin with.
    url: String,
}

impl Front {
    fn bind(
        config: &Config,
        clock: &Clock,
        truth: &Truth,
        models: &Models,
        listener: Option<&TcpListener>,
        connections: Connections,
    ) -> Outcome<Self> {
        let identity = Arc::new(Identity::new(clock.clone(), parts::identity(config)));
        let settings = parts::gateway(config, connections);
        let journal = parts::journal(config, &truth.data);
        let (journal, recorders) = Journal::open(journal, settings.threads, clock.clone()).map_err(failed)?;
        let parts = GatewayParts {
            live: truth.feed.cell().clone(),
            targets: models.targets.clone(),
            instances: models.reconciler.instances(),
            identity: identity.clone(),
            recorders,
            clock: clock.clone(),
        };
        let gateway = Gateway::bind(settings, parts, listener)
            .map_err(|error| Failure::wrong_use(error.to_string()))?;
        let url = match &config.gateway.public_url {
            Some(url) => url.0.clone(),
            None => parts::url(gateway.local_addr()),
        };
        Ok(Self {
            identity,
            journal: Arc::new(journal),
            gateway,
            url,
        })
    }

    /// What the control plane works with.
    fn control(&self, truth: &Truth, models: &Models, open: &Arc<AtomicBool>, clock: Clock) -> ControlParts {
        let (gauge, journal, open) = (self.gateway.metrics(), self.journal.clone(), Arc::clone(open));
        let storage = Storage {
            store: truth.store.clone(),
            live: truth.feed.cell().clone(),
            clock: clock.clone(),
        };
        let health = truth.store.health().clone();
        let threads = models.threads.clone();
        ControlParts {
            store: truth.store.clone(),
            feed: truth.feed.clone(),
            identity: self.identity.clone(),
            instances: models.reconciler.instances(),
            journal: self.journal.clone(),
            door: self.gateway.door(),
            unproven: self.gateway.unproven(),
            packages: models.packages.clone(),
            onnx: models.onnx.clone(),
            metrics: Arc::new(move || {
                gauge.render() + &journal.metrics() + &storage.render() + &threads.render()
            }),
            ready: Arc::new(move || match (open.load(Ordering::Acquire), health.trouble()) {
                (false, _) => Err("the server is starting or stopping".to_owned()),
                (true, Some(trouble)) => Err(trouble),
                (true, None) => Ok(()),
            }),
            clock,
        }
    }
}

/// What `/metrics` says of the store.
struct Storage {
    store: Store,
    live: LiveCell,
    clock: Clock,
}

impl Storage {
    fn render(&self) -> String {
        let age = self.live.age(self.clock.monotonic()).as_secs_f64();
        let works = u8::from(self.store.health().trouble().is_none());
        format!(
            "# HELP adyton_feed_age_seconds For how long it is not known whether the live state is the newest\n\
             # TYPE adyton_feed_age_seconds gauge\nadyton_feed_age_seconds {age:.3}\n\
             # HELP adyton_store_writable Whether writes work\n\
             # TYPE adyton_store_writable gauge\nadyton_store_writable {works}\n"
        )
    }
}

/// The data folder, the store and the live state.
struct Truth {
    folder: Arc<DataFolder>,
    data: PathBuf,
    store: Store,
    feed: Feed,
}

impl Truth {
    async fn open(config: &Config, clock: &Clock) -> Outcome<Self> {
        let folder = Arc::new(DataFolder::open(&config.general.data).map_err(|error| opened(&error))?);
        let data = folder.path().to_owned();
        let store = Store::open(folder.clone(), parts::store(config), clock.clone());
        let store = store.await.map_err(|error| opened(&error))?;
        let feed = Feed::start(&store).await.map_err(failed)?;
        Ok(Self {
            folder,
            data,
            store,
            feed,
        })
    }
    /// The project of the first start; on another node of a cluster, the first by name.
    fn first_project(&self) -> Outcome<String> {
        if let Some(first) = Bootstrap::read(&self.folder).map_err(|error| opened(&error))? {
            return Ok(first.project.id.to_string());
        }
        let live = self.feed.cell().load();
        let first = live.projects().min_by(|one, other| one.name.cmp(&other.name));
        Ok(first.map(|project| project.id.to_string()).unwrap_or_default())
    }
}

/// What runs models.
struct Models {
    packages: Packages,
    onnx: Arc<Onnx>,
    threads: Arc<InferenceThreads>,
    targets: Arc<Targets>,
    reconciler: Reconciler,
}

impl Models {
    fn prepare(
        loaded: &Loaded,
        context: &Context,
        truth: &Truth,
        events: Arc<dyn Events>,
        files: OpenFiles,
    ) -> Outcome<Self> {
        let config = &loaded.config;
        let folder = truth.data.join("packages");
        let packages = Packages::open(&folder, Limits::default())
            .map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
        let setting = LibrarySetting::parse(&config.onnx.library);
        let onnx = Onnx::start(
            &setting,
            &onnx_places(&truth.data, &context.environment),
            parts::cores(),
        );
        if let (LibrarySetting::File(_), Choice::Builtin { reason }) = (&setting, onnx.choice()) {
            return Err(wrong_library(reason));
        }
        let onnx = onnx.with_trials(Trials::open(parts::trials(config, &truth.data)));
        let threads = InferenceThreads::with(parts::inference(config)).map_err(failed)?;
        let targets = Targets::new();
        let reconciler = Reconciler::new(ReconcilerParts {
            live: truth.feed.cell().clone(),
            targets: targets.clone(),
            events,
            packages: packages.clone(),
            onnx: onnx.clone(),
            threads: threads.clone(),
            command: parts::command(loaded, &truth.data, &context.environment, files)?,
            log_lines: LOG_LINES,
            counts: truth.data.join("calls.json"),
            clock: context.clock.clone(),
        });
        Ok(Self {
            packages,
            onnx: Arc::new(onnx),
            threads,
            targets,
            reconciler,
        })
    }
}

/// Raises the limit of open files to what the listeners need, and says what of them does not fit.
fn open_files(config: &Config) -> (OpenFiles, Connections) {
    let wanted = parts::connections(config);
    let files = adyton_listener::files::raise(wanted.needed());
    let fitting = wanted.within(files.now);
    if fitting != wanted {
        tracing::warn!(
            open_files = files.now,
            needed = wanted.needed(),
            gateway = fitting.gateway,
            control = fitting.control,
            "the limit of open files has no room for `gateway.max_connections` and `control.max_connections`: the listeners take \
             this many connections; raise the hard limit (LimitNOFILE= of the unit, `ulimit -Hn`) or lower the settings"
        );
    }
    (files, fitting)
}

/// Whether both addresses can be had. Later ones are bound after the data folder is opened, whose holder is the better
/// message; a first start that fails for an address must not leave a folder full of credentials behind.
fn look_before_the_first_start(config: &Config, listener: Option<&TcpListener>) -> Outcome {
    if listener.is_none() {
        adyton_gateway::probe(config.gateway.listen)
            .map_err(|error| Failure::wrong_use(error.to_string()))?;
    }
    adyton_control::probe(config.control.listen).map_err(|error| Failure::wrong_use(error.to_string()))
}

/// An error that has said everything itself.
fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::failed(error.to_string())
}

/// Settings and a held data folder are wrong use; the rest failed at run time.
fn opened(error: &OpenError) -> Failure {
    match error {
        OpenError::Setting { .. } | OpenError::Locked { .. } | OpenError::MasterKey(_) => {
            Failure::wrong_use(error.to_string())
        }
        OpenError::File { .. } => Failure::failed(error.to_string())
            .hint("--data names a folder, there or to be made, that this user may write to"),
        OpenError::Database { .. } => Failure::failed(error.to_string()).hint(
            "without `database_url` it is a file in the data folder: restore it from a backup, or name another folder with --data; \
             with it, check the address and that PostgreSQL runs",
        ),
        OpenError::Store(StoreError::NoSpace) => Failure::failed(error.to_string())
            .hint("make room on the disk of the data folder: the first start, and each upgrade, write to it"),
        OpenError::TooNew { .. } | OpenError::Store(_) => Failure::failed(error.to_string()),
    }
}
