//! What fuzzing feeds with bytes. No part of this crate's interface: it may change at any time.

use adyton_core::fact::Fact;
use adyton_identity::Way;
use adyton_sign::EncodedSlash;
use bytes::BytesMut;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};

use crate::pipeline::route;
use crate::remote::Remote;
use crate::upstream::{HeadReader, Taken, headers};

/// Whether the head of a request names one host.
pub fn host(uri: &Uri, headers: &HeaderMap) -> bool {
    route::host::check(uri, http::Version::HTTP_11, headers).is_ok()
}

/// A path as it is routed, if it is one.
pub fn path(path: &str, keeps_slashes: bool) -> Option<String> {
    let slash = if keeps_slashes {
        EncodedSlash::Keep
    } else {
        EncodedSlash::Decode
    };
    route::path::decoded(path, slash).ok().map(Into::into)
}

/// The lines of a head that go on to a program.
pub fn onward(head: &Parts, proxied: bool) -> Vec<u8> {
    let remote = Remote {
        proxied,
        ..Remote::local([127, 0, 0, 1].into())
    };
    let mut lines = Vec::new();
    headers::write_for_model(
        &mut lines,
        head,
        &remote,
        Way::Token,
        &adyton_core::address::of_service("x"),
    );
    lines
}

/// What was read of an instance's answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AnswerRead {
    /// Its head has not come whole.
    Nothing,
    /// An answer.
    Answer {
        /// Its status.
        status: u16,
        /// What its caller may see.
        head: HeaderMap<HeaderValue>,
        /// As much of its body as came.
        body: Vec<u8>,
        /// Whether that was all of it.
        is_over: bool,
        /// Bytes behind it.
        behind: usize,
    },
}

/// Reads an answer that comes in pieces.
///
/// # Errors
/// It breaks the rules.
pub fn answer<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, bodiless: bool) -> Result<AnswerRead, String> {
    let mut buffer = BytesMut::new();
    let mut heads = HeadReader::default();
    let mut answer = None;
    let mut body = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        if answer.is_none() {
            let head = heads
                .take(&mut buffer, bodiless)
                .map_err(|problem| problem.0.words())?;
            answer = head.map(|head| (head.framing, head));
        }
        if let Some((framing, _)) = &mut answer {
            while let Taken::Piece(piece) = framing
                .take(&mut buffer)
                .map_err(|problem| Fact::from(problem).words())?
            {
                body.extend_from_slice(&piece);
            }
        }
    }
    Ok(match answer {
        None => AnswerRead::Nothing,
        Some((framing, head)) => AnswerRead::Answer {
            status: head.status.as_u16(),
            head: head.headers,
            body,
            is_over: framing.is_over(),
            behind: buffer.len(),
        },
    })
}
