//! Where an answer's body ends (RFC 9112, 6.3), and its bytes without what marks the end.

use adyton_core::fact::Fact;
use bytes::{Buf as _, Bytes, BytesMut};
use http::header::HeaderName;
use http::{HeaderMap, HeaderValue};
use httparse::Status;

use crate::upstream::headers::{is_the_gateways, stays};

/// The longest line that says the size of a chunk, with its extensions, in bytes.
const CHUNK_LINE_MAX: usize = 4 * 1024;
/// The most that the trailers of a chunked body may take, in bytes.
const TRAILERS_MAX: usize = 16 * 1024;
/// The most lines of trailers.
const TRAILER_LINES: usize = 64;

/// What of a body is still to come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Framing {
    /// So many bytes; with none, the body is over.
    Length(u64),
    /// Chunks.
    Chunks(Chunk),
    /// Everything until the instance closes the connection.
    UntilClose,
}

/// Where in a chunked body one is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Chunk {
    /// Before the line that says a chunk's size.
    Size,
    /// In a chunk, of which so many bytes are to come.
    Data(u64),
    /// Before the line end after a chunk.
    End,
    /// After the last chunk, before the empty line that ends the trailers.
    Trailers,
}

/// What the bytes at hand give.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Taken {
    /// A piece of the body.
    Piece(Bytes),
    /// Nothing before more bytes come.
    Nothing,
    /// The body is over, and these lines came behind it.
    Trailers(HeaderMap),
    /// The body is over.
    Over,
}

/// A chunked body that breaks the rules.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BadChunk {
    /// A chunk does not begin with its size.
    Size,
    /// The line with the size of a chunk is too long.
    LongLine,
    /// A chunk is longer than it says.
    End,
    /// The trailers are too long.
    Trailers,
}

impl From<BadChunk> for Fact {
    fn from(problem: BadChunk) -> Self {
        match problem {
            BadChunk::Size => Fact::ChunkSizeMissing,
            BadChunk::LongLine => Fact::ChunkSizeLong {
                most: CHUNK_LINE_MAX as u64,
            },
            BadChunk::End => Fact::ChunkTooLong,
            BadChunk::Trailers => Fact::TrailersLong {
                most: TRAILERS_MAX as u64,
            },
        }
    }
}

impl Framing {
    /// Before the first chunk.
    pub(crate) const CHUNKED: Self = Self::Chunks(Chunk::Size);
    /// No body, or no more of it.
    pub(crate) const OVER: Self = Self::Length(0);

    /// Whether nothing is to come.
    pub(crate) fn is_over(self) -> bool {
        self == Self::OVER
    }

    /// How many bytes are to come, if that is known.
    pub(crate) fn length(self) -> Option<u64> {
        match self {
            Self::Length(length) => Some(length),
            Self::Chunks(_) | Self::UntilClose => None,
        }
    }

    /// Takes what there is of the body.
    pub(crate) fn take(&mut self, buffer: &mut BytesMut) -> Result<Taken, BadChunk> {
        loop {
            *self = match *self {
                Self::Length(0) => return Ok(Taken::Over),
                _ if buffer.is_empty() => return Ok(Taken::Nothing),
                Self::Length(left) => {
                    let piece = piece(buffer, left);
                    *self = Self::Length(left - piece.len() as u64);
                    return Ok(Taken::Piece(piece));
                }
                Self::UntilClose => return Ok(Taken::Piece(buffer.split().freeze())),
                Self::Chunks(Chunk::Data(left)) => {
                    let piece = piece(buffer, left);
                    let left = left - piece.len() as u64;
                    *self = Self::Chunks(if left == 0 { Chunk::End } else { Chunk::Data(left) });
                    return Ok(Taken::Piece(piece));
                }
                Self::Chunks(Chunk::Size) => match chunk_size(buffer)? {
                    Some(0) => Self::Chunks(Chunk::Trailers),
                    Some(size) => Self::Chunks(Chunk::Data(size)),
                    None => return Ok(Taken::Nothing),
                },
                Self::Chunks(Chunk::End) => match &buffer[..] {
                    [b'\r', b'\n', ..] => {
                        buffer.advance(2);
                        Self::CHUNKED
                    }
                    [b'\r'] => return Ok(Taken::Nothing),
                    _ => return Err(BadChunk::End),
                },
                Self::Chunks(Chunk::Trailers) => match end_of_trailers(buffer) {
                    Some(end) if end <= TRAILERS_MAX => {
                        let lines = buffer.split_to(end);
                        *self = Self::OVER;
                        return Ok(trailers(&lines).map_or(Taken::Over, Taken::Trailers));
                    }
                    None if buffer.len() < TRAILERS_MAX => return Ok(Taken::Nothing),
                    Some(_) | None => return Err(BadChunk::Trailers),
                },
            };
        }
    }
}

