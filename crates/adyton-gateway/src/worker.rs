//! One worker: a thread, its runtime, and everything that a request needs, at hand without a lock.

use std::cell::{Cell, RefCell};
use std::net::TcpListener as StdListener;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::id::RequestId;
use adyton_core::instances::Instances;
use adyton_core::live::{Live, LiveCell, LiveReader};
use adyton_identity::Identity;
use adyton_listener::{Acceptor, Budget, Places, Seldom};
use adyton_runtime::targets::{self, Targets};
use arc_swap::ArcSwap;
use hyper::server::conn::http1;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{mpsc, watch};
use tokio::task::spawn_local;

use crate::door::{self, Visit};
use crate::journal::Recorder;
use crate::listener::looks::Looks;
use crate::listener::{accept, connection, drain};
use crate::metrics::Meters;
use crate::outbox::Outbox;
use crate::pipeline::limit::Room;
use crate::pipeline::throttle::{Quotas, Registry};
use crate::settings::GatewaySettings;
use crate::upstream::Pool;
use crate::waits::{TICK, Waits};

/// The most that is read of a head at once, in bytes.
const SCRATCH: usize = 16 * 1024;
/// Ticks between two looks at connections: once a second.
const WATCH_EVERY: u64 = 20;
/// Ticks between two looks for throttles that nobody uses: once a minute.
const FORGET_EVERY: u64 = 1200;

/// What the gateway tells its workers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// Serve.
    Serve,
    /// Let go, within this time.
    Drain {
        /// How long requests in flight may go on.
        grace: Duration,
    },
}

/// What all workers have in common. Read only, but for the throttles.
pub(crate) struct Shared {
    /// What was set at the start or by the last reload; workers look at each tick.
    pub(crate) settings: ArcSwap<GatewaySettings>,
    /// Whether the listener is reached from this machine alone.
    pub(crate) loopback: bool,
    /// Whether the listener is somebody else's, who holds it open for the next server.
    pub(crate) is_inherited: bool,
    /// Who finds callers.
    pub(crate) identity: Arc<Identity>,
    /// What runs: asked only to say why a service cannot be called.
    pub(crate) instances: Arc<dyn Instances>,
    /// The throttles of the process.
    pub(crate) registry: Registry,
    pub(crate) clock: Clock,
    pub(crate) workers: usize,
    /// Memory for whoever is not proven.
    pub(crate) unproven: Arc<Budget>,
    /// What is said about connections that could not be accepted.
    pub(crate) complaints: Arc<Seldom>,
}

/// What a worker is made of; goes to its thread.
pub(crate) struct Seat {
    pub(crate) number: u8,
    pub(crate) listener: StdListener,
    pub(crate) recorder: Recorder,
    pub(crate) visits: mpsc::Receiver<Visit>,
    pub(crate) live: LiveCell,
    pub(crate) targets: Arc<Targets>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) orders: watch::Receiver<Order>,
    pub(crate) shared: Arc<Shared>,
}

impl Seat {
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

async fn run(seat: Seat) {
    let listener = match TcpListener::from_std(seat.listener) {
        Ok(listener) => listener,
        Err(problem) => return tracing::error!(%problem, "a gateway worker cannot use its listener"),
    };
    let (mut orders, mut visits) = (seat.orders, seat.visits);
    let settings = seat.shared.settings.load_full();
    let worker = Rc::new(Worker {
        number: seat.number,
        node: settings.node,
        live: RefCell::new(Held::new(seat.live.reader())),
        targets: RefCell::new(seat.targets.reader()),
        quotas: Quotas::default(),
        pool: Pool::new(settings.upstream_idle, Arc::clone(seat.targets.crowding())),
        recorder: seat.recorder,
        meters: seat.meters,
        room: Room::default(),
        waits: Waits::new(seat.shared.clock.clone()),
        outbox: Rc::default(),
        looks: Rc::default(),
        scratch: RefCell::new(vec![0; SCRATCH]),
        places: Places::new(settings.max_connections / seat.shared.workers),
        parser: connection::parser(),
        now: Rc::new(Cell::new(seat.shared.clock.monotonic())),
        day: Cell::new((seat.shared.clock.now(), seat.shared.clock.monotonic())),
        draining: Cell::new(false),
        sequence: Cell::new(0),
        turn: Cell::new(u64::from(seat.number)),
        settings: RefCell::new(Settings::of(settings)),
        shared: seat.shared,
    });
    spawn_local(tick(Rc::clone(&worker)));
    spawn_local(Rc::clone(&worker.outbox).run());
    let visited = Rc::clone(&worker);
    spawn_local(async move {
        while let Some(visit) = visits.recv().await {
            spawn_local(door::receive(Rc::clone(&visited), visit));
        }
    });
    let told = async {
        let order = orders.wait_for(|order| *order != Order::Serve).await;
        // The gateway is gone without a word: nobody waits for the rest either.
        order.map_or(
            Order::Drain {
                grace: Duration::ZERO,
            },
            |order| *order,
        )
    };
    let mut acceptor = Acceptor::new(listener, "gateway", Arc::clone(&worker.shared.complaints));
    let mut waiting = None;
    let order = tokio::select! {
        () = accept::run(&worker, &mut acceptor, &mut waiting) => Order::Serve,
        order = told => order,
    };
    if let Order::Drain { grace } = order {
        drain::run(&worker, acceptor.into_listener(), waiting, grace).await;
    }
}

/// Looks after time: what waits too long, which connections are idle, which throttles are unused.
async fn tick(worker: Rc<Worker>) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for number in 0u64.. {
        ticks.tick().await;
        worker.now.set(worker.clock().monotonic());
        worker.day.set((worker.clock().now(), worker.now.get()));
        worker.take_settings();
        worker.waits.tick();
        worker.pool.give_way();
        if number.is_multiple_of(WATCH_EVERY) {
            let patience = worker.settings().patience.connection;
            worker.places.watch(worker.now.get(), &patience);
            worker.looks.tick();
            worker.pool.forget(worker.now.get());
        }
        if number.is_multiple_of(FORGET_EVERY) {
            worker.quotas.forget(&worker.shared.registry, worker.now.get());
        }
    }
}

