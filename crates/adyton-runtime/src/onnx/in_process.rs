//! A model that answers in this process: a loaded model, the codecs of its APIs, and the choice of thread.
//!
//! The gateway asks [`InProcess::is_inline`] for each call. Inline, [`InProcess::predict_inline`] answers on the caller's
//! thread; otherwise [`InProcess::submit`] queues the call for the inference threads and gives a future. Dropping that future
//! withdraws the call: if no thread has begun with it, none will.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use adyton_core::clock::Clock;
use adyton_core::model::ApiDeclaration;
use bytes::Bytes;
use http::StatusCode;
use tokio::sync::oneshot;

use super::codec::{Codec, InputError, PredictError};
use super::example;
use super::golden::{self, First};
use super::guard::guarded;
use super::pace::{Pace, Start};
use super::predictor::{Predictor, RunError};
use super::threads::{InferenceThreads, Job};

pub use super::golden::INLINE_BODY;

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
    waiting: AtomicUsize,
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
    /// Puts a loaded model to work: makes it answer once (the *golden run*) and measures how long it takes. Blocks for as long as the model needs.
    ///
    /// # Errors
    /// A schema does not fit, or the model cannot answer.
    pub fn start(
        model: Box<dyn Predictor>,
        apis: &[ApiDeclaration],
        threads: Arc<InferenceThreads>,
        clock: Clock,
    ) -> Result<Arc<Self>, GoldenError> {
        let codecs = super::codecs(apis, model.ports()).map_err(|(at, problem)| GoldenError::Schema {
            at,
            problem: problem.to_string(),
        })?;
        let examples = examples(model.as_ref(), apis, &codecs);
        let (p99, inline, note) = match golden::run(model.as_ref(), &examples) {
            First::Answered(example) => {
                let p99 = golden::measure(model.as_ref(), &example);
                (p99, golden::inline_body(model.as_ref(), p99), None)
            }
            First::Unanswered(said) => (Duration::MAX, None, Some(untried(&said))),
        };
        drop(examples);
        Ok(Arc::new(Self {
            model,
            codecs,
            pace: Pace::new(p99),
            inline,
            note,
            panicked: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            threads,
            clock,
        }))
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
        self.predict(self.codec(call.path), call.body)
    }

    /// Queues the call for the inference threads. Nobody begins with it once the future has been dropped.
    ///
    /// # Errors
    /// [`ModelError::Busy`] at once when too many calls wait; the future gives the others.
    pub fn submit(self: &Arc<Self>, call: Call<'_>) -> Result<Pending, ModelError> {
        let (answer, pending) = oneshot::channel();
        let place = Place::take(self)?;
        let job = Waiting {
            model: Arc::clone(self),
            codec: self.codec(call.path),
            body: call.body.clone(),
            answer,
            place,
        };
        self.threads.submit(Box::new(job)).map_err(|_| ModelError::Busy)?;
        Ok(Pending(pending))
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

    fn predict(&self, codec: usize, body: &[u8]) -> (Result<Answer, ModelError>, Duration) {
        let codec = self.codecs.get(codec).map_or(&Codec::Tensors, |(_, codec)| codec);
        let start = Start::of(&self.pace, &self.clock);
        // The compiled-in runtime is large and young: a panic in it must cost one call, not a worker.
        let done = guarded(|| codec.predict(self.model.as_ref(), body));
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
}

impl InProcess {
    /// Tells of the first panic of this model; each caller hears of the own one anyway.
    fn panicked(&self, panic: RunError) -> ModelError {
        if !self.panicked.swap(true, Ordering::Relaxed) {
            tracing::warn!(runtime = self.runtime(), %panic, "a model's input made the runtime panic; told once for this model");
        }
        ModelError::Failed(panic)
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

fn untried(said: &str) -> String {
    format!(
        "it serves, but has answered nothing yet: {said}; add a body that it answers as `model/example.json`, so that a \
         deployment tries it"
    )
}

/// A place in the queue: one model may hold half of it.
struct Place(Arc<InProcess>);

impl Place {
    fn take(model: &Arc<InProcess>) -> Result<Self, ModelError> {
        let place = Self(Arc::clone(model));
        if model.waiting.fetch_add(1, Ordering::Relaxed) >= model.threads.room_for_one() {
            return Err(ModelError::Busy);
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

struct Waiting {
    model: Arc<InProcess>,
    codec: usize,
    body: Bytes,
    answer: oneshot::Sender<Result<Answer, ModelError>>,
    place: Place,
}

impl Job for Waiting {
    fn is_wanted(&self) -> bool {
        !self.answer.is_closed()
    }
    fn run(self: Box<Self>) {
        let Self {
            model,
            codec,
            body,
            answer,
            place,
        } = *self;
        drop(place);
        // A caller who left meanwhile takes no answer; nothing is lost.
        let _ = answer.send(model.predict(codec, &body).0);
    }
}

/// A call that waits for, or runs on, an inference thread.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Answer, ModelError>>);

impl Future for Pending {
    type Output = Result<Answer, ModelError>;
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|answer| answer.unwrap_or(Err(ModelError::Stopping)))
    }
}
