//! The gateway as the binary sees it: bind, start, drain.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::id::RequestId;
use adyton_core::instances::Instances;
use adyton_core::language::{Language, message};
use adyton_core::live::LiveCell;
use adyton_identity::{Identity, OwnExplanations};
use adyton_listener::{Budget, LogThrottle};
use adyton_runtime::targets::Targets;
use arc_swap::ArcSwap;
use parking_lot::Mutex;
use tokio::sync::{mpsc, watch};

use crate::journal::Recorder;
use crate::listener::bind;
pub use crate::listener::bind::{BindError, probe};
use crate::metrics::{Meters, Metrics};
use crate::pipeline::throttle::Registry;
use crate::prediction_tab::{QueuedTabCall, TabQueue};
use crate::settings::GatewaySettings;
use crate::worker::{Common, RunState, WorkerParts};

/// Calls at the Prediction tab that wait for each worker; whoever hands over one more waits with it.
const TAB_QUEUE: usize = 256;

/// What the binary connects the gateway to.
pub struct GatewayParts {
    /// The live state.
    pub live: LiveCell,
    /// The instance table.
    pub targets: Arc<Targets>,
    /// What runs, for explanations.
    pub instances: Arc<dyn Instances>,
    /// Who finds callers; the same that the control plane asks, since it counts failures.
    pub identity: Arc<Identity>,
    /// One recorder for each worker: as many as [`GatewaySettings::threads`].
    pub recorders: Vec<Recorder>,
    /// The clock.
    pub clock: Clock,
}

/// The gateway cannot be started.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub struct StartError(#[from] std::io::Error);

impl StartError {
    /// What is wrong and what to do.
    pub fn message_in(&self, language: Language) -> String {
        message!(
            language,
            "a gateway thread cannot be started: {}; raise the limit of threads (ulimit -u) or lower `gateway.threads`",
            "无法启动网关线程：{}；请提高线程数上限（ulimit -u），或调低 `gateway.threads`",
            self.0
        )
    }
}

/// The data plane of one node.
pub struct Gateway {
    local_addr: SocketAddr,
    parked: Mutex<Vec<WorkerParts>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    state: watch::Sender<RunState>,
    common: Arc<Common>,
    metrics: Metrics,
    prediction_tab: Arc<TabQueue>,
}

impl Gateway {
    /// Takes the address, but does not answer yet: connections wait until [`start`](Self::start). An `inherited` listener
    /// takes the place of [`GatewaySettings::listen`]; it is not closed for others when this gateway ends.
    ///
    /// # Errors
    /// The address is taken (the error names by whom, where the system tells), or cannot be bound.
    pub fn bind(
        mut settings: GatewaySettings,
        parts: GatewayParts,
        inherited: Option<&TcpListener>,
    ) -> Result<Self, BindError> {
        let workers = parts.recorders.len().clamp(1, usize::from(RequestId::WORKERS));
        let (local_addr, listeners) = match inherited {
            Some(listener) => bind::shared(listener, workers).map_err(BindError::Inherited)?,
            None => bind::listeners(settings.listen, workers)?,
        };
        settings.outgoing = Arc::new(settings.outgoing.listening_at(local_addr));
        let node = settings.node;
        let state = watch::Sender::new(RunState::Serving);
        let meters: Vec<Arc<Meters>> = (0..workers).map(|_| Arc::default()).collect();
        let unproven = Budget::new(settings.unproven_memory);
        let common = Arc::new(Common {
            settings: Arc::new(ArcSwap::from_pointee(settings)),
            reloads: watch::Sender::new(()),
            loopback: local_addr.ip().is_loopback(),
            is_inherited: inherited.is_some(),
            identity: parts.identity,
            instances: parts.instances,
            live: parts.live,
            targets: parts.targets,
            registry: Arc::new(Registry::default()),
            clock: parts.clock.clone(),
            workers,
            unproven,
            complaints: Arc::new(LogThrottle::new(parts.clock.clone())),
            explanations: Arc::default(),
        });
        let (tab_requests, queues): (Vec<mpsc::Sender<QueuedTabCall>>, Vec<_>) =
            (0..workers).map(|_| mpsc::channel(TAB_QUEUE)).unzip();
        let parked = listeners
            .into_iter()
            .zip(parts.recorders)
            .zip(queues)
            .enumerate()
            .map(|(number, ((listener, recorder), tab_requests))| WorkerParts {
                // As many as ids have numbers for: the clamp above.
                number: u8::try_from(number).unwrap_or(u8::MAX),
                listener,
                recorder,
                tab_requests,
                meters: Arc::clone(&meters[number]),
                state: state.subscribe(),
                common: Arc::clone(&common),
            })
            .collect();
        Ok(Self {
            local_addr,
            parked: Mutex::new(parked),
            threads: Mutex::default(),
            state,
            common,
            metrics: Metrics::new(meters),
            prediction_tab: Arc::new(TabQueue::new(tab_requests, node, parts.clock)),
        })
    }

    /// Where the gateway listens; with the port that was picked for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Starts one thread for each worker. A second call does nothing.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(&self) -> Result<(), StartError> {
        for worker in self.parked.lock().drain(..) {
            let name = format!("gateway-{}", worker.number);
            self.threads.lock().push(
                std::thread::Builder::new()
                    .name(name)
                    .spawn(move || worker.serve())?,
            );
        }
        Ok(())
    }

    /// Changes the settings that may change while it runs ([`GatewaySettings::reloaded`]). Workers take them within 50 ms;
    /// what a request waits for already keeps the limit that it began with.
    pub fn reload(&self, new: &GatewaySettings) {
        let now = self.common.settings.load();
        self.common.settings.store(Arc::new(now.reloaded(new)));
        self.common.reloads.send_replace(());
    }

    /// The server listens here, too: no back end may have this address.
    pub fn listens_at(&self, listener: SocketAddr) {
        let mut settings = GatewaySettings::clone(&self.common.settings.load());
        settings.outgoing = Arc::new(settings.outgoing.listening_at(listener));
        self.common.settings.store(Arc::new(settings));
        self.common.reloads.send_replace(());
    }

    /// Callers' questions about their own requests are answered here from now on; before, they are told that nobody can. The first
    /// one counts.
    pub fn explains_through(&self, explanations: Arc<dyn OwnExplanations>) {
        let _ = self.common.explanations.set(explanations);
    }

    /// The Prediction tab, for the control plane.
    pub fn prediction_tab(&self) -> Arc<TabQueue> {
        Arc::clone(&self.prediction_tab)
    }

    /// The memory of the whole process for callers that are not proven.
    pub fn unproven(&self) -> Arc<Budget> {
        Arc::clone(&self.common.unproven)
    }

    /// What the workers count.
    pub fn metrics(&self) -> Metrics {
        self.metrics.clone()
    }

    /// Ends the gateway without losing a request, and blocks until it has ended: readiness fails; what waits is accepted,
    /// then the listeners close; answers carry `Connection: close`; idle connections close after
    /// [`GatewaySettings::drain_linger`]; what is still in flight after `grace` is answered with `gateway.stopping`.
    pub fn drain(&self, grace: Duration) {
        self.state.send_replace(RunState::Draining { grace });
        self.parked.lock().clear();
        for thread in self.threads.lock().drain(..) {
            if thread.join().is_err() {
                tracing::error!("a gateway thread stopped unexpectedly; its connections were lost");
            }
        }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.drain(Duration::ZERO);
    }
}
