//! Bodies made by hand, for tests: what comes, and when nothing does.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body that comes in these pieces.
pub(crate) struct Pieces {
    left: VecDeque<Piece>,
    declared: Option<u64>,
}

/// What comes of a body.
pub(crate) enum Piece {
    /// Bytes.
    Bytes(Bytes),
    /// Nothing, once.
    Nothing,
    /// Nothing any more.
    Silence,
    /// It breaks off.
    Broken,
}

impl Pieces {
    /// A body in chunks: its length is not known before.
    pub(crate) fn chunked(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self {
            left: pieces.into_iter().collect(),
            declared: None,
        }
    }

    /// A body that says it has so many bytes.
    pub(crate) fn declared(length: u64, pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self {
            left: pieces.into_iter().collect(),
            declared: Some(length),
        }
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(bytes: Vec<u8>) -> Self {
        let piece = (!bytes.is_empty()).then(|| Piece::from(&*bytes));
        Self::declared(bytes.len() as u64, piece)
    }
}

impl From<&str> for Pieces {
    fn from(text: &str) -> Self {
        text.as_bytes().to_vec().into()
    }
}

impl From<&[u8]> for Piece {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(Bytes::copy_from_slice(bytes))
    }
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        text.as_bytes().into()
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.left.pop_front() {
            None => Poll::Ready(None),
            Some(Piece::Bytes(bytes)) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            Some(Piece::Broken) => Poll::Ready(Some(Err("it broke".into()))),
            Some(Piece::Nothing) => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Some(Piece::Silence) => {
                self.left.push_front(Piece::Silence);
                Poll::Pending
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.declared.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
