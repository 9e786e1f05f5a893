//! A model that answers in this process: a loaded model, the codecs of its APIs, and the choice of thread.
//!
//! The gateway asks [`InProcess::is_inline`] for each call. Inline, [`InProcess::predict_inline`] answers on the caller's
//! thread; otherwise [`InProcess::submit`] queues the call for the inference threads and gives a future (`pending.rs`).
//! Dropping that future ends the call.

mod call;
mod inline_policy;
mod pending;
pub(crate) mod warm_up;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use adyton_core::clock::Clock;
use adyton_core::graph_problem::GraphProblem;
use adyton_core::id::ProjectId;
use adyton_core::model::ApiDeclaration;
use http::StatusCode;
use rustix::process::Pid;
use tokio::sync::oneshot;

use self::inline_policy::{InlinePolicy, InlineStart};
use self::warm_up::{First, first_run, unanswered};
use super::codec::{self, Codec, Predicted};
use super::cost::Cost;
use super::ending::{Ended, Ending};
use super::panics::catch_panic;
use super::predictor::{Endable, Predictor, RunError};
use super::threads::model::{GivenUp, ServedModel};
use super::threads::{InferenceTask, InferenceThreads};
use super::work_meter::WorkMeter;

pub use self::call::{Answer, Call, ModelError};
pub use self::pending::Pending;
pub use self::warm_up::INLINE_BODY;

/// A model that takes longer may have to be ended while it is measured.
const QUICK: Duration = Duration::from_millis(100);

/// Why a model cannot be put to work.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InstanceStartError {
    /// A declared schema does not fit the model.
    #[error("{}", GraphProblem::Schema { at: &at.to_string(), fault: problem }.kept())]
    Schema {
        /// Which declaration.
        at: usize,
        /// What does not fit.
        problem: String,
    },
}

/// A model that answers in this process.
pub struct InProcess {
    model: Box<dyn Predictor>,
    codecs: Vec<(String, Codec)>,
    policy: InlinePolicy,
    /// The longest body that may be answered on the caller's thread; `None` when the model never may.
    inline: Option<usize>,
    /// What its people should know, although it serves.
    note: Option<String>,
    /// Whether a panic of the runtime has been told.
    panicked: AtomicBool,
    /// How many instances share it.
    users: AtomicUsize,
    /// Where its calls wait.
    served: Arc<ServedModel>,
    threads: Arc<InferenceThreads>,
    clock: Clock,
    /// Goes after the model.
    _leftovers: Leftovers,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "InProcess({}, inline: {})",
            self.model.runtime(),
            self.inline.is_some() && self.policy.is_inline()
        )
    }
}

impl InProcess {
    /// Puts a loaded model to work: makes it answer once (the *warm-up*) and measures how long it takes. Blocks for as long
    /// as the model needs.
    ///
    /// # Errors
    /// A schema does not fit.
    pub fn start(
        model: Box<dyn Predictor>,
        apis: &[ApiDeclaration],
        threads: Arc<InferenceThreads>,
        clock: Clock,
    ) -> Result<Arc<Self>, InstanceStartError> {
        Self::start_for(
            ProjectId::from_bits(0),
            model,
            apis,
            threads,
            clock,
            &Ending::new(),
        )
    }

