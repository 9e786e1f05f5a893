//! What the parser refuses by itself, before any call has come of it: a head that is no HTTP, or has too many lines or bytes. It
//! would say so with an empty answer; here it gets an id, the envelope, a line in the log and an audit record, like a call that
//! was refused. Over HTTP/2 nothing can be put in the place of what it says (`unread/frames.rs`), so heads that are too large are
//! refused by [`over_limit`] before it would; what is left there has the line and the record.

mod frames;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adyton_core::audit::AUDIT_TEXT_MOST;
use adyton_core::catalogue::{Reason, Surface};
use adyton_core::clock::Clock;
use adyton_core::header::{X_ADYTON_REASON, X_REQUEST_ID};
use adyton_core::id::RequestId;
use adyton_core::shown::quoted_bytes;
use axum::body::Bytes;
use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use hyper::rt::{Read, ReadBuf, ReadBufCursor, Write};

use self::frames::Frames;
use crate::envelope::{self, ErrorBody};

/// Bytes of one head.
pub(crate) const HEAD_BYTES: usize = 256 << 10;
/// Header lines of one head.
pub(crate) const HEAD_LINES: usize = 200;
/// Bytes of path and query.
const URI_BYTES: usize = 32 << 10;
/// What a header line takes beside its name and value: `: ` and the end of the line.
const LINE_BYTES: usize = 4;
/// So much of what was sent is looked at, to say what was asked.
const START: usize = 1024;
/// A method that is none is no method of ours.
const METHOD_MOST: usize = 16;

/// What the parser refused.
#[derive(Debug)]
pub(crate) struct Unreadable {
    pub(crate) peer: SocketAddr,
    pub(crate) status: StatusCode,
    /// What can be read of the method and the path; empty where that is no HTTP.
    pub(crate) method: String,
    pub(crate) path: String,
    /// What was found, for operators.
    pub(crate) found: String,
}

impl Unreadable {
    /// Why it was refused, and what is said of it.
    pub(crate) fn reason(&self) -> (Reason, &'static str) {
        reason(self.status)
    }
}

/// Writes down what was refused, and gives it an id.
pub(crate) type Recorder = Arc<dyn Fn(Unreadable) -> RequestId + Send + Sync>;

/// A socket on which the parser's own refusals are said in our words.
pub(crate) struct Unread<I> {
    io: I,
    peer: SocketAddr,
    record: Recorder,
    clock: Clock,
    /// How what was sent since the last answer begins.
    start: Vec<u8>,
    /// What is sent, once it is HTTP/2.
    frames: Option<Frames>,
    has_spoken: bool,
    /// What is still to be sent of a refusal, and how many of the parser's bytes it takes the place of.
    refusal: (Bytes, usize),
}

impl<I> Unread<I> {
    /// Listens to what is sent on `io`.
    pub(crate) fn new(io: I, peer: SocketAddr, record: Recorder, clock: Clock) -> Self {
        Self {
            io,
            peer,
            record,
            clock,
            start: Vec::new(),
            frames: None,
            has_spoken: false,
            refusal: (Bytes::new(), 0),
        }
    }

    /// The refusal in place of what is about to be sent; `None` when that is no refusal of the parser's own.
    fn instead_of(&self, said: &[u8]) -> Option<Bytes> {
        let status = of_parser(said)?;
        let (method, path) = asked(&self.start);
        let id = (self.record)(Unreadable {
            peer: self.peer,
            status,
            method,
            path,
            found: String::new(),
        });
        Some(answer(status, id, &self.clock.now().to_http_date()))
    }

