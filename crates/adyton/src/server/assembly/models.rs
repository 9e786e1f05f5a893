//! What runs models: packages, runtimes, inference threads, targets, the reconciler.

use std::sync::Arc;

use adyton_core::events::Events;
use adyton_listener::files::OpenFiles;
use adyton_runtime::onnx::library::{Choice, LibrarySetting};
use adyton_runtime::onnx::memory::ModelMemory;
use adyton_runtime::onnx::threads::InferenceThreads;
use adyton_runtime::onnx_models::Onnx;
use adyton_runtime::package::{Limits, Packages};
use adyton_runtime::reconciler::plan::RestartPolicy;
use adyton_runtime::reconciler::{Reconciler, ReconcilerParts};
use adyton_runtime::targets::Targets;
use adyton_runtime::trial::Trials;

use super::truth::Truth;
use crate::config::Loaded;
use crate::server::libraries::{onnx_places, wrong_library};
use crate::server::parts::{self, OriginalLimits};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::spoken;
use adyton_cli::said;

/// Lines of log that a service keeps.
const LOG_LINES: usize = 2000;

/// What runs models.
pub(super) struct Models {
    pub(super) packages: Packages,
    pub(super) onnx: Arc<Onnx>,
    pub(super) threads: Arc<InferenceThreads>,
    pub(super) targets: Arc<Targets>,
    pub(super) reconciler: Reconciler,
}

impl Models {
    pub(super) fn prepare(
        loaded: &Loaded,
        context: &Context,
        truth: &Truth,
        events: Arc<dyn Events>,
        files: OpenFiles,
    ) -> Outcome<Self> {
        let config = &loaded.config;
        let folder = truth.data.join("packages");
        let packages = Packages::open(&folder, Limits::default()).map_err(|error| {
            Failure::failed(said!(
                "the folder of the packages {} cannot be used: {error}; give the server's user write access there",
                "无法使用模型包目录 {}：{error}；请为服务器所用的用户授予该目录的写权限",
                folder.display()
            ))
        })?;
        let memory = ModelMemory::new(config.onnx.memory.0);
        let originals = OriginalLimits {
            open_files: files.original,
            data: memory.enforce(),
        };
        let setting = LibrarySetting::parse(&config.onnx.library);
        let onnx = Onnx::start(
            &setting,
            &onnx_places(&truth.data, &context.environment),
            parts::cores(),
        );
        if let (LibrarySetting::File(_), Choice::Builtin { reason }) = (&setting, onnx.choice()) {
            return Err(wrong_library(&reason.text_in(spoken())));
        }
        let onnx = onnx
            .with_trials(Trials::open(parts::trials(config, &truth.data)))
            .with_isolation(parts::isolation(config, &truth.data, memory));
        let threads = InferenceThreads::with(parts::inference(config, memory))
            .map_err(|error| Failure::failed(error.message_in(spoken())))?;
        let targets = Targets::new();
        let reconciler = Reconciler::new(ReconcilerParts {
            live: truth.feed.cell().clone(),
            targets: targets.clone(),
            events,
            packages: packages.clone(),
            onnx: onnx.clone(),
            threads: threads.clone(),
            command: parts::command(loaded, &truth.data, &context.environment, originals)?,
            restarts: RestartPolicy::default(),
            log_lines: LOG_LINES,
            counts: truth.data.join("calls.json"),
            clock: context.clock.clone(),
        });
        Ok(Self {
            packages,
            onnx: Arc::new(onnx),
            threads,
            targets,
            reconciler,
        })
    }
}
