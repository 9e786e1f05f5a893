//! What callers meet: who they are, the gateway, and what is kept of them; and what the control plane works with.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adyton_control::ControlParts;
use adyton_core::clock::Clock;
use adyton_core::live::LiveCell;
use adyton_core::not_ready::NotReady;
use adyton_gateway::journal::Journal;
use adyton_gateway::{Gateway, GatewayParts, Metrics};
use adyton_identity::Identity;
use adyton_listener::files::Connections;
use adyton_store::Store;
use adyton_store::audit_writer::AuditWriter;

use super::models::Models;
use super::truth::Truth;
use crate::config::Config;
use crate::server::{addresses, parts, process_metrics};
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;

/// What callers meet: who they are, the gateway, and what is kept of them.
pub(super) struct Front {
    identity: Arc<Identity>,
    pub(super) journal: Arc<Journal>,
    pub(super) gateway: Gateway,
    /// What API addresses begin with.
    pub(super) url: String,
}

impl Front {
    pub(super) fn bind(
        config: &Config,
        clock: &Clock,
        truth: &Truth,
        models: &Models,
        listener: Option<&TcpListener>,
        connections: Connections,
    ) -> Outcome<Self> {
        let identity = Arc::new(Identity::new(clock.clone(), parts::identity(config)));
        let settings = parts::gateway(config, connections)?;
        let journal = parts::journal(config, &truth.data);
        let (journal, recorders) = Journal::open(journal, settings.threads, clock.clone())
            .map_err(|error| Failure::failed(error.message_in(spoken())))?;
        let parts = GatewayParts {
            live: truth.feed.cell().clone(),
            targets: models.targets.clone(),
            instances: models.reconciler.instances(),
            identity: identity.clone(),
            recorders,
            clock: clock.clone(),
        };
        let gateway = Gateway::bind(settings, parts, listener)
            .map_err(|error| Failure::wrong_use(error.message_in(spoken())))?;
        let url = match &config.gateway.public_url {
            Some(url) => url.0.clone(),
            None => addresses::url(gateway.local_addr()),
        };
        Ok(Self {
            identity,
            journal: Arc::new(journal),
            gateway,
            url,
        })
    }

    /// What the control plane works with.
    pub(super) fn control(
        &self,
        truth: &Truth,
        models: &Models,
        audit: AuditWriter,
        open: &Arc<AtomicBool>,
        clock: Clock,
    ) -> ControlParts {
        let (gauge, journal, open) = (self.gateway.metrics(), self.journal.clone(), Arc::clone(open));
        let storage = Storage {
            store: truth.store.clone(),
            live: truth.feed.cell().clone(),
            audit: audit.clone(),
            clock: clock.clone(),
        };
        let health = truth.store.health().clone();
        let (threads, instances) = (models.threads.clone(), models.reconciler.instances());
        ControlParts {
            store: truth.store.clone(),
            feed: truth.feed.clone(),
            identity: self.identity.clone(),
            instances: models.reconciler.instances(),
            journal: self.journal.clone(),
            prediction_tab: self.gateway.prediction_tab(),
            audit,
            unproven: self.gateway.unproven(),
            packages: models.packages.clone(),
            onnx: models.onnx.clone(),
            metrics: Arc::new(move || {
                gauge.render()
                    + &gauge.render_services(&storage.live.load(), instances.as_ref())
                    + &Metrics::render_usage(&storage.live.load(), instances.as_ref())
                    + &journal.metrics()
                    + &storage.render()
                    + &threads.render()
                    + &process_metrics::render()
            }),
            ready: Arc::new(move || match (open.load(Ordering::Acquire), health.problem()) {
                (false, _) => Err(NotReady::Turning.kept()),
                (true, Some(problem)) => Err(problem),
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
    audit: AuditWriter,
    clock: Clock,
}

impl Storage {
    fn render(&self) -> String {
        let age = self.live.age(self.clock.monotonic()).as_secs_f64();
        let (written, lost) = self.audit.counts();
        let works = u8::from(self.store.health().problem().is_none());
        format!(
            "# HELP adyton_feed_age_seconds Time since the live state was last known to be current\n\
             # TYPE adyton_feed_age_seconds gauge\nadyton_feed_age_seconds {age:.3}\n\
             # HELP adyton_store_writable Whether writes work\n\
             # TYPE adyton_store_writable gauge\nadyton_store_writable {works}\n\
             # HELP adyton_audit_records_total Records of management calls that were written\n\
             # TYPE adyton_audit_records_total counter\nadyton_audit_records_total {written}\n\
             # HELP adyton_audit_lost_total Records of management calls that could not be written; the log has them\n\
             # TYPE adyton_audit_lost_total counter\nadyton_audit_lost_total {lost}\n"
        )
    }
}
