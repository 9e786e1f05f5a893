//! Heads with more lines than the parser has room for. They are gathered here, outside of the parser, and then go to one that
//! was made for as many lines as they have.

use std::future::poll_fn;
use std::task::Poll;

use adyton_listener::Notice;
use bytes::{Bytes, BytesMut};
use memchr::memchr_iter;

use crate::listener::head::LINES_MAX;
use crate::listener::unread;
use crate::listener::wire::Wire;
use crate::pipeline::Pipeline;
use crate::settings::HEAD_BUFFER;

/// The end of a head, looked for as it arrives.
#[derive(Default)]
struct End {
    searched: usize,
    /// Where the line begins that has not ended.
    line: usize,
    /// Lines that have ended, the request line among them.
    lines: usize,
}

impl End {
    /// Where the head ends, if it is here whole. Empty lines before it are no part of it.
    fn find(&mut self, buffer: &[u8]) -> Option<usize> {
        for at in memchr_iter(b'\n', &buffer[self.searched..]).map(|at| self.searched + at) {
            let is_empty = matches!(&buffer[self.line..at], b"" | b"\r");
            self.line = at + 1;
            if is_empty && self.lines > 0 {
                return Some(at + 1);
            }
            self.lines += usize::from(!is_empty);
        }
        self.searched = buffer.len();
        None
    }

    fn header_lines(&self) -> usize {
        self.lines.saturating_sub(1)
    }
}

/// Waits for the rest of a head of which `read` has come and `wire` holds back more; gives it all back to `wire` and says how
/// many header lines it has. `None` when the connection is to end; a head over the limits was refused then.
pub(crate) async fn gather(pipeline: &Pipeline, wire: &mut Wire, read: Bytes) -> Option<usize> {
    let mut head = BytesMut::from(read);
    head.extend_from_slice(&wire.take_held_back());
    let mut end = End::default();
    loop {
        let found = end.find(&head);
        let lines = end.header_lines();
        if lines > LINES_MAX || (found.is_none() && head.len() as u64 > HEAD_BUFFER) {
            let answer = unread::too_long(pipeline, wire.state(), &head, lines);
            wire.say(answer).await;
            return None;
        }
        if found.is_some() {
            wire.give_back(head.freeze());
            return Some(lines);
        }
        let more = poll_fn(|context| match wire.state().told(context) {
            Some(Notice::Close) => Poll::Ready(None),
            // Draining: the answer will say that the connection ends.
            Some(Notice::Finish) | None => wire.poll_more(context, &mut head).map(Some),
        });
        match more.await? {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_however_the_head_comes() {
        for end in ["\r\n", "\n"] {
            let mut text = format!("{end}POST / HTTP/1.1{end}");
            (0..150).for_each(|line| text.push_str(&format!("x-{line}: v{end}")));
            text.push_str(end);
            let length = text.len();
            text.push_str("{\n\n}");
            for step in [1, 2, 3, 50, text.len()] {
                let mut search = End::default();
                let found = (1..=text.len().div_ceil(step))
                    .find_map(|steps| search.find(&text.as_bytes()[..(steps * step).min(text.len())]));
                assert_eq!(
                    (found, search.header_lines()),
                    (Some(length), 150),
                    "steps of {step}"
                );
            }
        }
    }
}
