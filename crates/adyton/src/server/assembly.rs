//! The parts of a server, made in the order of the start and held until the end.

mod front;
mod models;
mod stage;
mod truth;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adyton_control::{BindError, Control, ControlParts, ControlSettings, Reloading};
use adyton_gateway::Gateway;
use adyton_gateway::journal::Journal;
use adyton_listener::files::{Connections, OpenFiles};
use adyton_store::audit_writer::AuditWriter;
use adyton_store::event_writer::EventWriter;
use adyton_store::{Store, feed, health, housekeeping};

use self::front::Front;
use self::models::Models;
use self::stage::Stage;
use self::truth::Truth;
use super::service_manager::ServiceManager;
use super::{addresses, inherited, parts};
use crate::config::{Config, Loaded};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::ready::{self, Ready};
use adyton_runtime::onnx::library::Choice;

/// Everything that runs.
pub(super) struct Assembly {
    pub(super) data: PathBuf,
    pub(super) ready: Ready,
    /// Whether calls are welcome; readiness shows it.
    pub(super) open: Arc<AtomicBool>,
    pub(super) gateway: Arc<Gateway>,
    pub(super) control: Stage,
    /// Changes settings of the control plane.
    pub(super) reloading: Reloading,
    /// Takes records of what is done to the server itself.
    pub(super) audit: AuditWriter,
    pub(super) instances: Stage,
    pub(super) background: Stage,
    pub(super) store: Store,
    pub(super) journal: Arc<Journal>,
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
        manager: &ServiceManager,
    ) -> Outcome<Self> {
        let config = &loaded.config;
        let clock = context.clock.clone();
        if !config.general.data.exists() {
            look_before_the_first_start(config, listener)?;
        }
        let (files, connections) = open_files(config);
        manager.status("starting: opening the database, and bringing it to this version's schema");
        let truth = Truth::open(config, &clock).await?;
        let Background {
            stage: background,
            events,
            audit,
        } = look_after(&truth);
        let models = Models::prepare(loaded, context, &truth, Arc::new(events), files)?;
        let front = Front::bind(config, &clock, &truth, &models, listener, connections)?;
        let open = Arc::new(AtomicBool::new(false));
        let settings = parts::control(config, &front.url, &truth.data, connections)?;
        let control = bind_control(
            settings,
            front.control(&truth, &models, audit.clone(), &open, clock),
        )
        .await?;
        front.gateway.listens_at(control.local_addr());
        front.gateway.explains_through(control.explanations());
        let Front {
            gateway,
            journal,
            url: gateway_url,
            ..
        } = front;
        let ready = ready_of(&gateway, gateway_url, control.local_addr(), &truth, &models)?;

        // Both addresses are ours: from here on things run and answer.
        let mut instances = Stage::new();
        let seen = models.reconciler.instances();
        instances.spawn(models.reconciler.run(instances.signal()));
        if listener.is_some() {
            manager.status("starting: services are deployed again before calls are accepted; they wait");
            inherited::deployed(truth.feed.cell(), seen.as_ref()).await;
        }
        gateway
            .start()
            .map_err(|error| Failure::failed(error.message_in(spoken())))?;
        let (mut answering, reloading) = (Stage::new(), control.reloading());
        answering.spawn(control.serve(answering.stopped()));
        open.store(true, Ordering::Release);
        let (data, store, gateway) = (truth.data, truth.store, Arc::new(gateway));
        Ok(Self {
            data,
            ready,
            open,
            gateway,
            control: answering,
            reloading,
            audit,
            instances,
            background,
            store,
            journal,
        })
    }
}

/// What is told of a server that is ready.
fn ready_of(
    gateway: &Gateway,
    gateway_url: String,
    control: SocketAddr,
    truth: &Truth,
    models: &Models,
) -> Outcome<Ready> {
    Ok(Ready {
        gateway_url,
        gateway_listens: Some(addresses::url(gateway.local_addr())),
        control_url: addresses::url(control),
        project_id: truth.first_project()?,
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        onnx: Some(runtime_of(models.onnx.choice())),
    })
}

/// The library that runs ONNX models, or that it is the compiled-in one.
fn runtime_of(choice: &Choice) -> PathBuf {
    match choice {
        Choice::Library(library) => library.path.clone(),
        Choice::Builtin { .. } => ready::BUILTIN.into(),
    }
}

/// What looks after the store, and the ways into what is written there in the background.
struct Background {
    stage: Stage,
    events: EventWriter,
    audit: AuditWriter,
}

/// Starts what looks after the store, and what writes events and audit records into it.
fn look_after(truth: &Truth) -> Background {
    let (store, mut background) = (&truth.store, Stage::new());
    let (events, writing) = EventWriter::start(store.clone(), background.stopped());
    background.spawn(writing);
    let (audit, writing) = AuditWriter::start(store.clone(), background.stopped());
    background.spawn(writing);
    background.spawn(feed::run(store.clone(), truth.feed.clone(), background.stopped()));
    background.spawn(housekeeping::run(store.clone(), background.stopped()));
    background.spawn(health::run(store.clone(), background.stopped()));
    Background {
        stage: background,
        events,
        audit,
    }
}

/// Takes the private listener's address; nobody is answered there yet.
async fn bind_control(settings: ControlSettings, parts: ControlParts) -> Outcome<Control> {
    let control = Control::bind(settings, parts)
        .await
        .map_err(|error| match &error {
            BindError::Listen { .. } => Failure::wrong_use(error.message_in(spoken())),
            BindError::Store(_) => Failure::failed(error.message_in(spoken())),
        })?;
    let address = control.local_addr();
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "the private listener is open to other machines: keep it behind a firewall");
    }
    Ok(control)
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
            .map_err(|error| Failure::wrong_use(error.message_in(spoken())))?;
    }
    adyton_control::probe(config.control.listen)
        .map_err(|error| Failure::wrong_use(error.message_in(spoken())))
}
