//! A body that its client compressed (`Content-Encoding`), for models that read the content themselves: those in this process.
//! Programs get bodies as they were sent.
//!
//! What must hold: the decoded size counts against the same limit as a body that came as it is, and nothing is decoded beyond it.
//! No step takes longer than other requests of this core may wait, however much a few bytes of it stand for.

use std::io::{self, Write};
use std::rc::Rc;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::rejection::{PublicDetail, Rejection};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, HeaderValue};

use super::body::{Body, Bound, grow};
use crate::arrival::Arrival;
use crate::items::items;
use crate::pipeline::outcome::Outcome;
use crate::worker::Worker;

/// How much of a coded body is decoded at once, in bytes: at most a thousand times as much comes out of it.
const STEP: usize = 1024;
/// After so many bytes, in or out, the other requests of this core have their turn.
const TURN: usize = 32 * 1024;
/// How much of a coding's name is repeated to whoever sent it, in characters.
const NAME_MAX: usize = 64;

/// What can be undone here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

/// The body as it was before its client compressed it.
pub(crate) async fn decoded(worker: &Rc<Worker>, arrival: &Arrival, body: Body) -> Result<Body, Outcome> {
    let coding = match named(&arrival.head.headers) {
        Ok(None) => return Ok(body),
        Ok(Some(coding)) => coding,
        Err(named) => return Err(unknown(&named)),
    };
    if body.is_empty() {
        return Ok(body);
    }
    let bound = Bound::of(worker, arrival.door.door());
    let most = usize::try_from(bound.bytes()).unwrap_or(usize::MAX);
    let mut place = None;
    let mut decoder = Decoder::new(coding, &body, most);
    let mut turn = 0;
    for step in body.chunks(STEP) {
        let before = decoder.decoded();
        decoder
            .feed(step)
            .map_err(|problem| refused(problem, coding, bound))?;
        turn += step.len() + (decoder.decoded() - before);
        if turn >= TURN {
            turn = 0;
            grow(worker, &mut place, decoder.decoded() as u64).await?;
            tokio::task::yield_now().await;
        }
    }
    let bytes = decoder
        .finish()
        .map_err(|problem| refused(problem, coding, bound))?;
    grow(worker, &mut place, bytes.len() as u64).await?;
    Ok(body.replaced(bytes, place))
}

/// The one coding that the head names; `None` for a body as it is, an error with the names for what cannot be undone.
fn named(headers: &HeaderMap) -> Result<Option<Coding>, String> {
    if !headers.contains_key(CONTENT_ENCODING) {
        return Ok(None);
    }
    let lines = || {
        let all = headers.get_all(CONTENT_ENCODING).iter();
        all.map(HeaderValue::as_bytes)
    };
    let is_identity = |coding: &&[u8]| coding.is_empty() || coding.eq_ignore_ascii_case(b"identity");
    let mut codings = lines().flat_map(items).filter(|coding| !is_identity(coding));
    let coding = match codings.next() {
        None => return Ok(None),
        Some(name) if name.eq_ignore_ascii_case(b"gzip") || name.eq_ignore_ascii_case(b"x-gzip") => {
            Some(Coding::Gzip)
        }
        Some(name) if name.eq_ignore_ascii_case(b"deflate") => Some(Coding::Deflate),
        Some(_) => None,
    };
    match (coding, codings.next()) {
        (Some(coding), None) => Ok(Some(coding)),
        _ => {
            let all: Vec<_> = lines().map(String::from_utf8_lossy).collect();
            Err(all.join(", ").chars().take(NAME_MAX).collect())
        }
    }
}

/// Why decoding ends before the body does.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Problem {
    /// It is over the limit; so much was decoded.
    TooLarge(usize),
    /// It is not what it says.
    Damaged(String),
}

/// A body that is being decoded, piece by piece.
enum Decoder {
    Gzip(MultiGzDecoder<Bounded>),
    Deflate {
        inflate: Decompress,
        is_over: bool,
        out: Bounded,
    },
}

