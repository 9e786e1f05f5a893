//! Makes what runs match what is wanted, and says what it sees.
//!
//! One task looks at the live state and at what its instances tell, and for each service that either concerns: `plan.rs`
//! decides, `carry_out.rs` hands the steps on, `board.rs` is told, and `service_events.rs` writes the events. Nothing of
//! this is stored but how often services were called (`counts_file.rs`): after a restart the reconciler sees nothing, wants the
//! same, and starts everything again.
//!
//! - [`plan`]: the pure part; read it first.
//! - `wanted.rs`: from the live state to what is wanted.
//! - `executor.rs`: who carries steps out; `this_node.rs` does, with the launchers of [`engines`](crate::engines).

mod board;
mod carry_out;
mod counts_file;
mod executor;
mod launch_parts;
pub mod plan;
mod reports;
mod running;
mod service_events;
#[cfg(test)]
mod tests;
mod this_node;
mod wanted;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::events::Events;
use adyton_core::id::ServiceId;
use adyton_core::instances::Instances;
use adyton_core::live::{Live, LiveCell, LiveService};
use tokio::sync::{mpsc, watch};

use self::board::Board;
use self::carry_out::Service;
use self::counts_file::CountsFile;
use self::executor::Message;
use self::launch_parts::LaunchParts;
use self::plan::RestartPolicy;
use self::running::Running;
use self::this_node::ThisNode;
use crate::command::CommandSettings;
use crate::engines::Engines;
use crate::onnx::threads::InferenceThreads;
use crate::onnx_models::Onnx;
use crate::package::Packages;
use crate::targets::Targets;

/// A start that is due is looked for no more often than this.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

/// What the reconciler works with.
#[derive(Clone)]
pub struct ReconcilerParts {
    /// What is wanted.
    pub live: LiveCell,
    /// Where the gateway reads who answers.
    pub targets: Arc<Targets>,
    /// Where events go.
    pub events: Arc<dyn Events>,
    /// The packages in place.
    pub packages: Packages,
    /// The runtime for ONNX models.
    pub onnx: Onnx,
    /// The threads for predictions that are not quick.
    pub threads: Arc<InferenceThreads>,
    /// How programs are run.
    pub command: CommandSettings,
    /// How instances are started again.
    pub restarts: RestartPolicy,
    /// How many lines of log a service keeps.
    pub log_lines: usize,
    /// The file with the counts of calls.
    pub counts: PathBuf,
    /// The clock.
    pub clock: Clock,
}

/// The reconciler of this node.
pub struct Reconciler {
    live: LiveCell,
    parts: LaunchParts,
    inbox: mpsc::UnboundedReceiver<Message>,
    services: HashMap<ServiceId, Service>,
    known: HashMap<ServiceId, Arc<LiveService>>,
    looked_at: Option<Arc<Live>>,
    counts_file: CountsFile,
}

