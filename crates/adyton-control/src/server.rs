//! The listener of the control plane: it accepts, and ends gracefully. One connection is `connection.rs`'s.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::language::{Language, message};
use adyton_identity::OwnExplanations;
use adyton_listener::acceptor::Accepted;
use adyton_listener::{
    Acceptor, ConnectionSlot, ConnectionSlots, ConnectionState, LogThrottle, Notice, closing,
};
use axum::Router;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::connection::{self, Connection};
use crate::live_updates;
use crate::middleware::application;
use crate::minutes;
use crate::operations::model::publish::recover;
use crate::operations::package::sweep;
use crate::operations::service::rollout;
use crate::own_explanations::Explanations;
use crate::routes;
use crate::settings::{ControlParts, ControlSettings};
use crate::shared::Shared;
use crate::unread::Recorder;

/// Between two looks at all connections.
const WATCH: Duration = Duration::from_secs(1);
/// So many idle connections are let go when the process is out of descriptors.
const RELIEF: usize = 16;

/// Why the control plane could not begin.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub enum BindError {
    /// The address cannot be listened at.
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        problem: std::io::Error,
    },
    /// The store could not be asked.
    Store(String),
}

impl BindError {
    /// What is wrong and what to do.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::Listen { address, problem } => message!(
                language,
                "the control plane cannot listen at {address}: {problem}; choose another with --control, or stop the process that uses it",
                "控制面无法监听 {address}：{problem}；请用 --control 指定另一个地址，或停止占用它的进程"
            ),
            Self::Store(problem) => message!(
                language,
                "the control plane failed to start: {problem}",
                "控制面启动失败：{problem}"
            ),
        }
    }
}

/// Whether the address can be listened at.
///
/// # Errors
/// Somebody has it, or the system refuses it.
pub fn probe(address: SocketAddr) -> Result<(), BindError> {
    match std::net::TcpListener::bind(address) {
        Ok(_closed_at_once) => Ok(()),
        Err(problem) => Err(BindError::Listen { address, problem }),
    }
}

/// Changes the settings of a control plane that serves. Cheap to clone.
#[derive(Clone)]
pub struct Reloading(Arc<Shared>);

impl Reloading {
    /// Takes what may change while it runs ([`ControlSettings::reloaded`]). A request that has begun keeps what it began with.
    pub fn reload(&self, new: &ControlSettings) {
        self.0.reload(new);
    }
}

/// The control plane, listening.
pub struct Control {
    listener: TcpListener,
    address: SocketAddr,
    router: Router,
    shared: Arc<Shared>,
}

