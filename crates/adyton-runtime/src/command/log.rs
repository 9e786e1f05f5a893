//! The log of a service: the newest lines of all its programs, bounded in number and in length.

use std::collections::VecDeque;

use adyton_core::instances::{LogLine, LogPart};
use parking_lot::Mutex;

/// The longest line that is kept, in bytes; the rest of a longer one is cut off.
pub const LONGEST_LINE: usize = 8 * 1024;

/// A ring of lines, shared by all who write and read it.
#[derive(Debug)]
pub struct ServiceLog {
    lines: Mutex<Kept>,
    most: usize,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    /// How many lines were ever added.
    added: u64,
}

impl ServiceLog {
    /// An empty log that keeps `most` lines.
    pub fn new(most: usize) -> Self {
        Self {
            lines: Mutex::default(),
            most: most.max(1),
        }
    }
    /// Adds a line; the oldest goes when there are too many.
    pub fn push(&self, line: LogLine) {
        let mut kept = self.lines.lock();
        if kept.lines.len() == self.most {
            kept.lines.pop_front();
        }
        kept.lines.push_back(line);
        kept.added += 1;
    }
    /// The first `most` lines that were added after so many, oldest first; all that is there, if fewer were ever added.
    pub fn after(&self, seen: u64, most: usize) -> LogPart {
        let kept = self.lines.lock();
        let oldest = kept.added - kept.lines.len() as u64;
        let seen = if seen > kept.added { 0 } else { seen };
        let from = seen.max(oldest);
        let behind = usize::try_from(from - oldest).unwrap_or(usize::MAX);
        let lines: Vec<LogLine> = kept.lines.iter().skip(behind).take(most).cloned().collect();
        LogPart {
            seen: from + lines.len() as u64,
            missed: from - seen,
            lines,
        }
    }
    /// The newest `most` lines that `which` wants, oldest first.
    pub fn last(&self, most: usize, which: impl Fn(&LogLine) -> bool) -> Vec<LogLine> {
        let kept = self.lines.lock();
        let mut found: Vec<LogLine> = kept
            .lines
            .iter()
            .rev()
            .filter(|line| which(line))
            .take(most)
            .cloned()
            .collect();
        found.reverse();
        found
    }
}

/// Cuts a stream of bytes into lines: what is not UTF-8 is replaced, what is too long is cut off.
#[derive(Default)]
pub(crate) struct Lines {
    open: Vec<u8>,
    cut: bool,
}

impl Lines {
    /// Takes the next bytes and hands on each line that they complete.
    pub(crate) fn take(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = match part.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (part, false),
            };
            let room = LONGEST_LINE.saturating_sub(self.open.len());
            self.open.extend_from_slice(&text[..text.len().min(room)]);
            self.cut |= text.len() > room;
            if ends {
                self.finish(&mut line);
            }
        }
    }
    /// Hands on what is left without an end of line.
    pub(crate) fn finish(&mut self, line: &mut impl FnMut(String)) {
        let ending = if self.cut { " […]" } else { "" };
        let text = String::from_utf8_lossy(&self.open);
        if !text.is_empty() || !ending.is_empty() {
            line(format!("{}{ending}", text.trim_end_matches('\r')));
        }
        self.open.clear();
        self.cut = false;
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;
    use adyton_core::id::InstanceId;

    use super::*;

    #[test]
    fn only_the_newest_lines_stay() {
        let log = ServiceLog::new(3);
        for number in 0..5 {
            log.push(LogLine {
                at: Timestamp::from_seconds(number),
                instance: InstanceId::from_bits(1),
                stream: "stdout".to_owned(),
                text: number.to_string(),
            });
        }
        let texts: Vec<String> = log.last(2, |_| true).into_iter().map(|line| line.text).collect();
        assert_eq!(texts, ["3", "4"]);
        assert_eq!(log.last(10, |_| true).len(), 3);
    }

    #[test]
    fn who_follows_gets_each_line_once_and_hears_of_those_that_are_gone() {
        let log = ServiceLog::new(3);
        let print = |number: u32| {
            log.push(LogLine {
                at: Timestamp::from_seconds(0),
                instance: InstanceId::from_bits(1),
                stream: "stdout".to_owned(),
                text: number.to_string(),
            });
        };
        let after = |seen, most| {
            let part = log.after(seen, most);
            let texts: Vec<String> = part.lines.into_iter().map(|line| line.text).collect();
            (texts.join(" "), part.seen, part.missed)
        };
        assert_eq!(after(0, 9), (String::new(), 0, 0));
        (1..=2).for_each(print);
        assert_eq!(after(0, 9), ("1 2".to_owned(), 2, 0));
        assert_eq!(after(0, 1), ("1".to_owned(), 1, 0));
        assert_eq!(after(2, 9), (String::new(), 2, 0));
        (3..=7).for_each(print);
        assert_eq!(after(2, 2), ("5 6".to_owned(), 6, 2), "3 and 4 are gone");
        assert_eq!(after(6, 9), ("7".to_owned(), 7, 0));
        assert_eq!(after(70, 9), ("5 6 7".to_owned(), 7, 4), "another log");
    }

    #[test]
    fn lines_are_cut_where_they_end_or_are_too_long() {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        lines.take(b"one\r\ntw", |line| found.push(line));
        lines.take(b"o\n\xff\n", |line| found.push(line));
        lines.take(&vec![b'x'; LONGEST_LINE + 5], |line| found.push(line));
        lines.finish(&mut |line| found.push(line));
        assert_eq!(found[..3], ["one", "two", "\u{fffd}"]);
        assert_eq!(found[3].len(), LONGEST_LINE + " […]".len());
    }
}
