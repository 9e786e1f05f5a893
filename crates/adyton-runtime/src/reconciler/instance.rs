//! The task of one instance: brings it to its first answer, tells what happens to it, ends it when it is told to.
//!
//! Both kinds keep the same contract: `Ready` only after an answer; the last word is `Ended` or `Failed`, and by then nothing
//! of the instance is left but its calls' own places in the table.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::events::Events;
use adyton_core::id::{InstanceId, ServiceId};
use adyton_core::instances::LogLine;
use adyton_core::model::Engine;
use parking_lot::Mutex;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::board::Board;
use super::plan::Key;
use super::telling;
use super::wanted::{Recipe, Runnable};
use crate::command::CommandSettings;
use crate::command::program::Sink;
use crate::command::supervise::{Failure, Restart, Task, Told, supervise};
use crate::onnx::Onnx;
use crate::onnx::ending::Ending;
use crate::onnx::in_process::{InProcess, Used};
use crate::onnx::threads::InferenceThreads;
use crate::package::Packages;
use crate::targets::{Target, Targets};
use crate::trial::{Subject, Wish};

/// A trial ends so long before the deployment's time is up.
const BEFORE_THE_END: Duration = Duration::from_secs(1);

/// What all instances share.
pub(super) struct Machinery {
    pub(super) targets: Arc<Targets>,
    pub(super) events: Arc<dyn Events>,
    pub(super) packages: Packages,
    pub(super) onnx: Onnx,
    pub(super) threads: Arc<InferenceThreads>,
    pub(super) command: CommandSettings,
    pub(super) clock: Clock,
    pub(super) tell: mpsc::UnboundedSender<Message>,
    pub(super) board: Arc<Board>,
    pub(super) loads: Semaphore,
    /// Models in memory, so that several instances of one version share it.
    pub(super) loaded: Mutex<HashMap<Key, Weak<InProcess>>>,
}

/// What an instance tells.
pub(super) struct Message {
    pub(super) service: ServiceId,
    pub(super) instance: InstanceId,
    pub(super) news: News,
}

/// See [`Told`]; here the target is made.
pub(super) enum News {
    Waiting(String),
    Ready(Target),
    Down(String),
    Restarting(Restart),
    Failed(Failure),
    Ended,
}

/// One instance on its way.
pub(super) struct Start {
    pub(super) service: ServiceId,
    pub(super) instance: InstanceId,
    pub(super) key: Key,
    /// The service's generation: a later one is another try.
    pub(super) generation: u64,
    pub(super) recipe: Recipe,
}

/// Starts the task; it ends after `stop` has turned true, or its sender is gone.
pub(super) fn begin(machinery: &Arc<Machinery>, start: Start, stop: watch::Receiver<bool>) {
    let machinery = Arc::clone(machinery);
    tokio::spawn(async move {
        let Start {
            service, instance, ..
        } = start;
        let tell = {
            let tell = machinery.tell.clone();
            // The reconciler is gone only when the process ends.
            move |news| {
                drop(tell.send(Message {
                    service,
                    instance,
                    news,
                }))
            }
        };
        match start.recipe.what.clone() {
            Err(cause) => tell(News::Failed(Failure {
                step: "importing",
                cause,
            })),
            Ok(runnable) => match runnable.spec.engine.clone() {
                Engine::Onnx { file } => in_process(&machinery, &start, &runnable, &file, tell, stop).await,
                Engine::Command { command } => {
                    program(&machinery, &start, &runnable, command, tell, stop).await
                }
            },
        }
    });
}

async fn in_process(
    machinery: &Arc<Machinery>,
    start: &Start,
    runnable: &Runnable,
    file: &str,
    tell: impl Fn(News),
    mut stop: watch::Receiver<bool>,
) {
    let ending = Ending::new();
    let loading = load(machinery, start, runnable, file, Arc::clone(&ending));
    let loaded = tokio::select! {
        loaded = tokio::time::timeout(start.recipe.deploy_timeout, loading) => loaded,
        _ = stop.wait_for(|stop| *stop) => {
            ending.end();
            return tell(News::Ended);
        }
    };
    let failed = |step, cause| News::Failed(Failure { step, cause });
    let model = match loaded {
        Ok(Ok(model)) => model,
        Ok(Err(cause)) => return tell(failed("loading", cause)),
        Err(_) => {
            ending.end();
            let cause = format!(
                "model/{file} had not answered once after {} s",
                start.recipe.deploy_timeout.as_secs()
            );
            return tell(failed("loading", cause));
        }
    };
    if let Some(note) = model.note() {
        let text = format!("An instance of model {}: {note}", start.recipe.name);
        telling::abnormal(machinery, start.service, text);
    }
    // The last instance that lets go of the model ends what still runs of it.
    let _used = Used::by_one_more(&model);
    tell(News::Ready(Target::InProcess(Arc::clone(&model))));
    tokio::select! {
        // An error means that nobody can want it any more.
        _ = stop.wait_for(|stop| *stop) => tell(News::Ended),
        cause = model.failure() => tell(failed("running", cause)),
    }
}