    /// The same for a model of `project`, whose calls take turns with those of others; `ending` ends the warm-up.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_for(
        project: ProjectId,
        model: Box<dyn Predictor>,
        apis: &[ApiDeclaration],
        threads: Arc<InferenceThreads>,
        clock: Clock,
        ending: &Ending,
    ) -> Result<Arc<Self>, InstanceStartError> {
        let codecs =
            codec::of_apis(apis, model.ports()).map_err(|(at, problem)| InstanceStartError::Schema {
                at,
                problem: problem.to_string(),
            })?;
        let endable = Endable {
            model: model.as_ref(),
            ending,
        };
        let (p99, inline, note) = match first_run(&endable, apis, &codecs) {
            // How long it takes matters only where it may ever run on a gateway's core.
            First::Answered(_) if model.cost() == Cost::Contents => (Duration::MAX, None, None),
            First::Answered(example) => {
                let begin = Instant::now();
                // It has just worked; what counts is the time.
                let _ = endable.run(&example);
                // A quick one is measured as it runs on a gateway's core, where nothing can end it.
                let measured: &dyn Predictor = match begin.elapsed() > QUICK {
                    true => &endable,
                    false => model.as_ref(),
                };
                let p99 = warm_up::measure(measured, &example);
                (p99, warm_up::inline_body(measured, p99), None)
            }
            First::Unanswered(failure) | First::Panicked(failure) => {
                (Duration::MAX, None, Some(unanswered(&failure.said)))
            }
        };
        let served = ServedModel::new(project);
        let told = Arc::clone(&served);
        model.on_end(Box::new(move |cause| told.give_up(GivenUp::Ended(cause))));
        let leftovers = Leftovers(Arc::clone(&threads));
        Ok(Arc::new(Self {
            model,
            codecs,
            policy: InlinePolicy::new(p99),
            inline,
            note,
            panicked: AtomicBool::new(false),
            users: AtomicUsize::new(0),
            served,
            threads,
            clock,
            _leftovers: leftovers,
        }))
    }

    /// Whether the model was given up.
    pub(crate) fn has_failed(&self) -> bool {
        self.served.has_failed()
    }

    /// Waits until the model is given up, and says why.
    pub(crate) async fn given_up(&self) -> GivenUp {
        self.served.given_up().await
    }

    /// Whether a call with a body of `length` bytes should be answered on the caller's thread.
    pub fn is_inline(&self, length: usize) -> bool {
        self.inline.is_some_and(|most| length <= most) && self.policy.is_inline()
    }

    /// Answers on this thread.
    ///
    /// # Errors
    /// [`ModelError::Input`] or [`ModelError::Failed`].
    pub fn predict_inline(&self, call: Call<'_>) -> Result<Answer, ModelError> {
        self.predict_measured(call, &WorkMeter::default()).0
    }

    /// Answers on this thread, and says how long the model took: the time is taken here anyway. `meter` is that of the instance.
    pub fn predict_measured(
        &self,
        call: Call<'_>,
        meter: &WorkMeter,
    ) -> (Result<Answer, ModelError>, Duration) {
        self.predict(self.model.as_ref(), self.codec(call.path), call.body, meter)
    }

    /// Queues the call for the inference threads. When the future is dropped, nobody begins with the call any more, and whoever
    /// has begun ends it. `meter` is that of the instance.
    ///
    /// # Errors
    /// [`ModelError::Busy`] at once when too many calls wait, [`ModelError::Stopping`] when the model was given up; the future
    /// gives the others.
    pub fn submit(self: &Arc<Self>, call: Call<'_>, meter: &Arc<WorkMeter>) -> Result<Pending, ModelError> {
        if self.served.has_failed() {
            return Err(ModelError::Stopping);
        }
        let (tell, answer) = oneshot::channel();
        let ending = Ending::new();
        let (model, own) = (Arc::clone(self), Arc::clone(&ending));
        let (codec, body, meter) = (self.codec(call.path), call.body.clone(), Arc::clone(meter));
        let work = move || {
            let endable = Endable {
                model: model.model.as_ref(),
                ending: &own,
            };
            let answered = match model.predict(&endable, codec, &body, &meter).0 {
                // Its model is retired, or the server stops; a model that has ended by itself says why, and one that took too much
                // memory too.
                Err(_) if own.is_over() && own.why() == Ended::Unwanted && !model.has_failed() => {
                    Err(ModelError::Stopping)
                }
                answered => answered,
            };
            // A caller who left meanwhile takes no answer; nothing is lost.
            let _ = tell.send(answered);
        };
        let task = InferenceTask {
            model: Arc::clone(&self.served),
            ending: Arc::clone(&ending),
            work: Box::new(work),
        };
        self.threads.submit(task).map_err(|_| ModelError::Busy)?;
        Ok(Pending::new(answer, ending, Arc::clone(&self.threads)))
    }

    /// What its people should know, although it serves: that it has not answered yet, and what it said.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The process of its own that the model runs in; `None` in the server's.
    pub(crate) fn process(&self) -> Option<Pid> {
        self.model.process()
    }

    /// The runtime's name, for people.
    pub fn runtime(&self) -> String {
        self.model.runtime()
    }

    /// Which codec a path has; paths that differ only in their query are the same. A model that declares a path once and
    /// is called below another one gets its first.
    fn codec(&self, path: &str) -> usize {
        self.codecs
            .iter()
            .position(|(declared, _)| declared == path)
            .unwrap_or(0)
    }

    fn predict(
        &self,
        model: &dyn Predictor,
        codec: usize,
        body: &[u8],
        meter: &WorkMeter,
    ) -> (Result<Answer, ModelError>, Duration) {
        let codec = self.codecs.get(codec).map_or(&Codec::Tensors, |(_, codec)| codec);
        let start = InlineStart::of(&self.policy, &self.clock);
        // The compiled-in runtime is large and young: a panic in it must cost one call, not a worker.
        let done = catch_panic(|| codec.predict(model, body));
        let (took, now) = start.took(&self.clock);
        meter.count(took.worked);
        if self.inline.is_some_and(|most| body.len() <= most) {
            self.policy.record(took, now);
        }
        let answered = match done {
            Ok(Ok(Predicted { body, unread })) => Ok(Answer {
                status: StatusCode::OK,
                content_type: "application/json",
                body,
                unread,
            }),
            Ok(Err(problem)) => Err(problem.into()),
            Err(panic) => Err(self.panicked(panic)),
        };
        (answered, took.held)
    }

    /// Tells of the first panic of this model; each caller hears of the own one anyway.
    fn panicked(&self, panic: RunError) -> ModelError {
        if !self.panicked.swap(true, Ordering::Relaxed) {
            tracing::warn!(runtime = self.runtime(), %panic, "a model's input made the runtime panic (logged once per model)");
        }
        ModelError::Failed(panic)
    }
}

/// What a model that has gone leaves on the heap. Whoever held it last may be a gateway's core, so others clear up.
struct Leftovers(Arc<InferenceThreads>);

impl Drop for Leftovers {
    fn drop(&mut self) {
        self.0.give_memory_back();
    }
}

/// One instance's use of a model. When the last one is dropped, the model is retired: its calls that run or wait are ended.
#[derive(Debug)]
pub(crate) struct Used(Arc<InProcess>);

impl Used {
    /// Another instance answers with this model.
    pub(crate) fn by_one_more(model: &Arc<InProcess>) -> Self {
        model.users.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(model))
    }
}

impl Drop for Used {
    fn drop(&mut self) {
        if self.0.users.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.threads.end_all_of(&self.0.served);
        }
    }
}
