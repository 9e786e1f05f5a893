//! Runs instances of ONNX models in this process. Instances of one version share the model in memory.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::event_cause::Cause;
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::launcher::{End, Launch, Launcher, Life, News, Observer, Served, Stop};
use crate::onnx::ending::Ending;
use crate::onnx::in_process::{InProcess, Used};
use crate::onnx::threads::InferenceThreads;
use crate::onnx::threads::model::GivenUp;
use crate::onnx_models::Onnx;
use crate::project_gate::{ProjectGate, ProjectPermit};
use crate::targets::Target;
use crate::trial::{LoadRequest, Subject, TrialLimits};

/// So many models are loaded into the process at a time: loading is heavy, and calls go on meanwhile.
const LOADS_AT_A_TIME: usize = 4;
/// Of one project fewer: models that never answer are loaded until their deployment is given up.
const LOADS_OF_A_PROJECT: usize = 3;
/// How often a model that is being loaded is asked whether it has had its turn.
const TURN_ASKED: Duration = Duration::from_secs(1);
/// A trial ends so long before the deployment's time is up.
const BEFORE_THE_END: Duration = Duration::from_secs(1);

/// The models of this process, and what they run on.
pub(crate) struct Models {
    onnx: Onnx,
    threads: Arc<InferenceThreads>,
    clock: Clock,
    loads: ProjectGate,
    /// Those in memory, by [`Launch::key`].
    loaded: Mutex<HashMap<u64, Weak<InProcess>>>,
}

impl Models {
    pub(crate) fn new(onnx: Onnx, threads: Arc<InferenceThreads>, clock: Clock) -> Self {
        Self {
            onnx,
            threads,
            clock,
            loads: ProjectGate::new(LOADS_AT_A_TIME, LOADS_OF_A_PROJECT),
            loaded: Mutex::default(),
        }
    }

    /// Takes no more calls.
    pub(crate) fn close(&self) {
        self.threads.close();
    }

    /// Loads the model and makes it answer once, or takes the one that another instance of the same version has.
    async fn load(
        self: &Arc<Self>,
        launch: &Launch,
        file: &str,
        ending: Arc<Ending>,
    ) -> Result<Arc<InProcess>, String> {
        // Given back when the deployment's time is over, even if a model still hangs: others must not wait for it.
        let permit = self.loads.enter(launch.project).await;
        let permit = Arc::new(permit.map_err(|problem| problem.to_string())?);
        let (models, launch, file) = (Arc::clone(self), launch.clone(), file.to_owned());
        let held = Arc::downgrade(&permit);
        let load = move || models.load_now(&launch, &file, &ending, &held);
        // Loading recurses as deep as the graph does, so it gets the stack on which the model was tried.
        let (tell, mut loaded) = oneshot::channel();
        std::thread::Builder::new()
            .name("model-load".to_owned())
            .stack_size(self.threads.stack())
            // Nobody waits for it when the time is up; the model goes then.
            .spawn(move || drop(tell.send(load())))
            .map_err(|problem| {
                Cause::NoThread {
                    problem: &problem.to_string(),
                }
                .kept()
            })?;
        let loaded = loop {
            match tokio::time::timeout(TURN_ASKED, &mut loaded).await {
                Ok(loaded) => break loaded,
                // One that takes long goes on among the slow, if there is room.
                Err(_) => _ = permit.may_go_on(),
            }
        };
        // A runtime that panics over a model fails that model only.
        loaded.unwrap_or_else(|_| Err(Cause::Panicked.kept()))
    }