impl Reconciler {
    /// A reconciler that has not begun yet.
    pub fn new(parts: ReconcilerParts) -> Self {
        let ReconcilerParts {
            live,
            targets,
            events,
            packages,
            onnx,
            threads,
            command,
            restarts,
            log_lines,
            counts,
            clock,
        } = parts;
        // Unbounded, yet bounded by what runs: an instance tells of its changes of state only.
        #[expect(
            clippy::disallowed_methods,
            reason = "each instance sends a handful of news in its life, and must never wait for the reconciler"
        )]
        let (tell, inbox) = mpsc::unbounded_channel();
        let counts_file = CountsFile::read(counts);
        let there = live.load();
        let before = counts_file.of(|id| there.service(id).is_some());
        let running = Arc::new(Running::new(clock.clone()));
        let board = Arc::new(Board::new(clock.clone(), log_lines, before, Arc::clone(&running)));
        let node = ThisNode {
            drain: command.drain,
            grace: command.grace,
            engines: Engines::new(
                onnx,
                threads,
                command,
                Arc::clone(targets.crowding()),
                clock.clone(),
            ),
            packages,
            targets,
            board: Arc::clone(&board),
            clock: clock.clone(),
            tell,
            running,
        };
        let parts = LaunchParts {
            executor: Arc::new(node),
            board,
            events,
            clock,
            restarts,
        };
        Self::with(live, parts, inbox, counts_file)
    }

    /// The same with whatever carries steps out, and tells of them through `inbox`.
    fn with(
        live: LiveCell,
        parts: LaunchParts,
        inbox: mpsc::UnboundedReceiver<Message>,
        counts_file: CountsFile,
    ) -> Self {
        Self {
            live,
            parts,
            inbox,
            services: HashMap::new(),
            known: HashMap::new(),
            looked_at: None,
            counts_file,
        }
    }

    /// What runs, for those who show it.
    pub fn instances(&self) -> Arc<dyn Instances> {
        Arc::clone(&self.parts.board) as Arc<dyn Instances>
    }

    /// Works until `stop` turns true; then ends every instance and returns when all have ended (or had to be killed).
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        self.parts.executor.recover();
        let mut published = self.live.published();
        // What was published before this is looked at, too.
        published.mark_changed();
        let mut writing = tokio::time::interval(counts_file::INTERVAL);
        writing.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let mut touched = HashSet::new();
            let next_start = self.next_start();
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                Ok(()) = published.changed() => self.compare(&mut touched),
                // A small file, and on no thread that serves calls.
                _ = writing.tick() => self.counts_file.write(self.parts.board.counts()),
                () = next_start => self.due(&mut touched),
                Some(message) = self.inbox.recv() => {
                    touched.insert(message.service);
                    self.take(message);
                }
            }
            while let Ok(message) = self.inbox.try_recv() {
                touched.insert(message.service);
                self.take(message);
            }
            for id in touched {
                self.reconcile(id);
            }
        }
        self.end_all().await;
    }

    /// Notes the services that are not as they were when last looked at.
    fn compare(&mut self, touched: &mut HashSet<ServiceId>) {
        let live = self.live.load();
        if self
            .looked_at
            .as_ref()
            .is_some_and(|before| Arc::ptr_eq(before, &live))
        {
            return;
        }
        for service in live.services() {
            let id = service.service.id;
            if self
                .known
                .get(&id)
                .is_none_or(|before| !Arc::ptr_eq(before, service))
            {
                self.known.insert(id, Arc::clone(service));
                touched.insert(id);
            }
        }
        self.known.retain(|id, _| {
            let there = live.service(*id).is_some();
            if !there {
                touched.insert(*id);
            }
            there
        });
        self.looked_at = Some(live);
    }

    /// Waits until an instance is to be started again; for ever if none is.
    fn next_start(&self) -> impl Future<Output = ()> + use<> {
        let next = self.services.values().filter_map(Service::next_start).min();
        let pause = next.map(|at| {
            at.saturating_sub(self.parts.clock.monotonic())
                .max(SHORTEST_PAUSE)
        });
        async move {
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            }
        }
    }

    /// Notes the services of which an instance is to be started again.
    fn due(&self, touched: &mut HashSet<ServiceId>) {
        let now = self.parts.clock.monotonic();
        let due = self
            .services
            .iter()
            .filter(|(_, service)| service.next_start().is_some_and(|at| at <= now));
        touched.extend(due.map(|(id, _)| *id));
    }

    fn take(&mut self, message: Message) {
        if let Some(service) = self.services.get_mut(&message.service) {
            service.take(&self.parts, message.instance, message.report);
        }
    }

    fn reconcile(&mut self, id: ServiceId) {
        let wanted = self.known.get(&id).map(|live| wanted::of(live));
        if wanted.is_none() && !self.services.contains_key(&id) {
            return;
        }
        let service = self.services.entry(id).or_insert_with(|| Service::new(id));
        if service.reconcile(&self.parts, wanted.as_ref()) {
            self.services.remove(&id);
        }
    }

    async fn end_all(mut self) {
        for service in self.services.values_mut() {
            service.end(&self.parts);
        }
        let limit = self.parts.executor.longest_retirement();
        let all = async {
            while self.services.values().any(Service::has_instances) {
                let Some(message) = self.inbox.recv().await else {
                    return;
                };
                self.take(message);
            }
        };
        if tokio::time::timeout(limit, all).await.is_err() {
            tracing::warn!("some instances did not end in time; their keepers end them now");
        }
        self.parts.executor.close();
        self.counts_file.write(self.parts.board.counts());
    }
}
