//! The log of a service: the newest lines of all its programs, bounded in number and in length.

use std::collections::VecDeque;

use adyton_core::instances::LogLine;
use parking_lot::Mutex;

/// The longest line that is kept, in bytes; the rest of a longer one is cut off.
pub const LONGEST_LINE: usize = 8 * 1024;

/// A ring of lines, shared by all who write and read it.
#[derive(Debug)]
pub struct ServiceLog {
    lines: Mutex<VecDeque<LogLine>>,
    most: usize,
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
        let mut lines = self.lines.lock();
        if lines.len() == self.most {
            lines.pop_front();
        }
        lines.push_back(line);
    }
    /// The newest `most` lines that `which` wants, oldest first.
    pub fn last(&self, most: usize, which: impl Fn(&LogLine) -> bool) -> Vec<LogLine> {
        let lines = self.lines.lock();
        let mut found: Vec<LogLine> = lines
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
