//! The head of an instance's answer: read, without what stays on this side, with what it says of its body and of the
//! connection.
//!
//! Heads are parsed by `httparse`, the parser that hyper uses on the callers' side.

use std::mem::MaybeUninit;

use adyton_core::fact::Fact;
use adyton_core::shown::quoted_bytes;
use bytes::{Bytes, BytesMut};
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, SET_COOKIE, TRAILER, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, StatusCode};
use hyper::ext::ReasonPhrase;

use crate::items::items;
use crate::upstream::framing::Framing;
use crate::upstream::headers::{is_the_gateways, sets_our_cookie, stays};

/// The most that a head may take, in bytes.
const HEAD_MAX: usize = 128 * 1024;
/// Header lines for which there is room on the stack; more take a moment longer.
const LINES: usize = 100;
/// The shortest header line, in bytes: a name of one letter, the colon, a line feed.
const LINE_MIN: usize = 3;
/// The most header lines that it may have: below what a map of headers can hold.
const LINES_MAX: usize = 16_384;
/// Room for the headers that the gateway adds.
const ADDED: usize = 8;

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    /// What follows the status, where that is not what usually does.
    pub(crate) phrase: Option<ReasonPhrase>,
    /// What the caller may see.
    pub(crate) headers: HeaderMap,
    /// Where the body ends.
    pub(crate) framing: Framing,
    /// Whether the connection can take another request after the body.
    pub(crate) keeps: bool,
}

/// What came is no answer: why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BadHead(pub(crate) Box<Fact>);

impl BadHead {
    fn of(fact: Fact) -> Self {
        Self(Box::new(fact))
    }
    /// What a parser says.
    fn unread(error: impl ToString) -> Self {
        Self::of(Fact::HeadNotHttp {
            error: error.to_string(),
        })
    }
}

/// Takes heads from the bytes of a connection.
#[derive(Default)]
pub(crate) struct HeadReader {
    /// Where the end of the head was not found yet.
    searched: usize,
}

impl HeadReader {
    /// The next head that is an answer, if it is here whole. Interim ones (1xx) are passed over.
    pub(crate) fn take(&mut self, buffer: &mut BytesMut, bodiless: bool) -> Result<Option<Head>, BadHead> {
        loop {
            let Some(end) = self.end(buffer)? else {
                return Ok(None);
            };
            self.searched = 0;
            let head = read(&buffer.split_to(end).freeze(), bodiless)?;
            if !head.status.is_informational() || head.status == StatusCode::SWITCHING_PROTOCOLS {
                return Ok(Some(head));
            }
        }
    }

    /// Where the head ends: after the first empty line. What is no head is refused before that, as far as it can be seen.
    fn end(&mut self, buffer: &[u8]) -> Result<Option<usize>, BadHead> {
        for at in memchr::memchr_iter(b'\n', &buffer[self.searched..]) {
            let next = self.searched + at + 1;
            match &buffer[next..] {
                [b'\n', ..] if next <= HEAD_MAX => return Ok(Some(next + 1)),
                [b'\r', b'\n', ..] if next <= HEAD_MAX => return Ok(Some(next + 2)),
                _ if next > HEAD_MAX => break,
                _ => {}
            }
        }
        if buffer.len() > HEAD_MAX {
            return Err(BadHead::of(Fact::HeadLong {
                most: HEAD_MAX as u64,
            }));
        }
        let first = self.searched == 0 && !buffer.is_empty();
        // An end may have begun in the last two bytes.
        self.searched = buffer.len().saturating_sub(2);
        if first {
            let mut lines = [httparse::EMPTY_HEADER; LINES];
            match httparse::Response::new(&mut lines).parse(buffer) {
                Ok(_) | Err(httparse::Error::TooManyHeaders) => {}
                Err(problem) => return Err(BadHead::unread(problem)),
            }
        }
        Ok(None)
    }
}

