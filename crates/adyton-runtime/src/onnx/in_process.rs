//! A model that answers in this process: a loaded model, the codecs of its APIs, and the choice of thread.
//!
//! The gateway asks [`InProcess::is_inline`] for each call. Inline, [`InProcess::predict_inline`] answers on the caller's
//! thread; otherwise [`InProcess::submit`] queues the call for the inference threads and gives a future (`waiting.rs`).
//! Dropping that future ends the call.

mod waiting;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use adyton_core::clock::Clock;
use adyton_core::id::ProjectId;
use adyton_core::model::ApiDeclaration;
use bytes::Bytes;
use http::StatusCode;

use super::codec::{Codec, InputError, PredictError};
use super::ending::{Endable, Ending};
use super::example;
use super::golden::{self, First};
use super::guard::guarded;
use super::pace::{Pace, Start};
use super::predictor::{Predictor, RunError};
use super::threads::InferenceThreads;
use super::threads::line::Line;

pub use self::waiting::Pending;
pub use super::golden::INLINE_BODY;

/// A model that takes longer may have to be ended while it is measured.
const QUICK: Duration = Duration::from_millis(100);

/// One call of a model.
#[derive(Clone, Copy, Debug)]
pub struct Call<'c> {
    /// The path below the service's API address: `/`, `/predictions/iris`.
    pub path: &'c str,
    /// The whole body.
    pub body: &'c Bytes,
}

/// A model's answer, to be passed on untouched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The value of `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
}

/// Why a model in process gave no prediction.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ModelError {
    /// The body does not fit the model: the caller's mistake. The model's own answer; see [`ModelError::answer`].
    #[error(transparent)]
    Input(#[from] InputError),
    /// The model failed on this input. The model's own answer; see [`ModelError::answer`].
    #[error("the model failed: {0}")]
    Failed(RunError),
    /// Too many calls wait for the inference threads (`ModelArts.4206`).
    #[error("too many calls wait for this model")]
    Busy,
    /// The process is ending (`ModelArts.4302`).
    #[error("the model is being stopped")]
    Stopping,
}

impl ModelError {
    /// What the model itself answers: `MR.0105` in the shape that ModelArts' own handlers use, with the reason. `None` for
    /// what the platform has to answer ([`Busy`](Self::Busy), [`Stopping`](Self::Stopping)).
    pub fn answer(&self) -> Option<Answer> {
        let status = match self {
            Self::Input(_) => StatusCode::BAD_REQUEST,
            Self::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Busy | Self::Stopping => return None,
        };
        let body = serde_json::json!({"erno": "MR.0105", "msg": self.to_string(), "words_result": {}});
        Some(Answer {
            status,
            content_type: "application/json",
            body: body.to_string().into(),
        })
    }
}

impl From<PredictError> for ModelError {
    fn from(problem: PredictError) -> Self {
        match problem {
            PredictError::Input(problem) => Self::Input(problem),
            PredictError::Run(problem) => Self::Failed(problem),
        }
    }
}

/// Why a model cannot be put to work.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum GoldenError {
    /// A declared schema does not fit the model.
    #[error("config.json: apis[{at}].{problem}")]
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
    pace: Pace,
    /// The longest body that may be answered on the caller's thread; `None` when the model never may.
    inline: Option<usize>,
    /// What its people should know, although it serves.
    note: Option<String>,
    /// Whether a panic of the runtime has been told.
    panicked: AtomicBool,
    /// How many instances share it.
    users: AtomicUsize,
    /// Where its calls wait.
    line: Arc<Line>,
    threads: Arc<InferenceThreads>,
    clock: Clock,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "InProcess({}, inline: {})",
            self.model.runtime(),
            self.inline.is_some() && self.pace.is_inline()
        )
    }
}

impl InProcess {
    /// Puts a loaded model to work: makes it answer once (the *golden run*) and measures how long it takes. Blocks for as long
    /// as the model needs.
    ///
    /// # Errors
    /// A schema does not fit.
    pub fn start(
        model: Box<dyn Predictor>,
        apis: &[ApiDeclaration],
        threads: Arc<InferenceThreads>,
        clock: Clock,
    ) -> Result<Arc<Self>, GoldenError> {
        Self::start_for(
            ProjectId::from_bits(0),
            model,
            apis,
            threads,
            clock,
            &Ending::new(),
        )
    }

