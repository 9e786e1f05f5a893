//! From the engine that a model declares to the launcher of its instances: the one place that knows all kinds.

mod in_process;
mod program;

use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::model::Engine;

use self::in_process::{InProcessLauncher, Models};
use self::program::ProgramLauncher;
use crate::command::CommandSettings;
use crate::launcher::Launcher;
use crate::onnx::threads::InferenceThreads;
use crate::onnx_models::Onnx;
use crate::targets::crowding::Crowding;

/// What the instances of this node are run with.
pub struct Engines {
    models: Arc<Models>,
    command: Arc<CommandSettings>,
    crowding: Arc<Crowding>,
    clock: Clock,
}

impl Engines {
    /// ONNX models on `onnx` and `threads`, programs as `command` says; `crowding` is shared with all who call programs.
    pub fn new(
        onnx: Onnx,
        threads: Arc<InferenceThreads>,
        command: CommandSettings,
        crowding: Arc<Crowding>,
        clock: Clock,
    ) -> Self {
        Self {
            models: Arc::new(Models::new(onnx, threads, clock.clone())),
            command: Arc::new(command),
            crowding,
            clock,
        }
    }

    /// Who runs instances of this engine.
    pub fn launcher(&self, engine: &Engine) -> Box<dyn Launcher> {
        match engine {
            Engine::Onnx { file } => Box::new(InProcessLauncher::new(&self.models, file)),
            Engine::Command { command } => Box::new(ProgramLauncher::new(
                Arc::clone(&self.command),
                command,
                Arc::clone(&self.crowding),
                self.clock.clone(),
            )),
        }
    }

    /// Removes what instances left behind when the node before this one was killed.
    pub(crate) fn recover(&self) {
        self.command.sweep();
    }

    /// Takes no more calls of models in process, when the node ends.
    pub(crate) fn close(&self) {
        self.models.close();
    }
}
