//! A caller's request as its model sees it, in the bytes that are sent.

use adyton_core::id::RequestId;
use adyton_identity::Way;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderValue, Method};

use crate::remote::Remote;
use crate::upstream::headers::{Dropped, write_for_model, write_line};

/// Room for an ordinary head, in bytes; a longer one grows it.
const HEAD: usize = 1024;

/// A request on its way to a model: the same bytes however often it is sent.
pub(crate) struct OutgoingRequest {
    method: Method,
    head: Bytes,
    body: Bytes,
    dropped: Dropped,
}

/// What the request line and the headers of ours are made of; the rest is the caller's own.
pub(crate) struct RequestLine<'a> {
    /// What stands before every path of the instance.
    pub(crate) base: &'a str,
    /// The path that the model declares, encoded.
    pub(crate) path: &'a str,
    /// What stands before it at the API address.
    pub(crate) prefix: &'a str,
    /// The instance, as `Host` names it.
    pub(crate) host: &'a HeaderValue,
    /// The request, as the journal names it.
    pub(crate) id: RequestId,
}

impl OutgoingRequest {
    /// The caller's request with the model's path, the caller's query and the whole body.
    pub(crate) fn new(head: &Parts, remote: &Remote, way: Way, line: &RequestLine<'_>, body: Bytes) -> Self {
        let mut lines = Vec::with_capacity(HEAD);
        lines.extend_from_slice(head.method.as_str().as_bytes());
        lines.push(b' ');
        lines.extend_from_slice(line.base.as_bytes());
        lines.extend_from_slice(line.path.as_bytes());
        if let Some(query) = head.uri.query() {
            lines.push(b'?');
            lines.extend_from_slice(query.as_bytes());
        }
        lines.extend_from_slice(b" HTTP/1.1\r\n");
        write_line(&mut lines, "host", line.host.as_bytes());
        let dropped = write_for_model(&mut lines, head, remote, way, line.prefix);
        write_line(&mut lines, "x-request-id", line.id.to_hex().as_bytes());
        // Without a body it is said that there is none, but where nobody expects one (RFC 9110, 8.6).
        if !body.is_empty() || !matches!(head.method, Method::GET | Method::HEAD) {
            let length = itoa::Buffer::new().format(body.len()).to_owned();
            write_line(&mut lines, "content-length", length.as_bytes());
        }
        lines.extend_from_slice(b"\r\n");
        Self {
            method: head.method.clone(),
            head: lines.into(),
            body,
            dropped,
        }
    }

    /// A request of nobody, for tests.
    #[cfg(test)]
    pub(crate) fn plain(method: Method, body: Vec<u8>) -> Self {
        let head = format!(
            "{method} / HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self {
            method,
            head: head.into(),
            body: body.into(),
            dropped: Dropped::new(),
        }
    }

    /// The names of the caller's headers that are not among those sent, because of how they are spelled.
    pub(crate) fn take_dropped(&mut self) -> Dropped {
        std::mem::take(&mut self.dropped)
    }

    /// What it asks to be done.
    pub(crate) fn method(&self) -> &Method {
        &self.method
    }

    /// How many bytes are sent.
    pub(super) fn len(&self) -> usize {
        self.head.len() + self.body.len()
    }

    /// What is left to send after the first `sent` bytes: of the head, and of the body.
    pub(super) fn unsent(&self, sent: usize) -> (Bytes, Bytes) {
        let of_head = sent.min(self.head.len());
        (self.head.slice(of_head..), self.body.slice(sent - of_head..))
    }

    /// All that is sent.
    pub(super) fn pieces(&self) -> [&[u8]; 2] {
        [&self.head, &self.body]
    }
}
