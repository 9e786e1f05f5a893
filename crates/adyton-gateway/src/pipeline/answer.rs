//! The result of the pipeline when all steps passed: an answer.

use std::pin::Pin;
use std::task::{Context, Poll};

use adyton_core::record::AnsweredBy;
use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};

use crate::pipeline::refused::Allowance;
use crate::pipeline::relay::{Relay, RelayError};

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
    /// From a model or a back end, as it arrives.
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