impl Control {
    /// Ends imports that a restart cut off, and begins to listen. Nothing is answered before [`Control::serve`].
    ///
    /// # Errors
    /// The address is taken, or the store does not answer.
    pub async fn bind(mut settings: ControlSettings, parts: ControlParts) -> Result<Self, BindError> {
        let asked = settings.address;
        let listen = |problem| BindError::Listen {
            address: asked,
            problem,
        };
        let listener = TcpListener::bind(asked).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        settings.address = address;
        let shared = Arc::new(Shared::new(settings, parts));
        recover(&shared)
            .await
            .map_err(|failure| BindError::Store(failure.to_string()))?;
        sweep::leftovers(&shared);
        let router = application(&routes::table(), &shared);
        Ok(Self {
            listener,
            address,
            router,
            shared,
        })
    }
    /// The address to listen on.
    pub const fn local_addr(&self) -> SocketAddr {
        self.address
    }
    /// What settings are changed through while it serves.
    pub fn reloading(&self) -> Reloading {
        Reloading(self.shared.clone())
    }
    /// What the gateway hands callers' questions about their own requests to. Called on the runtime that answers them.
    pub fn explanations(&self) -> Arc<dyn OwnExplanations> {
        Arc::new(Explanations {
            router: self.router.clone(),
            runtime: Handle::current(),
        })
    }
    /// Answers until `shutdown` is ready, then finishes what is in flight, at most `shutdown_grace` long.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let Self {
            listener,
            router,
            shared,
            ..
        } = self;
        let slots = ConnectionSlots::new(shared.settings().max_connections);
        let complaints = Arc::new(LogThrottle::new(shared.clock.clone()));
        let mut acceptor = Acceptor::new(listener, "control", complaints);
        let recording = shared.clone();
        let unreadable: Recorder = Arc::new(move |unreadable| recording.unreadable(&unreadable));
        let begin = Begin {
            router,
            shared: shared.clone(),
            unreadable,
        };
        let mut connections = JoinSet::new();
        let rollouts = tokio::spawn(rollout::record(shared.clone()));
        let sweeping = tokio::spawn(sweep::regularly(shared.clone()));
        let counting = tokio::spawn(minutes::record(shared.clone()));
        let gathering = tokio::spawn(live_updates::gather(shared.clone()));
        let judging = tokio::spawn(judge(shared.clone(), slots.clone()));
        tokio::pin!(shutdown);
        let mut waiting = None;
        loop {
            let (accepted, slot) = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&mut acceptor, &slots, &shared, &mut waiting) => accepted,
            };
            // Not a branch of the above: a connection that ends would drop one that has been accepted and waits for a slot.
            while connections.try_join_next().is_some() {}
            connections.spawn(begin.serve(accepted, slot));
        }
        let mut admit = |accepted: NewConnection| {
            let slot = slots.admit(&accepted.state);
            connections.spawn(begin.serve(accepted, slot));
        };
        waiting.into_iter().for_each(&mut admit);
        let rest = acceptor.into_listener();
        closing::accept_rest(rest, |socket, peer| {
            admit(NewConnection::new(socket, peer, &shared))
        })
        .await;
        shared.news.close();
        slots.tell_all(Notice::Finish);
        let finished = async {
            while connections.join_next().await.is_some() {}
            shared.tasks.ended().await;
        };
        if tokio::time::timeout(shared.settings().shutdown_grace, finished)
            .await
            .is_err()
        {
            tracing::warn!("management calls or imports were still in progress when the server stopped");
        }
        shared.audit.finish();
        counting.abort();
        if let Err(failure) = minutes::write(&shared).await {
            tracing::warn!("the last counts of services' requests are lost: {failure}");
        }
        rollouts.abort();
        sweeping.abort();
        gathering.abort();
        judging.abort();
    }
}

/// A connection that was accepted.
struct NewConnection {
    socket: TcpStream,
    peer: SocketAddr,
    state: Arc<ConnectionState>,
}

impl NewConnection {
    fn new(socket: TcpStream, peer: SocketAddr, shared: &Shared) -> Self {
        // A trusted proxy speaks for many callers.
        let settings = shared.settings();
        let is_proxy = settings
            .trusted_proxies
            .iter()
            .any(|range| range.contains(peer.ip()));
        let state = ConnectionState::new(peer.ip(), is_proxy, shared.clock.monotonic());
        Self { socket, peer, state }
    }
}

/// What every connection is served with.
struct Begin {
    router: Router,
    shared: Arc<Shared>,
    unreadable: Recorder,
}

impl Begin {
    fn serve(&self, accepted: NewConnection, slot: ConnectionSlot) -> impl Future<Output = ()> + use<> {
        let shared = &self.shared;
        let connection = Connection {
            peer: accepted.peer,
            state: accepted.state,
            router: self.router.clone(),
            clock: shared.clock.clone(),
            unproven: shared.unproven.clone(),
            unreadable: self.unreadable.clone(),
            trusted_proxies: shared.settings().trusted_proxies.clone(),
        };
        async move {
            let _slot = slot;
            connection::serve(accepted.socket, connection).await;
        }
    }
}

/// The next connection that has a slot. Who waits for one stays in `waiting` when this is dropped.
async fn accept(
    acceptor: &mut Acceptor,
    slots: &Arc<ConnectionSlots>,
    shared: &Shared,
    waiting: &mut Option<NewConnection>,
) -> (NewConnection, ConnectionSlot) {
    loop {
        match acceptor.accept(|| slots.relieve(RELIEF)).await {
            Accepted::Connection(socket, peer) => {
                let accepted = waiting.insert(NewConnection::new(socket, peer, shared));
                let slot = slots.find(&accepted.state).await;
                if let (Some(accepted), Some(slot)) = (waiting.take(), slot) {
                    return (accepted, slot);
                }
            }
            Accepted::Failed => {}
        }
    }
}

/// Ends connections that are stuck, too slow or idle for too long.
async fn judge(shared: Arc<Shared>, slots: Arc<ConnectionSlots>) {
    let mut looks = tokio::time::interval(WATCH);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        slots.occupied().await;
        looks.tick().await;
        slots.watch(shared.clock.monotonic(), &shared.settings().deadlines);
    }
}