/// Reads a whole head.
fn read(bytes: &Bytes, bodiless: bool) -> Result<Head, BadHead> {
    let mut few = [const { MaybeUninit::uninit() }; LINES];
    let mut many = Vec::new();
    // Most heads are too short for so many. The status line and the empty one at the end are lines too.
    let count = match bytes.len() / LINE_MIN {
        ..=LINES => 0,
        _ => memchr::memchr_iter(b'\n', bytes).count().saturating_sub(2),
    };
    let lines: &mut [_] = match count {
        ..=LINES => &mut few,
        lines if lines <= LINES_MAX => {
            many.resize_with(lines, MaybeUninit::uninit);
            &mut many
        }
        lines => {
            let lines = lines as u64;
            return Err(BadHead::of(Fact::HeadLines { lines }));
        }
    };
    let mut parsed = httparse::Response::new(&mut []);
    let status = httparse::ParserConfig::default()
        .parse_response_with_uninit_headers(&mut parsed, bytes, lines)
        .map_err(BadHead::unread)?;
    let (Some(code), Some(version)) = (parsed.code, parsed.version) else {
        return Err(BadHead::of(Fact::HeadUnfinished));
    };
    if status.is_partial() {
        return Err(BadHead::of(Fact::HeadUnfinished));
    }
    let status = StatusCode::from_u16(code).map_err(BadHead::unread)?;
    let phrase = parsed
        .reason
        .filter(|phrase| !phrase.is_empty() && Some(*phrase) != status.canonical_reason())
        .and_then(|phrase| ReasonPhrase::try_from(bytes.slice_ref(phrase.as_bytes())).ok());
    let (mut body, mut connection) = (BodyLines::default(), ConnectionLines::default());
    let mut headers = HeaderMap::with_capacity(parsed.headers.len() + ADDED);
    for line in &*parsed.headers {
        let name = HeaderName::from_bytes(line.name.as_bytes()).map_err(BadHead::unread)?;
        match name {
            CONTENT_LENGTH => body.length(line.value)?,
            TRANSFER_ENCODING => body.coding(line.value)?,
            CONNECTION => connection.line(line.value),
            SET_COOKIE if sets_our_cookie(line.value) => continue,
            _ => {}
        }
        // What it names behind the body goes on with the body.
        if name == TRAILER || (!stays(name.as_str()) && !is_the_gateways(name.as_str())) {
            let value =
                HeaderValue::from_maybe_shared(bytes.slice_ref(line.value)).map_err(BadHead::unread)?;
            headers.append(name, value);
        }
    }
    for name in connection.named.drain(..) {
        headers.remove(name);
    }
    let framing = if bodiless || has_no_body(status) {
        Framing::OVER
    } else {
        body.framing(version, &mut headers)?
    };
    Ok(Head {
        status,
        phrase,
        headers,
        framing,
        keeps: connection.stays(version) && framing != Framing::UntilClose,
    })
}

/// Whether an answer with this status never has a body.
fn has_no_body(status: StatusCode) -> bool {
    status.is_informational() || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
}

/// What the `Connection` lines say.
#[derive(Default)]
struct ConnectionLines {
    closes: bool,
    keeps: bool,
    /// Headers that concern this connection only.
    named: Vec<HeaderName>,
}

impl ConnectionLines {
    fn line(&mut self, value: &[u8]) {
        for token in items(value) {
            if token.eq_ignore_ascii_case(b"close") {
                self.closes = true;
            } else if token.eq_ignore_ascii_case(b"keep-alive") {
                self.keeps = true;
            } else {
                self.named.extend(HeaderName::from_bytes(token));
            }
        }
    }

    /// Whether the instance keeps the connection: HTTP/1.1 unless it says `close`, HTTP/1.0 if it says `keep-alive`.
    fn stays(&self, version: u8) -> bool {
        !self.closes && (version > 0 || self.keeps)
    }
}

/// What the header lines say of the body.
#[derive(Default)]
struct BodyLines {
    length: Option<u64>,
    /// Whether its line has to be written anew: said twice, as a list, or with zeros before it.
    is_unusual: bool,
    is_chunked: bool,
}

impl BodyLines {
    /// `Content-Length`. Lines that repeat the same number are allowed (RFC 9112, 6.3); different ones leave it open where
    /// the body ends.
    fn length(&mut self, value: &[u8]) -> Result<(), BadHead> {
        for number in items(value) {
            let digits = str::from_utf8(number)
                .ok()
                .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
            let length = digits
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(|| BadHead::of(Fact::LengthNoNumber))?;
            match self.length.replace(length) {
                Some(other) if other != length => return Err(BadHead::of(Fact::LengthsDiffer)),
                other => {
                    let has_zeros = number.len() > 1 && number.starts_with(b"0");
                    self.is_unusual |= other.is_some() || has_zeros || number.len() != value.len();
                }
            }
        }
        Ok(())
    }

    /// `Transfer-Encoding`. Other codings than `chunked` could not be undone here, and nobody asked for them.
    fn coding(&mut self, value: &[u8]) -> Result<(), BadHead> {
        if self.is_chunked || !value.trim_ascii().eq_ignore_ascii_case(b"chunked") {
            let sent = quoted_bytes(value, 64);
            return Err(BadHead::of(Fact::CodingNotChunked { sent }));
        }
        self.is_chunked = true;
        Ok(())
    }

    fn framing(self, version: u8, headers: &mut HeaderMap) -> Result<Framing, BadHead> {
        match (self.is_chunked, self.length) {
            (true, _) if version == 0 => Err(BadHead::of(Fact::CodingInHttp10)),
            (true, length) => {
                if length.is_some() {
                    headers.remove(CONTENT_LENGTH);
                }
                Ok(Framing::CHUNKED)
            }
            (false, Some(length)) => {
                // One number, however often it was said: not every client takes a list.
                if self.is_unusual || !headers.contains_key(CONTENT_LENGTH) {
                    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
                }
                Ok(Framing::Length(length))
            }
            (false, None) => Ok(Framing::UntilClose),
        }
    }
}

#[cfg(test)]
mod tests;
