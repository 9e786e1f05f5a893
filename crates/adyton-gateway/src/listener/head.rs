//! Head lines, counted before the parser sees them.
//!
//! hyper keeps a place on its stack for each of 100 header lines. For more it would allocate and clear places on every request
//! (1,000 of them cost 8 % of a request), so heads are read with 100, and the few that have more take another way
//! (`long.rs`). What the usual head pays is one look for line ends through its bytes.

use memchr::memchr_iter;

/// Header lines that the parser has room for.
pub(crate) const LINES: usize = 100;
/// Header lines that a head may have at all. The limits in bytes are reached before, unless they were raised: it bounds what
/// the parser allocates, and lies below what a map of headers can hold.
pub(crate) const LINES_MAX: usize = 16_384;

/// What is known of a head that is arriving.
#[derive(Debug, Default)]
pub(crate) struct HeadCount {
    /// Line ends so far, empty lines and the request line among them.
    ends: usize,
    /// Bytes so far.
    bytes: usize,
    reads: usize,
    /// The last three bytes.
    tail: [u8; 3],
}

/// What becomes of the bytes that were read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// The parser may have them.
    Parse,
    /// With them the head has more lines than the parser has room for.
    TooLong,
}

impl HeadCount {
    /// Bytes that have arrived, if they came one by one; 0 while no head is arriving.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How often something came.
    pub(crate) fn reads(&self) -> usize {
        self.reads
    }

    /// More of the head has come.
    pub(crate) fn add(&mut self, piece: &[u8]) -> Verdict {
        let before = (self.ends, self.tail);
        self.ends += memchr_iter(b'\n', piece).count();
        self.bytes += piece.len();
        self.reads += 1;
        for byte in &piece[piece.len().saturating_sub(3)..] {
            self.tail = [self.tail[1], self.tail[2], *byte];
        }
        // The request line ends too, and so does a head: no more header lines than the parser has room for.
        if self.ends <= LINES + 1 {
            return Verdict::Parse;
        }
        let (ends, tail) = before;
        match header_lines(ends, tail, piece) {
            // The rest is a body, or the next request.
            Some(lines) if lines <= LINES => Verdict::Parse,
            _ => Verdict::TooLong,
        }
    }
}

/// How many header lines the head has whose end is in `piece`, after as many line ends and with these bytes before it.
fn header_lines(ends: usize, tail: [u8; 3], piece: &[u8]) -> Option<usize> {
    for (ends, at) in (ends..).zip(memchr_iter(b'\n', piece)) {
        let before = |back: usize| match at.checked_sub(back) {
            Some(at) => piece[at],
            None => tail[3 - (back - at)],
        };
        let is_empty = before(1) == b'\n' || (before(1) == b'\r' && before(2) == b'\n');
        if is_empty && ends > 0 {
            return Some(ends - 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(lines: usize, end: &str) -> Vec<u8> {
        let mut text = format!("POST / HTTP/1.1{end}");
        for line in 0..lines {
            text.push_str(&format!("x-{line}: v{end}"));
        }
        text.push_str(end);
        text.into_bytes()
    }

    fn verdict(pieces: &[&[u8]]) -> Verdict {
        let mut count = HeadCount::default();
        let verdicts: Vec<_> = pieces.iter().map(|piece| count.add(piece)).collect();
        match verdicts.contains(&Verdict::TooLong) {
            true => Verdict::TooLong,
            false => Verdict::Parse,
        }
    }

    #[test]
    fn lines_are_counted_however_they_come() {
        for end in ["\r\n", "\n"] {
            for (lines, expected) in [
                (0, Verdict::Parse),
                (100, Verdict::Parse),
                (101, Verdict::TooLong),
                (500, Verdict::TooLong),
            ] {
                let head = head(lines, end);
                assert_eq!(verdict(&[&head]), expected, "{lines} at once");
                for size in [1, 2, 3, 7, 64, 1000] {
                    let pieces: Vec<&[u8]> = head.chunks(size).collect();
                    assert_eq!(verdict(&pieces), expected, "{lines} in pieces of {size}");
                }
                // A body full of lines is no head.
                let whole = [head.as_slice(), &b"{\n".repeat(5_000)].concat();
                assert_eq!(verdict(&[&whole]), expected, "{lines} with a body");
            }
        }
    }
}
