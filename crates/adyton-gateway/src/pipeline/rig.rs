//! What steps are tried with: a live state of samples, a clock that stands, requests and bodies made by hand. No socket.

use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use adyton_core::clock::{Clock, Timestamp};
use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;
use adyton_core::live::{Change, Live};
use adyton_core::sample;
use adyton_core::secret::Secret;
use adyton_core::tenant::Scope;
use adyton_identity::{Identity, Methods, Visitor};
use adyton_listener::Budget;
use adyton_runtime::targets::Targets;
use adyton_sign::{Outgoing, OutgoingBody, sign};
use http::Request;
use http::request::Builder;

use crate::arrival::{Arrival, Inbound, TabCaller};
use crate::journal::RecordedFrames;
use crate::pipeline::limit::Bodies;
use crate::pipeline::pieces::Pieces;
use crate::pipeline::record::Records;
use crate::pipeline::throttle::{Quotas, Registry};
use crate::remote::Remote;
use crate::settings::GatewaySettings;
use crate::stamp::Stamps;
use crate::tick_clock::TickClock;
use crate::trail::Trail;
use crate::waits::Waits;
use crate::worker_meters::WorkerMeters;

/// All that steps take, made up.
pub(crate) struct Rig {
    pub(crate) clock: Clock,
    pub(crate) time: Rc<TickClock>,
    pub(crate) waits: Rc<Waits>,
    pub(crate) live: Live,
    pub(crate) targets: Arc<Targets>,
    pub(crate) identity: Identity,
    pub(crate) quotas: Quotas,
    /// Memory for whoever is not proven.
    pub(crate) unproven: Arc<Budget>,
    pub(crate) bodies: Bodies,
    pub(crate) records: Rc<Records>,
    pub(crate) written: RecordedFrames,
    pub(crate) settings: GatewaySettings,
    pub(crate) stamps: Stamps,
}

impl Rig {
    /// The sample state, no instance, the default settings without a throttle.
    pub(crate) fn new() -> Self {
        let clock = Clock::manual(Timestamp::from_seconds(1_790_000_000));
        let time = TickClock::new(clock.clone());
        let waits = Waits::new(Rc::clone(&time));
        let settings = GatewaySettings {
            default_per_second: 0,
            ..GatewaySettings::default()
        };
        let unproven = Budget::new(settings.unproven_memory);
        let (recorder, written) = RecordedFrames::by_recorder();
        Self {
            live: sample::live(clock.now(), []),
            targets: Targets::new(),
            identity: Identity::new(clock.clone(), adyton_identity::Settings::default()),
            quotas: Quotas::new(Arc::new(Registry::default())),
            bodies: Bodies::new(Arc::clone(&unproven), Rc::clone(&waits), Rc::clone(&time)),
            unproven,
            records: Rc::new(Records {
                recorder,
                meters: WorkerMeters::new(Arc::default()),
                time: Rc::clone(&time),
            }),
            written,
            stamps: Stamps::new(Rc::clone(&time), 1, 0),
            settings,
            waits,
            time,
            clock,
        }
    }

    /// Changes the live state.
    pub(crate) fn change(&mut self, change: Change) {
        let revision = self.live.revision() + 1;
        self.live.apply(revision, change);
    }

    /// The live state after a change, while the rig's own stays.
    pub(crate) fn changed(&self, change: Change) -> Live {
        let mut live = self.live.clone();
        live.apply(live.revision() + 1, change);
        live
    }

    /// Time passes, and the worker ticks.
    pub(crate) fn pass(&self, span: Duration) {
        self.clock.advance(span);
        self.time.tick();
        self.waits.tick();
    }

    /// A request at the API address.
    pub(crate) fn arrival(&self, request: Builder, body: impl Into<Pieces>) -> Box<Arrival> {
        let (head, ()) = request.body(()).expect("a request").into_parts();
        Box::new(Arrival {
            stamp: self.stamps.next(),
            head,
            body: Inbound::Tab(Box::pin(body.into())),
            tab_caller: None,
            remote: Remote::local([127, 0, 0, 1].into()),
        })
    }

    /// The same request through the Prediction tab of a project.
    pub(crate) fn at_tab(
        &self,
        project: Option<ProjectId>,
        visitor: Visitor,
        request: Builder,
        body: impl Into<Pieces>,
    ) -> Box<Arrival> {
        let mut arrival = self.arrival(request, body);
        arrival.tab_caller = Some(Box::new(TabCaller {
            project,
            visitor,
            sent: arrival.head.clone(),
        }));
        arrival
    }

    /// Notes about a request.
    pub(crate) fn trail(&self, arrival: &Arrival) -> Box<Trail> {
        Trail::begin(&self.records.recorder, arrival, &self.settings.hide_query_keys)
    }

    /// A token of the sample user.
    pub(crate) fn token(&self) -> String {
        let user = sample::user();
        let scope = Scope::Project(sample::PROJECT);
        let issued = self
            .identity
            .issue_token(&self.live, &user, scope, Methods::PASSWORD, None);
        issued.expect("a token").0
    }

    /// A call of the sample service by the sample user, with a token.
    pub(crate) fn by_token(&self) -> Builder {
        call().header("x-auth-token", self.token())
    }

    /// A call of the sample service with this body, signed with this key.
    pub(crate) fn signed(&self, key: &str, secret: &str, body: &[u8]) -> Builder {
        let outgoing = Outgoing {
            method: "POST",
            path: &path(""),
            query: "",
            host: "gateway.test",
            headers: &[],
            body: OutgoingBody::Hashed(Sha256::of(body)),
        };
        let secret = Secret::new(secret.to_owned());
        let signed = sign(&outgoing, key, &secret, self.clock.now()).expect("a signature");
        let request = Request::builder().method("POST").uri(path(""));
        signed
            .headers
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value))
    }
}

/// A path below the sample service's address.
pub(crate) fn path(below: &str) -> String {
    format!("{}{below}", adyton_core::address::of_service(sample::SERVICE))
}

/// A call of the sample service by nobody.
pub(crate) fn call() -> Builder {
    Request::builder()
        .method("POST")
        .uri(path(""))
        .header("host", "gateway.test")
}

/// Polls once.
pub(crate) fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future; the limit only bounds a test that fails.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        assert!(Instant::now() < deadline, "it waits for ever");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}
