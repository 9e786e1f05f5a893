//! Undoing a compression, piece by piece, and never beyond a limit.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use flate2::{Decompress, FlushDecompress, Status};

/// Bytes that are inflated at once.
const SPACE: usize = 32 * 1024;

/// What can be undone here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// As the header names it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }
}

/// Why decoding ends before the body does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Problem {
    /// It is over the limit; so much was decoded.
    TooLarge(usize),
    /// It is not what it says.
    Damaged(String),
}

/// A body that is being decoded, piece by piece.
pub(super) enum Decoder {
    Gzip(MultiGzDecoder<Bounded>),
    Deflate {
        inflate: Decompress,
        is_over: bool,
        out: Bounded,
    },
}

impl Decoder {
    /// The decoder of a body that is here whole, which gives no more than `most` bytes.
    pub(super) fn new(coding: Coding, body: &[u8], most: usize) -> Self {
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

    /// How many bytes have come out.
    pub(super) fn decoded(&self) -> usize {
        self.out().bytes.len()
    }

    /// Decodes a piece.
    pub(super) fn feed(&mut self, piece: &[u8]) -> Result<(), Problem> {
        let fed = match self {
            Self::Gzip(gzip) => gzip.write_all(piece),
            Self::Deflate {
                inflate,
                is_over,
                out,
            } => feed(inflate, is_over, out, piece),
        };
        fed.map_err(|error| self.problem(&error))
    }

    /// All that came out.
    pub(super) fn finish(self) -> Result<Bytes, Problem> {
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
                let mut space = [0; SPACE];
                while !is_over {
                    let written = inflate.total_out();
                    let status = inflate
                        .decompress(&[], &mut space, FlushDecompress::Finish)
                        .map_err(|error| Problem::Damaged(error.to_string()))?;
                    let written = usize::try_from(inflate.total_out() - written).unwrap_or(space.len());
                    out.write_all(&space[..written])
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

/// Inflates a piece.
fn feed(inflate: &mut Decompress, is_over: &mut bool, out: &mut Bounded, mut piece: &[u8]) -> io::Result<()> {
    let mut space = [0; SPACE];
    while !piece.is_empty() {
        if *is_over {
            return Err(io::Error::other("something follows its end"));
        }
        let (read, written) = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(piece, &mut space, FlushDecompress::None)?;
        // Neither can be more than the slices that were given.
        let read = usize::try_from(inflate.total_in() - read).unwrap_or(piece.len());
        let written = usize::try_from(inflate.total_out() - written).unwrap_or(space.len());
        piece = &piece[read..];
        out.write_all(&space[..written])?;
        *is_over = status == Status::StreamEnd;
        if read == 0 && written == 0 && !*is_over {
            return Err(io::Error::other("it makes no sense"));
        }
    }
    Ok(())
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
pub(super) struct Bounded {
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

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    /// How much is fed at once.
    const STEP: usize = 1024;
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
}
