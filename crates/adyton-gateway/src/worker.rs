//! One worker: a thread, its runtime, its listener, and a pipeline of its own. What its tasks share is made here, and each task
//! gets what it needs.

use std::cell::{Cell, RefCell};
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::instances::Instances;
use adyton_core::live::LiveCell;
use adyton_identity::Identity;
use adyton_listener::{Acceptor, Budget, ConnectionSlots, LogThrottle};
use adyton_runtime::targets::Targets;
use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep};

use crate::explanations::Explanations;
use crate::journal::Recorder;
use crate::listener::connections::Connections;
use crate::listener::{accept, drain};
use crate::metrics::Meters;
use crate::outbox::Outbox;
use crate::pipeline::Pipeline;
use crate::pipeline::dispatch::Dispatcher;
use crate::pipeline::limit::Bodies;
use crate::pipeline::record::Records;
use crate::pipeline::throttle::{Quotas, Registry};
use crate::prediction_tab::{self, QueuedTabCall};
use crate::settings::GatewaySettings;
use crate::snapshot::{LiveView, SettingsView};
use crate::stamp::Stamps;
use crate::tick_clock::TickClock;
use crate::upstream::{self, Pool};
use crate::waits::{TICK, Waits};
use crate::worker_meters::WorkerMeters;

/// How often connections are looked at.
const WATCH_EVERY: Duration = Duration::from_secs(1);
/// How often throttles that nobody uses are looked for.
const FORGET_EVERY: Duration = Duration::from_secs(60);

/// What the gateway wants of its workers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RunState {
    /// Serve.
    Serving,
    /// Let go, within this time.
    Draining {
        /// How long requests in flight may go on.
        grace: Duration,
    },
}

/// What all workers have in common. Read only, but for the throttles.
pub(crate) struct Common {
    /// What was set at the start or by the last reload; workers look at each tick.
    pub(crate) settings: Arc<ArcSwap<GatewaySettings>>,
    /// Wakes the workers after a reload.
    pub(crate) reloads: watch::Sender<()>,
    /// Whether the listener is reached from this machine alone.
    pub(crate) loopback: bool,
    /// Whether the listener is somebody else's, who holds it open for the next server.
    pub(crate) is_inherited: bool,
    /// Who finds callers.
    pub(crate) identity: Arc<Identity>,
    /// What runs: asked only to say why a service cannot be called.
    pub(crate) instances: Arc<dyn Instances>,
    /// The live state.
    pub(crate) live: LiveCell,
    /// Where instances can be called.
    pub(crate) targets: Arc<Targets>,
    /// The throttles of the process.
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: Clock,
    pub(crate) workers: usize,
    /// Memory for whoever is not proven.
    pub(crate) unproven: Arc<Budget>,
    /// What is said about connections that could not be accepted.
    pub(crate) complaints: Arc<LogThrottle>,
    /// Who explains to callers what became of their requests; known once the control plane listens.
    pub(crate) explanations: Explanations,
}

/// What a worker is made of; goes to its thread.
pub(crate) struct WorkerParts {
    pub(crate) number: u8,
    pub(crate) listener: StdListener,
    pub(crate) recorder: Recorder,
    pub(crate) tab_requests: mpsc::Receiver<QueuedTabCall>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) state: watch::Receiver<RunState>,
    pub(crate) common: Arc<Common>,
}

impl WorkerParts {
    /// Serves on this thread until the gateway is drained.
    pub(crate) fn serve(self) {
        match Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())
        {
            Ok(runtime) => runtime.block_on(run(self)),
            Err(problem) => tracing::error!(%problem, "a gateway worker has no runtime and does not serve"),
        }
    }
}

/// The thread's own.
struct Worker {
    pipeline: Rc<Pipeline>,
    connections: Rc<Connections>,
}