/// Up to `left` bytes.
fn piece(buffer: &mut BytesMut, left: u64) -> Bytes {
    let length = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
    buffer.split_to(length).freeze()
}

/// Where the trailers end: behind the first empty line.
fn end_of_trailers(buffer: &[u8]) -> Option<usize> {
    let mut begin = 0;
    for at in memchr::memchr_iter(b'\n', buffer) {
        if matches!(&buffer[begin..at], b"" | b"\r") {
            return Some(at + 1);
        }
        begin = at + 1;
    }
    None
}

/// The trailers that may be passed on. What is none is passed over: the body in front of it is whole.
fn trailers(lines: &[u8]) -> Option<HeaderMap> {
    let mut parsed = [httparse::EMPTY_HEADER; TRAILER_LINES];
    let Ok(Status::Complete((_, parsed))) = httparse::parse_headers(lines, &mut parsed) else {
        return None;
    };
    let mut trailers = HeaderMap::with_capacity(parsed.len());
    for line in parsed {
        let name = HeaderName::from_bytes(line.name.as_bytes()).ok()?;
        if !stays(name.as_str()) && !is_the_gateways(name.as_str()) {
            trailers.append(name, HeaderValue::from_bytes(line.value).ok()?);
        }
    }
    (!trailers.is_empty()).then_some(trailers)
}