    /// The same for a model of `project`, whose calls take turns with those of others; `ending` ends the golden run.
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
    ) -> Result<Arc<Self>, GoldenError> {
        let codecs = super::codecs(apis, model.ports()).map_err(|(at, problem)| GoldenError::Schema {
            at,
            problem: problem.to_string(),
        })?;
        let endable = Endable {
            model: model.as_ref(),
            ending,
        };
        let (p99, inline, note) = match first_run(&endable, apis, &codecs) {
            First::Answered(example) => {
                let begin = Instant::now();
                // It has just worked; what counts is the time.
                let _ = endable.run(&example);
                // A quick one is measured as it runs on a gateway's core, where nothing can end it.
                let measured: &dyn Predictor = match begin.elapsed() > QUICK {
                    true => &endable,
                    false => model.as_ref(),
                };
                let p99 = golden::measure(measured, &example);
                (p99, golden::inline_body(measured, p99), None)
            }
            First::Unanswered(said) => (Duration::MAX, None, Some(unanswered(&said))),
        };
        Ok(Arc::new(Self {
            model,
            codecs,
            pace: Pace::new(p99),
            inline,
            note,
            panicked: AtomicBool::new(false),
            users: AtomicUsize::new(0),
            line: Line::new(project),
            threads,
            clock,
        }))
    }

    /// Whether the model was given up.
    pub(crate) fn has_failed(&self) -> bool {
        self.line.has_failed()
    }

    /// Waits until the model is given up because a call of it cannot be ended, and says why.
    pub(crate) async fn failure(&self) -> String {
        self.line.failure().await
    }

    /// Whether a call with a body of `length` bytes should be answered on the caller's thread.
    pub fn is_inline(&self, length: usize) -> bool {
        self.inline.is_some_and(|most| length <= most) && self.pace.is_inline()
    }

    /// Answers on this thread.
    ///
    /// # Errors
    /// [`ModelError::Input`] or [`ModelError::Failed`].
    pub fn predict_inline(&self, call: Call<'_>) -> Result<Answer, ModelError> {
        self.predict_measured(call).0
    }

    /// Answers on this thread, and says how long the model took: the time is taken here anyway.
    pub fn predict_measured(&self, call: Call<'_>) -> (Result<Answer, ModelError>, Duration) {
        self.predict(self.model.as_ref(), self.codec(call.path), call.body)
    }

    /// What its people should know, although it serves: that it has not answered yet, and what it said.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
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
    ) -> (Result<Answer, ModelError>, Duration) {
        let codec = self.codecs.get(codec).map_or(&Codec::Tensors, |(_, codec)| codec);
        let start = Start::of(&self.pace, &self.clock);
        // The compiled-in runtime is large and young: a panic in it must cost one call, not a worker.
        let done = guarded(|| codec.predict(model, body));
        let (took, now) = start.took(&self.clock);
        if self.inline.is_some_and(|most| body.len() <= most) {
            self.pace.record(took, now);
        }
        let answered = match done {
            Ok(Ok(body)) => Ok(Answer {
                status: StatusCode::OK,
                content_type: "application/json",
                body,
            }),
            Ok(Err(problem)) => Err(problem.into()),
            Err(panic) => Err(self.panicked(panic)),
        };
        (answered, took.held)
    }

    /// Tells of the first panic of this model; each caller hears of the own one anyway.
    fn panicked(&self, panic: RunError) -> ModelError {
        if !self.panicked.swap(true, Ordering::Relaxed) {
            tracing::warn!(runtime = self.runtime(), %panic, "a model's input made the runtime panic; told once for this model");
        }
        ModelError::Failed(panic)
    }
}

fn first_run(model: &dyn Predictor, apis: &[ApiDeclaration], codecs: &[(String, Codec)]) -> First {
    golden::run(model, &examples(model, apis, codecs))
}

/// Makes a model answer for the first time, as [`InProcess::start`] does, without measuring how long that takes. Gives what it
/// said if it did not answer.
pub(crate) fn first_runs(
    model: &dyn Predictor,
    apis: &[ApiDeclaration],
    codecs: &[(String, Codec)],
) -> Option<String> {
    match first_run(model, apis, codecs) {
        First::Answered(_) => {
            golden::inline_body(model, Duration::ZERO);
            None
        }
        First::Unanswered(said) => Some(said),
    }
}

/// What the package itself gives as examples, best first.
fn examples<'c>(
    model: &dyn Predictor,
    apis: &[ApiDeclaration],
    codecs: &'c [(String, Codec)],
) -> Vec<(&'c Codec, Vec<u8>)> {
    let file = model.example().map(<[u8]>::to_vec);
    let file = file.and_then(|body| Some((&codecs.first()?.1, body)));
    let declared = apis.iter().zip(codecs).filter_map(|(api, (_, codec))| {
        let body = example::of_schema(api.request.as_ref()?)?;
        Some((codec, body))
    });
    file.into_iter().chain(declared).collect()
}

/// What is said of a model that answered none of its first runs: it serves all the same.
pub(crate) fn unanswered(said: &str) -> String {
    format!(
        "the model has answered nothing yet: {said}; it serves all the same; add a body that it answers as \
         `model/example.json`, and a deployment tries that"
    )
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
            self.0.threads.end_all_of(&self.0.line);
        }
    }
}