impl Decoder {
    fn new(coding: Coding, body: &[u8], most: usize) -> Self {
        let out = Bounded {
            bytes: Vec::new(),
            most,
            is_over: false,
        };
        match coding {
            Coding::Gzip => Self::Gzip(MultiGzDecoder::new(out)),
            Coding::Deflate => Self::Deflate {
                inflate: Decompress::new(has_zlib_head(body)),
                is_over: false,
                out,
            },
        }
    }

    fn out(&self) -> &Bounded {
        match self {
            Self::Gzip(gzip) => gzip.get_ref(),
            Self::Deflate { out, .. } => out,
        }
    }

    fn decoded(&self) -> usize {
        self.out().bytes.len()
    }

    fn feed(&mut self, mut piece: &[u8]) -> Result<(), Problem> {
        let fed = match self {
            Self::Gzip(gzip) => gzip.write_all(piece),
            Self::Deflate {
                inflate,
                is_over,
                out,
            } => {
                let mut room = [0; TURN];
                loop {
                    if piece.is_empty() {
                        break Ok(());
                    }
                    if *is_over {
                        break Err(io::Error::other("something follows its end"));
                    }
                    let (read, written) = (inflate.total_in(), inflate.total_out());
                    let status = match inflate.decompress(piece, &mut room, FlushDecompress::None) {
                        Ok(status) => status,
                        Err(error) => break Err(error.into()),
                    };
                    // Neither can be more than the slices that were given.
                    let read = usize::try_from(inflate.total_in() - read).unwrap_or(piece.len());
                    let written = usize::try_from(inflate.total_out() - written).unwrap_or(room.len());
                    piece = &piece[read..];
                    if let Err(error) = out.write_all(&room[..written]) {
                        break Err(error);
                    }
                    *is_over = status == Status::StreamEnd;
                    if read == 0 && written == 0 && !*is_over {
                        break Err(io::Error::other("it makes no sense"));
                    }
                }
            }
        };
        fed.map_err(|error| self.problem(&error))
    }

    fn finish(self) -> Result<Bytes, Problem> {
        let problem = |out: &Bounded, error: &io::Error| match out.is_over {
            true => Problem::TooLarge(out.bytes.len()),
            false => Problem::Damaged(error.to_string()),
        };
        match self {
            Self::Gzip(mut gzip) => match gzip.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut gzip.get_mut().bytes).into()),
                Err(error) => Err(problem(gzip.get_ref(), &error)),
            },
            Self::Deflate {
                mut inflate,
                mut is_over,
                mut out,
            } => {
                // What fits no output buffer of the last piece is still inside.
                let mut room = [0; TURN];
                while !is_over {
                    let written = inflate.total_out();
                    let status = inflate
                        .decompress(&[], &mut room, FlushDecompress::Finish)
                        .map_err(|error| Problem::Damaged(error.to_string()))?;
                    let written = usize::try_from(inflate.total_out() - written).unwrap_or(room.len());
                    out.write_all(&room[..written])
                        .map_err(|error| problem(&out, &error))?;
                    is_over = status == Status::StreamEnd;
                    if written == 0 && !is_over {
                        return Err(Problem::Damaged("it ends too early".to_owned()));
                    }
                }
                Ok(out.bytes.into())
            }
        }
    }

    fn problem(&self, error: &io::Error) -> Problem {
        match self.out().is_over {
            true => Problem::TooLarge(self.decoded()),
            false => Problem::Damaged(error.to_string()),
        }
    }
}

/// `deflate` means zlib's format (RFC 9110, 8.4.1.2); some clients leave its head out.
fn has_zlib_head(body: &[u8]) -> bool {
    match body {
        [first, second, ..] => {
            first & 0x0f == 8 && (u16::from(*first) * 256 + u16::from(*second)).is_multiple_of(31)
        }
        _ => true,
    }
}

