//! What comes out of the pipeline: an answer, or a refusal.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::record::AnsweredBy;
use adyton_core::rejection::Rejection;
use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};

use crate::pipeline::throttle::Allowance;
use crate::upstream::relay::{Relay, RelayError};

/// Why a step gave no proof.
pub(crate) enum Outcome {
    /// The request is refused.
    Refused(Box<Refusal>),
}

/// A rejection, with what belongs into its answer beside code and message.
pub(crate) struct Refusal {
    pub(crate) rejection: Rejection,
    /// When the same request will be let through.
    pub(crate) retry_after: Option<Duration>,
    /// What is left of the throttle.
    pub(crate) allowance: Option<Allowance>,
    /// What the model itself says of its failure, in place of the gateway's envelope.
    pub(crate) own_words: Option<adyton_runtime::targets::Answer>,
}

impl Outcome {
    /// A refusal for `reason`.
    pub(crate) fn refused(reason: Reason, evidence: Evidence) -> Self {
        Rejection::new(reason, evidence).into()
    }

    /// A defect of the gateway: never the caller's fault.
    pub(crate) fn defect(problem: &str) -> Self {
        tracing::error!(problem, "a request met a defect of the gateway");
        Self::refused(
            Reason::GatewayInternal,
            Evidence::Request {
                problem: problem.to_owned(),
            },
        )
    }
}

impl From<Refusal> for Outcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self {
            rejection,
            retry_after: None,
            allowance: None,
            own_words: None,
        }
    }
}

impl From<Rejection> for Outcome {
    fn from(rejection: Rejection) -> Self {
        Refusal::from(rejection).into()
    }
}

/// An answer, before the gateway's own headers.
pub(crate) struct Answer {
    pub(crate) response: Response<AnswerBody>,
    pub(crate) answered_by: AnsweredBy,
    pub(crate) allowance: Option<Allowance>,
}

/// The body of an answer.
pub(crate) enum AnswerBody {
    /// All of it, or nothing.
    Whole(Bytes),
    /// From a model, as it arrives.
    Relay(Box<Relay>),
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = RelayError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, RelayError>>> {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Relay(relay) => relay.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Relay(relay) => relay.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Relay(relay) => relay.size_hint(),
        }
    }
}