    /// The same on this thread, for as long as it takes.
    fn load_now(
        &self,
        launch: &Launch,
        file: &str,
        ending: &Ending,
        permit: &Weak<ProjectPermit>,
    ) -> Result<Arc<InProcess>, String> {
        let there = self.loaded.lock().get(&launch.key).and_then(Weak::upgrade);
        if let Some(model) = there.filter(|model| !model.has_failed()) {
            return Ok(model);
        }
        self.threads
            .may_load(launch.project)
            .map_err(|problem| problem.to_string())?;
        let subject = Subject {
            folder: &launch.folder,
            file,
            apis: &launch.spec.apis,
        };
        let wish = LoadRequest {
            service: launch.service,
            generation: launch.generation,
        };
        let permit = permit
            .upgrade()
            .unwrap_or_else(|| Arc::new(ProjectPermit::alone()));
        let turn = TrialLimits {
            time: time_for_a_trial(launch),
            ending,
            permit: &permit,
        };
        // Held until the model has answered once.
        let _loading = self
            .onnx
            .clear(launch.package, subject, wish, turn)
            .map_err(|problem| problem.to_string())?;
        drop(permit);
        let loaded = self
            .onnx
            .load_until(&launch.folder, file, time_for_a_trial(launch), ending)
            .map_err(|problem| problem.to_string())?;
        let (threads, clock) = (Arc::clone(&self.threads), self.clock.clone());
        let model = InProcess::start_for(launch.project, loaded, &launch.spec.apis, threads, clock, ending)
            .map_err(|problem| format!("model/{file}: {problem}"))?;
        let mut all = self.loaded.lock();
        all.retain(|_, model| model.strong_count() > 0);
        all.insert(launch.key, Arc::downgrade(&model));
        Ok(model)
    }
}

/// Shorter than the deployment's own, so that it is known and noted why a model did not come through.
fn time_for_a_trial(launch: &Launch) -> Duration {
    let most = launch.deploy_timeout;
    most.saturating_sub(BEFORE_THE_END).max(most / 2)
}

/// Runs instances of one model file.
pub(crate) struct InProcessLauncher {
    models: Arc<Models>,
    /// Relative to the package's `model/`.
    file: String,
}

impl InProcessLauncher {
    pub(crate) fn new(models: &Arc<Models>, file: &str) -> Self {
        Self {
            models: Arc::clone(models),
            file: file.to_owned(),
        }
    }
}

impl Launcher for InProcessLauncher {
    fn run(&self, launch: Launch, observer: Arc<dyn Observer>, stop: Stop) -> Life {
        let (models, file) = (Arc::clone(&self.models), self.file.clone());
        Box::pin(live(models, file, launch, observer, stop))
    }
}

async fn live(
    models: Arc<Models>,
    file: String,
    launch: Launch,
    observer: Arc<dyn Observer>,
    mut stop: Stop,
) -> End {
    let (ending, began) = (Ending::new(), models.clock.monotonic());
    let loaded = {
        // Whyever nobody waits for it any more: what is not loaded by then ends as soon as it can be ended.
        let _unwanted = EndOnDrop(Arc::clone(&ending));
        let loading = models.load(&launch, &file, ending);
        tokio::select! {
            loaded = tokio::time::timeout(launch.deploy_timeout, loading) => loaded,
            () = stop.wanted() => return End::Stopped,
        }
    };
    let model = match loaded {
        Ok(Ok(model)) => model,
        Ok(Err(cause)) => return End::failed("loading", cause),
        Err(_) => {
            let limit = launch.deploy_timeout.as_secs().to_string();
            let cause = Cause::NotAnswered {
                file: &file,
                limit: &limit,
            };
            return End::failed("loading", cause.kept());
        }
    };
    if let Some(note) = model.note() {
        observer.news(News::Note(note.to_owned()));
    }
    let (clock, since) = (&models.clock, models.clock.monotonic());
    let start_up = since.saturating_sub(began);
    // The last instance that lets go of the model ends what still runs of it.
    let _used = Used::by_one_more(&model);
    observer.news(News::Ready(Target::InProcess(Arc::clone(&model))));
    tokio::select! {
        () = stop.wanted() => End::Stopped,
        cause = model.given_up() => match cause {
            GivenUp::Stuck(cause) => End::failed("running", cause),
            GivenUp::Ended(why) => {
                observer.news(News::Down(why.clone()));
                let ready_for = clock.monotonic().saturating_sub(since);
                End::Over { why, served: Some(Served { start_up, ready_for }) }
            }
        },
    }
}

struct EndOnDrop(Arc<Ending>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}