/// Takes the line that says a chunk's size, if it is here whole.
fn chunk_size(buffer: &mut BytesMut) -> Result<Option<u64>, BadChunk> {
    // The parser takes a line without a number for the last chunk, and so half a body for the whole.
    if !buffer.first().is_some_and(u8::is_ascii_hexdigit) {
        return Err(BadChunk::Size);
    }
    match httparse::parse_chunk_size(buffer) {
        Ok(Status::Complete((length, size))) if length <= CHUNK_LINE_MAX => {
            buffer.advance(length);
            Ok(Some(size))
        }
        Ok(Status::Partial) if buffer.len() <= CHUNK_LINE_MAX => Ok(None),
        Ok(_) => Err(BadChunk::LongLine),
        Err(httparse::InvalidChunkSize) => Err(BadChunk::Size),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a body that comes in steps of `step` bytes; gives it, whether it is over, and how much is left behind it.
    fn read(mut framing: Framing, sent: &[u8], step: usize) -> Result<(Vec<u8>, bool, usize), BadChunk> {
        let (mut buffer, mut body) = (BytesMut::new(), Vec::new());
        for bytes in sent.chunks(step) {
            buffer.extend_from_slice(bytes);
            while let Taken::Piece(piece) = framing.take(&mut buffer)? {
                body.extend_from_slice(&piece);
            }
        }
        Ok((body, framing.is_over(), buffer.len()))
    }

    #[test]
    fn a_body_is_the_same_however_it_is_cut() {
        let chunked =
            b"4\r\nwith\r\n6;a=\"b\"\r\n chunk\r\n00A\r\ns and more\r\n0\r\nx-trailer: 1\r\n\r\nrest";
        for step in 1..=chunked.len() {
            let read = read(Framing::CHUNKED, chunked, step);
            assert_eq!(read, Ok((b"with chunks and more".to_vec(), true, 4)), "{step}");
        }
        for step in 1..=9 {
            assert_eq!(
                read(Framing::Length(5), b"12345rest", step),
                Ok((b"12345".to_vec(), true, 4))
            );
            assert_eq!(
                read(Framing::UntilClose, b"12345", step),
                Ok((b"12345".to_vec(), false, 0))
            );
        }
    }

    /// The trailers of a chunked body without chunks, sent in steps of `step` bytes.
    fn trailers_of(sent: &str, step: usize) -> Option<Vec<(String, String)>> {
        let (mut buffer, mut framing) = (BytesMut::new(), Framing::CHUNKED);
        for bytes in format!("0\r\n{sent}\r\n").as_bytes().chunks(step) {
            buffer.extend_from_slice(bytes);
            match framing.take(&mut buffer).expect("no rule is broken") {
                Taken::Nothing => {}
                Taken::Piece(piece) => panic!("{piece:?}"),
                Taken::Over => return None,
                Taken::Trailers(trailers) => {
                    assert_eq!(framing.take(&mut buffer), Ok(Taken::Over));
                    let text = |value: &HeaderValue| value.to_str().expect("a text").to_owned();
                    return Some(
                        trailers
                            .iter()
                            .map(|(name, value)| (name.to_string(), text(value)))
                            .collect(),
                    );
                }
            }
        }
        panic!("the body never ends")
    }

    #[test]
    fn what_comes_behind_the_last_chunk_is_kept_but_for_what_only_the_gateway_may_say() {
        let one = |name: &str, value: &str| Some(vec![(name.to_owned(), value.to_owned())]);
        for step in [1, 5, 1000] {
            assert_eq!(
                trailers_of("X-Checksum: 1f\r\n", step),
                one("x-checksum", "1f"),
                "{step}"
            );
            let mixed =
                "X-Adyton-Reason: lie\r\nX-APIG-RateLimit: lie\r\nTransfer-Encoding: chunked\r\nA: b\r\n";
            assert_eq!(trailers_of(mixed, step), one("a", "b"), "{step}");
            assert_eq!(trailers_of("", step), None);
            // The body is whole, whatever is behind it.
            assert_eq!(trailers_of("no line\r\n", step), None, "{step}");
        }
    }

    #[test]
    fn a_body_that_is_cut_short_is_not_over() {
        let chunked = b"4\r\nwith\r\n0\r\n\r\n";
        for end in 0..chunked.len() {
            let read = read(Framing::CHUNKED, &chunked[..end], 1).expect("no rule is broken");
            assert!(!read.1, "{end}");
        }
    }

    #[test]
    fn chunks_that_break_the_rules_are_refused() {
        let long_line = format!("1;{}", "x".repeat(CHUNK_LINE_MAX));
        let long_line_ended = format!("{long_line}\r\n");
        let long_trailers = format!("0\r\n{}", "a: b\r\n".repeat(TRAILERS_MAX / 6 + 1));
        let long_trailer = format!("0\r\na: {}", "b".repeat(TRAILERS_MAX));
        for (sent, why) in [
            ("x\r\n", BadChunk::Size),
            ("-1\r\n", BadChunk::Size),
            ("\r\n", BadChunk::Size),
            (";a=b\r\n", BadChunk::Size),
            ("fffffffffffffffff\r\n", BadChunk::Size),
            ("1\r\nabc", BadChunk::End),
            ("1\r\na\n1\r\n", BadChunk::End),
            (&long_line, BadChunk::LongLine),
            (&long_line_ended, BadChunk::LongLine),
            (&long_trailers, BadChunk::Trailers),
            (&long_trailer, BadChunk::Trailers),
        ] {
            let shown = &sent[..sent.len().min(20)];
            for step in [1, 7, usize::MAX] {
                assert_eq!(
                    read(Framing::CHUNKED, sent.as_bytes(), step),
                    Err(why),
                    "{shown:?} {step}"
                );
            }
        }
    }
}