impl Worker {
    fn new(number: u8, recorder: Recorder, meters: Arc<Meters>, common: &Common) -> Self {
        let time = TickClock::new(common.clock.clone());
        let waits = Waits::new(Rc::clone(&time));
        let outbox = Rc::new(Outbox::default());
        let settings = common.settings.load_full();
        let upstream = upstream::Parts {
            outbox: Rc::clone(&outbox),
            waits: Rc::clone(&waits),
            time: Rc::clone(&time),
            meters: Arc::clone(&meters),
        };
        let dispatcher = Dispatcher::new(
            Pool::new(
                upstream,
                settings.upstream_idle,
                Arc::clone(common.targets.crowding()),
            ),
            Arc::clone(&common.instances),
            Rc::clone(&waits),
            Rc::clone(&time),
            u64::from(number),
        );
        let unproven = Arc::clone(&common.unproven);
        let pipeline = Rc::new(Pipeline {
            live: LiveView::new(common.live.reader()),
            settings: SettingsView::new(Arc::clone(&common.settings)),
            stamps: Stamps::new(Rc::clone(&time), settings.node, number),
            records: Rc::new(Records {
                recorder,
                meters: WorkerMeters::new(meters),
                time: Rc::clone(&time),
            }),
            identity: Arc::clone(&common.identity),
            targets: RefCell::new(common.targets.reader()),
            quotas: Quotas::new(Arc::clone(&common.registry)),
            bodies: Bodies::new(Arc::clone(&unproven), Rc::clone(&waits), Rc::clone(&time)),
            dispatcher,
            draining: Cell::new(false),
            waits,
            time,
        });
        let slots = ConnectionSlots::new(settings.max_connections / common.workers);
        let connections = Connections::new(
            Rc::clone(&pipeline),
            slots,
            unproven,
            outbox,
            common.loopback,
            common.is_inherited,
            Arc::clone(&common.explanations),
        );
        Self {
            pipeline,
            connections,
        }
    }

    /// Looks after time: what waits too long, which connections are idle, which throttles are unused. Ticks only while there
    /// is something to look after.
    async fn tick(self, mut reloads: watch::Receiver<()>) {
        let Self {
            pipeline,
            connections,
        } = self;
        let (mut watched, mut forgot) = (Instant::now(), Instant::now());
        loop {
            let is_unasked = pipeline.time.is_unasked();
            let now = pipeline.time.tick();
            pipeline.settings.tick();
            pipeline.waits.tick();
            let pool = pipeline.dispatcher.pool();
            pool.give_way();
            if watched.elapsed() >= WATCH_EVERY {
                watched = Instant::now();
                let time_limits = pipeline.settings.current().time_limits.connection;
                connections.slots.watch(now, &time_limits);
                connections.looks.tick();
                pool.forget(now);
            }
            if forgot.elapsed() >= FORGET_EVERY {
                forgot = Instant::now();
                pipeline.quotas.forget(now);
            }
            if !is_unasked || !pipeline.waits.is_empty() || pool.keeps_any() {
                sleep(TICK).await;
                continue;
            }
            // Deadlines of connections are kept to the second.
            let longest = match connections.slots.taken() {
                0 => FORGET_EVERY,
                _ => WATCH_EVERY,
            };
            tokio::select! {
                () = pipeline.time.until_asked() => {}
                Ok(()) = reloads.changed() => {}
                () = sleep(longest) => {}
            }
        }
    }
}

async fn run(parts: WorkerParts) {
    let listener = match TcpListener::from_std(parts.listener) {
        Ok(listener) => listener,
        Err(problem) => return tracing::error!(%problem, "a gateway worker cannot use its listener"),
    };
    let (mut state, mut tab_requests) = (parts.state, parts.tab_requests);
    let worker = Worker::new(parts.number, parts.recorder, parts.meters, &parts.common);
    let (pipeline, connections) = (Rc::clone(&worker.pipeline), Rc::clone(&worker.connections));
    spawn_local(worker.tick(parts.common.reloads.subscribe()));
    spawn_local(Rc::clone(&connections.outbox).run());
    let slots = Arc::clone(&connections.slots);
    spawn_local(async move {
        while let Some(request) = tab_requests.recv().await {
            spawn_local(prediction_tab::receive(
                Rc::clone(&pipeline),
                Arc::clone(&slots),
                request,
            ));
        }
    });
    let drains = async {
        match state
            .wait_for(|state| *state != RunState::Serving)
            .await
            .as_deref()
        {
            Ok(RunState::Draining { grace }) => *grace,
            // The gateway is gone without a word: nobody waits for the rest either.
            Ok(RunState::Serving) | Err(_) => Duration::ZERO,
        }
    };
    let mut acceptor = Acceptor::new(listener, "gateway", Arc::clone(&parts.common.complaints));
    let mut waiting = None;
    let grace = tokio::select! {
        () = accept::run(&connections, &mut acceptor, &mut waiting) => return,
        grace = drains => grace,
    };
    drain::run(&connections, acceptor.into_listener(), waiting, grace).await;
}