    /// Looks at what was sent: which protocol it is, and what of HTTP/2 could not be read.
    fn sent(&mut self, pieces: &[io::IoSlice<'_>], mut bytes: usize) {
        if !self.has_spoken
            && let Some(first) = pieces.iter().find_map(|piece| piece.first())
        {
            self.has_spoken = true;
            // The first frame is of settings, whose length does not reach the first byte.
            self.frames = (*first == 0).then(Frames::default);
        }
        let Some(frames) = &mut self.frames else { return };
        for piece in pieces {
            let piece = piece.get(..bytes.min(piece.len())).unwrap_or_default();
            bytes -= piece.len();
            frames.take(piece, |broken| {
                (self.record)(Unreadable {
                    peer: self.peer,
                    status: broken.status(),
                    method: String::new(),
                    path: String::new(),
                    found: broken.told(),
                });
            });
        }
    }
}

/// Method and path of what begins so, without the query. Nothing that could be anything else: what a client sends out of turn may
/// be a body.
fn asked(start: &[u8]) -> (String, String) {
    let line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = line.trim_ascii_end().split(|byte| *byte == b' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_method =
        !method.is_empty() && method.len() <= METHOD_MOST && method.iter().all(u8::is_ascii_uppercase);
    if !is_method || !target.starts_with(b"/") {
        return Default::default();
    }
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    (
        String::from_utf8_lossy(method).into_owned(),
        quoted_bytes(path, AUDIT_TEXT_MOST),
    )
}

/// The refusal of a head that has more lines or bytes than one may have. The parser of HTTP/1.1 has counted already.
pub(crate) fn over_limit(request: &Request, id: RequestId) -> Option<Response> {
    let headers = request.headers();
    let uri = request.uri().path_and_query().map_or(0, |all| all.as_str().len());
    let bytes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + LINE_BYTES)
        .sum::<usize>();
    let status = if uri > URI_BYTES {
        StatusCode::URI_TOO_LONG
    } else if headers.len() > HEAD_LINES || bytes > HEAD_BYTES {
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
    } else {
        return None;
    };
    let (reason, detail) = reason(status);
    let shown = reason.at(Surface::Adyton);
    Some(envelope::refusal(
        shown,
        envelope::with_detail(shown, &detail),
        id,
    ))
}

fn reason(status: StatusCode) -> (Reason, &'static str) {
    match status {
        StatusCode::URI_TOO_LONG => (Reason::UriTooLarge, "the address is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
            Reason::HeadersTooLarge,
            "the request has too many headers, or too long ones",
        ),
        _ => (Reason::Malformed, "what came cannot be read as HTTP"),
    }
}

/// The status of a refusal that only the parser makes: a whole answer without a body and without an id, which all others have.
fn of_parser(said: &[u8]) -> Option<StatusCode> {
    let head = said.strip_prefix(b"HTTP/1.1 ")?;
    let status = StatusCode::from_bytes(head.get(..3)?).ok()?;
    if !status.is_client_error() {
        return None;
    }
    let head = head.strip_suffix(b"\r\n\r\n")?;
    let holds = |text: &[u8]| head.windows(text.len()).any(|part| part == text);
    (!holds(b"\r\n\r\n") && !holds(X_REQUEST_ID.as_str().as_bytes())).then_some(status)
}

fn answer(status: StatusCode, id: RequestId, date: &str) -> Bytes {
    let (reason, detail) = reason(status);
    let shown = reason.at(Surface::Adyton);
    let entry = shown.code().entry();
    let body = ErrorBody {
        error_code: entry.wire.to_owned(),
        error_msg: envelope::with_detail(shown, &detail).into_owned(),
        request_id: id.to_string(),
    };
    // A struct of texts always serialises.
    let body = serde_json::to_string(&body).unwrap_or_default();
    // The code's own status, which is the parser's.
    let status = StatusCode::from_u16(entry.status).unwrap_or(status);
    let phrase = status.canonical_reason().unwrap_or_default();
    format!(
        "HTTP/1.1 {} {phrase}\r\ncontent-type: application/json\r\n{X_REQUEST_ID}: {}\r\n{X_ADYTON_REASON}: {}\r\n\
         cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\ncontent-length: {}\r\ndate: {date}\r\n\r\n{body}",
        status.as_u16(),
        id,
        shown.name(),
        body.len()
    )
    .into()
}

impl<I: Read + Unpin> Read for Unread<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        mut buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        let wanted = buffer.remaining().min(START - self.start.len());
        if wanted == 0 || self.frames.is_some() {
            return Pin::new(&mut self.io).poll_read(context, buffer);
        }
        let mut own = [0; START];
        let mut read = ReadBuf::new(own.get_mut(..wanted).unwrap_or_default());
        ready!(Pin::new(&mut self.io).poll_read(context, read.unfilled()))?;
        buffer.put_slice(read.filled());
        self.start.extend_from_slice(read.filled());
        Poll::Ready(Ok(()))
    }
}

impl<I: Write + Unpin> Write for Unread<I> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.refusal.0.is_empty()
            && let [said] = pieces
            && let Some(refusal) = self.instead_of(said)
        {
            self.refusal = (refusal, said.len());
        }
        if self.refusal.0.is_empty() {
            let sent = ready!(Pin::new(&mut self.io).poll_write_vectored(context, pieces))?;
            self.sent(pieces, sent);
            self.start.clear();
            return Poll::Ready(Ok(sent));
        }
        while !self.refusal.0.is_empty() {
            let Self { io, refusal, .. } = &mut *self;
            let sent = ready!(Pin::new(io).poll_write(context, &refusal.0))?;
            if sent == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            let _ = refusal.0.split_to(sent);
        }
        Poll::Ready(Ok(self.refusal.1))
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_the_status_of_its_code() {
        for (parser, wanted, reason) in [
            (StatusCode::BAD_REQUEST, 400, "manage.bad_request"),
            (StatusCode::URI_TOO_LONG, 414, "manage.uri_too_large"),
            (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                431,
                "manage.headers_too_large",
            ),
        ] {
            let answer = answer(parser, RequestId::from_bits(7), "Thu, 15 Jan 2026 08:15:30 GMT");
            let answer = String::from_utf8(answer.to_vec()).unwrap();
            assert!(answer.starts_with(&format!("HTTP/1.1 {wanted} ")), "{answer}");
            assert!(
                answer.contains(&format!("x-adyton-reason: {reason}\r\n")),
                "{answer}"
            );
            assert!(answer.contains("\"error_code\":\"APIGW.0201\""), "{answer}");
        }
    }

    #[test]
    fn what_was_asked_is_told_only_where_it_is_http() {
        let told = |start: &[u8]| asked(start);
        assert_eq!(
            told(b"GET /v1/x?token=secret HTTP/1.1\r\nHost: x"),
            ("GET".to_owned(), "/v1/x".to_owned())
        );
        for other in [
            &b"{\"auth\": {\"password\": \"secret\"}}"[..],
            b"secret",
            b"SECRET words",
            b"\x16\x03\x01",
            b"",
        ] {
            assert_eq!(
                told(other),
                Default::default(),
                "{}",
                String::from_utf8_lossy(other)
            );
        }
    }

    #[test]
    fn only_what_the_parser_says_is_replaced() {
        let parser =
            b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(
            of_parser(parser),
            Some(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE)
        );
        for other in [
            &b"HTTP/1.1 400 Bad Request\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n"[..],
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 100 Continue\r\n\r\n",
            b"HTTP/1.1 400 Bad",
            b"{\"error_code\":1}",
            b"",
        ] {
            assert_eq!(of_parser(other), None, "{}", String::from_utf8_lossy(other));
        }
    }
}
