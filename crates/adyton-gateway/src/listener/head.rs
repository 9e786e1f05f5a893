//! Head lines, counted before the parser sees them.
//!
//! hyper keeps a place on its stack for each of 100 header lines. For more it would allocate and clear places on every request
//! (1,000 of them cost 8 % of a request), so heads are read with 100, and the few that have more take another way
//! (`long.rs`). What the usual head pays is one look for line ends through its bytes.

use memchr::{memchr_iter, memrchr};

/// Header lines that the parser has room for.
pub(crate) const LINES: usize = 100;
/// Header lines that a head may have at all. The limits in bytes are reached before, unless they were raised: it bounds what
/// the parser allocates, and lies below what a map of headers can hold.
pub(crate) const LINES_MAX: usize = 16_384;

/// The lines of a head, counted as they arrive, up to the empty one at its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeadLines {
    /// Lines that have ended, the request line among them.
    ended: usize,
    /// Bytes of the line that has not, and the first of them.
    open: (usize, u8),
}

impl HeadLines {
    /// Header lines so far.
    pub(crate) fn of_headers(self) -> usize {
        self.ended.saturating_sub(1)
    }

    /// Counts the lines that end in the next piece, empty ones too.
    fn count(&mut self, piece: &[u8]) {
        self.ended += memchr_iter(b'\n', piece).count();
        let open = match memrchr(b'\n', piece) {
            Some(last) => {
                self.open = (0, 0);
                &piece[last + 1..]
            }
            None => piece,
        };
        self.begin(open);
    }

    /// Where the head ends in the next piece, if it does: behind the first empty line. Empty lines before the request line are
    /// no part of it.
    pub(crate) fn find_end(&mut self, piece: &[u8]) -> Option<usize> {
        let mut start = 0;
        for at in memchr_iter(b'\n', piece) {
            self.begin(&piece[start..at]);
            let is_empty = matches!(self.open, (0, _) | (1, b'\r'));
            self.open = (0, 0);
            start = at + 1;
            if is_empty && self.ended > 0 {
                return Some(start);
            }
            self.ended += usize::from(!is_empty);
        }
        self.begin(&piece[start..]);
        None
    }

    /// More has come of the line that has not ended.
    fn begin(&mut self, piece: &[u8]) {
        let (length, first) = self.open;
        let first = if length == 0 {
            piece.first().copied().unwrap_or(first)
        } else {
            first
        };
        self.open = (length + piece.len(), first);
    }
}

/// What is known of a head that is arriving.
#[derive(Debug, Default)]
pub(crate) struct HeadCount {
    lines: HeadLines,
    /// Bytes so far.
    bytes: usize,
    reads: usize,
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
        let mut before = self.lines;
        self.lines.count(piece);
        self.bytes += piece.len();
        self.reads += 1;
        if self.lines.of_headers() <= LINES {
            return Verdict::Parse;
        }
        match before.find_end(piece) {
            // The rest is a body, or the next request.
            Some(_) if before.of_headers() <= LINES => Verdict::Parse,
            Some(_) | None => Verdict::TooLong,
        }
    }
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

    #[test]
    fn the_end_is_found_however_the_head_comes() {
        for end in ["\r\n", "\n"] {
            let start = format!("{end}{end}").into_bytes();
            let whole = [start, head(150, end)].concat();
            let length = whole.len();
            let text = [whole, b"{\n\n}".to_vec()].concat();
            for step in [1, 2, 3, 50, text.len()] {
                let (mut lines, mut before) = (HeadLines::default(), 0);
                let found = text.chunks(step).find_map(|piece| {
                    let found = lines.find_end(piece).map(|at| before + at);
                    before += piece.len();
                    found
                });
                assert_eq!(
                    (found, lines.of_headers()),
                    (Some(length), 150),
                    "steps of {step}"
                );
            }
        }
    }
}