/// What a request needs. Belongs to one thread; nothing in it is held across a wait but what is counted by `Rc`.
pub(crate) struct Worker {
    /// Which of the workers this is.
    pub(crate) number: u8,
    node: u16,
    pub(crate) shared: Arc<Shared>,
    settings: RefCell<Settings>,
    live: RefCell<Held>,
    pub(crate) targets: RefCell<targets::Reader>,
    pub(crate) quotas: Quotas,
    pub(crate) pool: Pool,
    pub(crate) recorder: Recorder,
    pub(crate) meters: Arc<Meters>,
    pub(crate) waits: Rc<Waits>,
    /// Where pieces of heads are read to, to be counted before the parser has them.
    pub(crate) scratch: RefCell<Vec<u8>>,
    /// Looks whether clients have left.
    pub(crate) looks: Rc<Looks>,
    /// What is written in this turn.
    pub(crate) outbox: Rc<Outbox>,
    /// Memory for bodies of proven callers.
    pub(crate) room: Room,
    /// Its connections, and the visits through the second door.
    pub(crate) places: Arc<Places>,
    pub(crate) parser: http1::Builder,
    /// The time at the last tick: exact to the tick, and free.
    pub(crate) now: Rc<Cell<Duration>>,
    /// One moment at the last tick by both clocks, so that a request need read only one of them.
    day: Cell<(Timestamp, Duration)>,
    /// Whether answers end their connections.
    pub(crate) draining: Cell<bool>,
    sequence: Cell<u64>,
    turn: Cell<u64>,
}

impl Worker {
    /// The live state, for one whole request.
    pub(crate) fn live(&self) -> Rc<Snapshot> {
        self.live.borrow_mut().current()
    }

    /// For how long nobody has known whether the live state is the newest.
    pub(crate) fn feed_age(&self) -> Duration {
        self.live.borrow().reader.age(self.clock().monotonic())
    }

    /// The settings that hold now.
    pub(crate) fn settings(&self) -> Rc<GatewaySettings> {
        Rc::clone(&self.settings.borrow().own)
    }

    /// Takes what a reload has changed.
    fn take_settings(&self) {
        let newest = self.shared.settings.load();
        let mut held = self.settings.borrow_mut();
        if !Arc::ptr_eq(&newest, &held.seen) {
            *held = Settings::of(Arc::clone(&newest));
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Now: the time of day, and the monotonic time.
    pub(crate) fn moment(&self) -> (Timestamp, Duration) {
        let now = self.clock().monotonic();
        let (day, then) = self.day.get();
        (day.after(now.saturating_sub(then)), now)
    }

    /// The id of a request that arrived at `at`.
    pub(crate) fn next_id(&self, at: Timestamp) -> RequestId {
        let sequence = self.sequence.get();
        self.sequence.set(sequence.wrapping_add(1));
        let at = u64::try_from(at.millis()).unwrap_or(0);
        RequestId::compose(at, self.node, self.number, sequence)
    }

    /// The running number by which instances take turns.
    pub(crate) fn next_turn(&self) -> u64 {
        let turn = self.turn.get();
        self.turn.set(turn.wrapping_add(1));
        turn
    }
}

/// The settings as this worker last saw them: what all share, and this thread's own copy, as [`Snapshot`] is for the live
/// state.
struct Settings {
    seen: Arc<GatewaySettings>,
    own: Rc<GatewaySettings>,
}

impl Settings {
    fn of(seen: Arc<GatewaySettings>) -> Self {
        Self {
            own: Rc::new(GatewaySettings::clone(&seen)),
            seen,
        }
    }
}

/// One state of the world. Requests of a worker share it by a count of this thread's own (`Rc`), since a count that all
/// cores change would cost more than the look-ups.
pub(crate) struct Snapshot(Arc<Live>);

impl std::ops::Deref for Snapshot {
    type Target = Live;
    fn deref(&self) -> &Live {
        &self.0
    }
}

/// The live state as this worker last saw it.
struct Held {
    reader: LiveReader,
    seen: Rc<Snapshot>,
}

impl Held {
    fn new(mut reader: LiveReader) -> Self {
        let seen = Rc::new(Snapshot(Arc::clone(reader.get())));
        Self { reader, seen }
    }

    fn current(&mut self) -> Rc<Snapshot> {
        let newest = self.reader.get();
        if !Arc::ptr_eq(newest, &self.seen.0) {
            self.seen = Rc::new(Snapshot(Arc::clone(newest)));
        }
        Rc::clone(&self.seen)
    }
}
