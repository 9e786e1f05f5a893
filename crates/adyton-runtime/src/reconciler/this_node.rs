//! Carries plans out on this node: launchers run the instances, the table of targets says who of them answers.
//!
//! What must hold: an instance is in the table only while its launcher has said that it is ready, and leaves the table before it
//! is told to stop; between the two its calls may finish. What happens to an instance is known here before it is reported.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::event_cause::Cause;
use adyton_core::id::{InstanceId, ModelId, ServiceId};
use adyton_core::instances::LogLine;
use rustix::process::Pid;
use tokio::sync::mpsc;

use super::board::Board;
use super::executor::{Executor, Message, Report, Start};
use super::running::Running;
use crate::command::log::ServiceLog;
use crate::engines::Engines;
use crate::launcher::{End, Launch, Life, News, Observer, Stop};
use crate::package::Packages;
use crate::targets::{Instance, ServiceTargets, Target, Targets};

/// See the top of the file.
pub(super) struct ThisNode {
    pub(super) engines: Engines,
    pub(super) packages: Packages,
    pub(super) targets: Arc<Targets>,
    pub(super) board: Arc<Board>,
    pub(super) clock: Clock,
    /// How long an instance that retires may finish its calls.
    pub(super) drain: Duration,
    /// How long it may take to end after that.
    pub(super) grace: Duration,
    pub(super) tell: mpsc::UnboundedSender<Message>,
    pub(super) running: Arc<Running>,
}

/// How long an instance may still take to end when its grace is over, before it counts as one that does not end.
const BEYOND_GRACE: Duration = Duration::from_secs(5);

impl Executor for ThisNode {
    fn recover(&self) {
        self.engines.recover();
    }

    fn start(&self, start: Start) {
        let stopped = self.running.begin(start.instance, start.service, start.model);
        let watcher = Arc::new(Watcher {
            service: start.service,
            instance: start.instance,
            model: start.model,
            board: Arc::clone(&self.board),
            lines: self.board.log(start.service),
            clock: self.clock.clone(),
            running: Arc::clone(&self.running),
            tell: self.tell.clone(),
        });
        match self.life(start, &watcher, stopped.into()) {
            Ok(life) => drop(tokio::spawn(follow(life, watcher))),
            Err(cause) => watcher.end(End::failed("importing", cause)),
        }
    }

    fn serve(&self, service: ServiceId, targets: Option<ServiceTargets<InstanceId>>) {
        let targets = targets.map(|targets| targets.with(|id| self.running.instance(id)));
        self.targets.publish(service, targets);
    }

    fn retire(&self, id: InstanceId) {
        let Some((stop, instance)) = self.running.retire(id) else {
            return;
        };
        let Some(instance) = instance else {
            stop.send_replace(true);
            return;
        };
        instance.retire();
        let limit = self.drain;
        tokio::spawn(async move {
            if tokio::time::timeout(limit, instance.drained()).await.is_err() {
                tracing::warn!(instance = %id, "an instance is ended with calls in flight: they took too long");
            }
            stop.send_replace(true);
        });
    }

    fn longest_retirement(&self) -> Duration {
        self.drain + self.grace + BEYOND_GRACE
    }

    fn close(&self) {
        self.engines.close();
    }
}

impl ThisNode {
    /// The life of an instance, or why there is nothing to run.
    fn life(&self, start: Start, watcher: &Arc<Watcher>, stop: Stop) -> Result<Life, String> {
        let runnable = start.recipe.what?;
        let launch = Launch {
            service: start.service,
            generation: start.generation,
            project: start.recipe.project,
            instance: start.instance,
            key: start.key.0,
            package: runnable.package,
            folder: self.packages.path(runnable.package).join("model"),
            spec: Arc::clone(&runnable.spec),
            environment: start.recipe.environment,
            deploy_timeout: start.recipe.deploy_timeout,
            ready_within: start.ready_within,
        };
        let launcher = self.engines.launcher(&runnable.spec.engine);
        let observer: Arc<dyn Observer> = Arc::clone(watcher) as _;
        Ok(launcher.run(launch, observer, stop))
    }
}

/// Lives until the instance has ended. A launcher that panics over an instance has lost that instance only.
async fn follow(life: Life, watcher: Arc<Watcher>) {
    let end = tokio::spawn(life).await;
    watcher.end(end.unwrap_or_else(|problem| {
        tracing::error!(instance = %watcher.instance, %problem, "what ran an instance died");
        End::failed("running", Cause::ServerFailed.kept())
    }));
}

/// Hears what happens to one instance.
struct Watcher {
    service: ServiceId,
    instance: InstanceId,
    model: ModelId,
    board: Arc<Board>,
    lines: Arc<ServiceLog>,
    clock: Clock,
    running: Arc<Running>,
    tell: mpsc::UnboundedSender<Message>,
}

impl Watcher {
    fn end(&self, end: End) {
        self.running.end(self.instance);
        self.report(Report::End(end));
    }

    fn is_ready(&self, target: &Target) {
        let tally = self.board.tally(self.service, self.model);
        let instance = Instance::new(self.instance, self.model, target.clone(), tally);
        self.running.ready(self.instance, instance);
    }

    fn report(&self, report: Report) {
        // The reconciler is gone only when the process ends.
        let _ = self.tell.send(Message {
            service: self.service,
            instance: self.instance,
            report,
        });
    }
}

impl Observer for Watcher {
    fn news(&self, news: News) {
        if let News::Ready(target) = &news {
            self.is_ready(target);
        }
        self.report(Report::News(news));
    }

    fn kept_by(&self, keeper: Pid) {
        self.running.kept_by(self.instance, keeper);
    }

    fn log(&self, stream: &'static str, text: String) {
        self.lines.push(LogLine {
            at: self.clock.now(),
            instance: self.instance,
            stream: stream.to_owned(),
            text,
        });
    }
}
