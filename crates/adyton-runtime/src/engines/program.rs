//! Runs instances of programs that models bring.

use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::event_cause::Cause;

use crate::command::CommandSettings;
use crate::command::supervise::supervise;
use crate::command::task::Task;
use crate::launcher::{End, Launch, Launcher, Life, Observer, Stop};
use crate::targets::crowding::Crowding;

/// Runs instances of one program.
pub(crate) struct ProgramLauncher {
    settings: Arc<CommandSettings>,
    /// Program and arguments, as the package declares them.
    command: Vec<String>,
    crowding: Arc<Crowding>,
    clock: Clock,
}

impl ProgramLauncher {
    pub(crate) fn new(
        settings: Arc<CommandSettings>,
        command: &[String],
        crowding: Arc<Crowding>,
        clock: Clock,
    ) -> Self {
        Self {
            settings,
            command: command.to_vec(),
            crowding,
            clock,
        }
    }
}

impl Launcher for ProgramLauncher {
    fn run(&self, launch: Launch, observer: Arc<dyn Observer>, stop: Stop) -> Life {
        if !self.settings.allowed {
            let cause = Cause::NoCode.kept();
            return Box::pin(std::future::ready(End::failed("starting", cause)));
        }
        let task = Task::new(&launch, self.command.clone(), &self.settings);
        let (settings, crowding, clock) = (
            Arc::clone(&self.settings),
            Arc::clone(&self.crowding),
            self.clock.clone(),
        );
        Box::pin(async move { supervise(&settings, &task, &crowding, &clock, observer, stop).await })
    }
}
