//! What the parser refuses by itself, before any call has come of it: a head that is no HTTP, or has too many lines or bytes. It
//! would say so with an empty answer; here it gets an id, the envelope and a line in the log, like a call that was refused.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use adyton_core::catalogue::{Reason, Surface};
use adyton_core::clock::Clock;
use adyton_core::header::{X_ADYTON_REASON, X_REQUEST_ID};
use adyton_core::id::RequestId;
use axum::body::Bytes;
use http::StatusCode;
use hyper::rt::{Read, ReadBufCursor, Write};

use crate::envelope::{self, ErrorBody};

/// Makes ids of requests.
pub(crate) type NextId = Arc<dyn Fn() -> RequestId + Send + Sync>;

/// A socket on which the parser's own refusals are said in our words.
pub(crate) struct Unread<I> {
    io: I,
    peer: SocketAddr,
    next_id: NextId,
    clock: Clock,
    /// What is still to be sent of a refusal, and how many of the parser's bytes it takes the place of.
    refusal: (Bytes, usize),
}

impl<I> Unread<I> {
    /// Listens to what is sent on `io`.
    pub(crate) fn new(io: I, peer: SocketAddr, next_id: NextId, clock: Clock) -> Self {
        Self {
            io,
            peer,
            next_id,
            clock,
            refusal: (Bytes::new(), 0),
        }
    }

    /// The refusal in place of what is about to be sent; `None` when that is no refusal of the parser's own.
    fn instead_of(&self, said: &[u8]) -> Option<Bytes> {
        let status = of_parser(said)?;
        let id = (self.next_id)();
        tracing::info!(
            request.id = %id,
            peer = %self.peer,
            status = status.as_u16(),
            "a management request cannot be read as HTTP"
        );
        Some(answer(status, id, &self.clock.now().to_http_date()))
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
    let (reason, detail) = match status {
        StatusCode::URI_TOO_LONG => (Reason::UriTooLarge, "the address is too long"),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => (
            Reason::HeadersTooLarge,
            "the request has too many headers, or too long ones",
        ),
        _ => (Reason::Malformed, "what came cannot be read as HTTP"),
    };
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
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
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
            return Pin::new(&mut self.io).poll_write_vectored(context, pieces);
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