/// Loads the model and makes it answer once, or takes the one that another instance of the same version has.
async fn load(
    machinery: &Arc<Machinery>,
    start: &Start,
    runnable: &Runnable,
    file: &str,
    ending: Arc<Ending>,
) -> Result<Arc<InProcess>, String> {
    // Given back when the deployment's time is over, even if a model still hangs: others must not wait for it.
    let _permit = machinery
        .loads
        .acquire()
        .await
        .map_err(|problem| problem.to_string())?;
    let (shared, spec, file) = (Arc::clone(machinery), Arc::clone(&runnable.spec), file.to_owned());
    let folder = machinery.packages.path(runnable.package).join("model");
    let (key, project, package) = (start.key, start.recipe.project, runnable.package);
    let (wish, time) = (
        Wish {
            service: start.service,
            generation: start.generation,
        },
        // Sooner than the deployment gives up, so that it is known and noted why.
        start
            .recipe
            .deploy_timeout
            .saturating_sub(BEFORE_THE_END)
            .max(start.recipe.deploy_timeout / 2),
    );
    let load = move || {
        let there = shared.loaded.lock().get(&key).and_then(Weak::upgrade);
        if let Some(model) = there.filter(|model| !model.has_failed()) {
            return Ok(model);
        }
        let subject = Subject {
            folder: &folder,
            file: &file,
            apis: &spec.apis,
        };
        // Held until the model has answered once.
        let _loading = shared
            .onnx
            .clear(package, subject, wish, time, &ending)
            .map_err(|problem| problem.to_string())?;
        let loaded = shared
            .onnx
            .load(&folder, &file)
            .map_err(|problem| problem.to_string())?;
        let (threads, clock) = (Arc::clone(&shared.threads), shared.clock.clone());
        let model = InProcess::start_for(project, loaded, &spec.apis, threads, clock, &ending)
            .map_err(|problem| format!("model/{file}: {problem}"))?;
        let mut all = shared.loaded.lock();
        all.retain(|_, model| model.strong_count() > 0);
        all.insert(key, Arc::downgrade(&model));
        Ok(model)
    };
    // Loading recurses as deep as the graph does, so it gets the stack on which the model was tried.
    let (tell, loaded) = oneshot::channel();
    std::thread::Builder::new()
        .name("model-load".to_owned())
        .stack_size(machinery.threads.stack())
        // Nobody waits for it when the time is up; the model goes then.
        .spawn(move || drop(tell.send(load())))
        .map_err(|problem| format!("no thread to load the model on: {problem}"))?;
    // A runtime that panics over a model fails that model only.
    loaded
        .await
        .unwrap_or_else(|_| Err("the runtime panicked while it loaded the model".to_owned()))
}

async fn program(
    machinery: &Arc<Machinery>,
    start: &Start,
    runnable: &Runnable,
    command: Vec<String>,
    tell: impl Fn(News),
    stop: watch::Receiver<bool>,
) {
    if !machinery.command.allowed {
        let cause = "programs of models are forbidden here (`runtime.run_code = false`)".to_owned();
        return tell(News::Failed(Failure {
            step: "starting",
            cause,
        }));
    }
    let (log, clock, instance) = (
        machinery.board.log(start.service),
        machinery.clock.clone(),
        start.instance,
    );
    let sink: Sink = Arc::new(move |stream, text| {
        log.push(LogLine {
            at: clock.now(),
            instance,
            stream: stream.to_owned(),
            text,
        });
    });
    let task = Task {
        command,
        folder: machinery.packages.path(runnable.package).join("model"),
        environment: start.recipe.environment.clone(),
        health: runnable.spec.health.clone(),
        path: question_path(runnable),
        deploy_timeout: start.recipe.deploy_timeout,
        temporary: machinery.command.temporary.join(start.instance.to_string()),
        crowding: Arc::clone(machinery.targets.crowding()),
    };
    let told = |told| {
        tell(match told {
            Told::Waiting(cause) => News::Waiting(cause),
            Told::Ready(address) => News::Ready(Target::Http(address)),
            Told::Down(why) => News::Down(why),
            Told::Restarting(restart) => News::Restarting(restart),
            Told::Failed(failure) => News::Failed(failure),
            Told::Ended => News::Ended,
        });
    };
    supervise(
        machinery.command.clone(),
        task,
        machinery.clock.clone(),
        sink,
        told,
        stop,
    )
    .await;
}

/// The first declared path that can be asked for as it is; declared paths are kept decoded.
fn question_path(runnable: &Runnable) -> String {
    let plain = |url: &&str| url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'%');
    runnable
        .spec
        .apis
        .iter()
        .map(|api| api.url.as_str())
        .find(plain)
        .unwrap_or("/")
        .to_owned()
}