/// What was decoded, up to the limit.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
    is_over: bool,
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if piece.len() > self.most - self.bytes.len() {
            self.is_over = true;
            return Err(io::Error::other("over the limit"));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn unknown(named: &str) -> Outcome {
    let problem = format!("`Content-Encoding: {named}` was sent; the model takes `gzip`, `deflate` or none");
    let said = format!("{named}; send gzip, deflate or none").replace(char::is_control, "?");
    Rejection::new(Reason::RequestContentCoding, Evidence::Request { problem })
        .with_detail(PublicDetail::Input(said))
        .into()
}

fn refused(problem: Problem, coding: Coding, bound: Bound) -> Outcome {
    match problem {
        Problem::TooLarge(measured) => bound.exceeded_decoded(measured as u64),
        Problem::Damaged(why) => {
            let problem = format!(
                "the body says `Content-Encoding: {}`, and cannot be decoded: {why}",
                coding.name()
            );
            Rejection::new(
                Reason::ModelBadInput,
                Evidence::Request {
                    problem: problem.clone(),
                },
            )
            .with_detail(PublicDetail::Input(problem))
            .into()
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    const TEXT: &[u8] = b"{\"inputs\":{\"x\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}}";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a buffer");
        encoder.finish().expect("a buffer")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a buffer");
        encoder.finish().expect("a buffer")
    }

    fn raw(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a buffer");
        encoder.finish().expect("a buffer")
    }

    fn decode(coding: Coding, body: &[u8], most: usize, step: usize) -> Result<Bytes, Problem> {
        let mut decoder = Decoder::new(coding, body, most);
        for piece in body.chunks(step) {
            decoder.feed(piece)?;
        }
        decoder.finish()
    }

    #[test]
    fn what_was_compressed_is_itself_again_whatever_the_pieces() {
        let long: Vec<u8> = (0..200_000u32).map(|at| (at / 7 % 251) as u8).collect();
        for text in [TEXT, &long[..], b"x"] {
            for (coding, body) in [
                (Coding::Gzip, gzip(text)),
                (Coding::Gzip, [gzip(&text[..1]), gzip(&text[1..])].concat()),
                (Coding::Deflate, zlib(text)),
                (Coding::Deflate, raw(text)),
            ] {
                for step in [1, 7, STEP] {
                    let got = decode(coding, &body, text.len(), step);
                    assert!(got.as_deref() == Ok(text), "{coding:?}, {step}");
                }
            }
        }
    }

    #[test]
    fn what_is_damaged_or_over_the_limit_is_no_body() {
        for (coding, body) in [
            (Coding::Gzip, gzip(TEXT)),
            (Coding::Deflate, zlib(TEXT)),
            (Coding::Deflate, raw(TEXT)),
        ] {
            for length in 0..body.len() {
                let got = decode(coding, &body[..length], 1 << 20, STEP);
                assert!(matches!(got, Err(Problem::Damaged(_))), "{coding:?}, {length}");
            }
            let over = decode(coding, &body, TEXT.len() - 1, STEP);
            assert!(matches!(over, Err(Problem::TooLarge(_))), "{coding:?}");
            let more = [&body[..], b"more"].concat();
            assert!(matches!(
                decode(coding, &more, 1 << 20, STEP),
                Err(Problem::Damaged(_))
            ));
        }
        let bomb = gzip(&vec![0; 64 << 20]);
        let mut decoder = Decoder::new(Coding::Gzip, &bomb, 1 << 20);
        let steps = bomb.chunks(STEP).take_while(|piece| decoder.feed(piece).is_ok());
        assert!(steps.count() < 4, "it is found out early");
    }

    #[test]
    fn only_one_coding_that_is_known_is_undone() {
        let named = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(CONTENT_ENCODING, line.parse().expect("a value"));
            }
            named(&headers)
        };
        assert_eq!(named(&[]), Ok(None));
        assert_eq!(named(&["identity"]), Ok(None));
        assert_eq!(named(&[" GZIP "]), Ok(Some(Coding::Gzip)));
        assert_eq!(named(&["identity", "x-gzip"]), Ok(Some(Coding::Gzip)));
        assert_eq!(named(&["deflate"]), Ok(Some(Coding::Deflate)));
        assert_eq!(named(&["br"]), Err("br".to_owned()));
        assert_eq!(named(&["gzip", "gzip"]), Err("gzip, gzip".to_owned()));
    }
}
