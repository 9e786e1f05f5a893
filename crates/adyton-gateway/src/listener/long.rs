//! Heads with more lines than the parser has room for. They are gathered here, outside of the parser, and then go to one that
//! was made for as many lines as they have.

use std::future::poll_fn;
use std::task::Poll;

use adyton_listener::Notice;
use bytes::{Bytes, BytesMut};

use crate::listener::head::{HeadLines, LINES_MAX};
use crate::listener::unread;
use crate::listener::wire::Wire;
use crate::pipeline::Pipeline;
use crate::settings::HEAD_BUFFER;

/// Waits for the rest of a head of which `read` has come and `wire` holds back more; gives it all back to `wire` and says how
/// many header lines it has. `None` when the connection is to end; a head over the limits was refused then.
pub(crate) async fn gather(pipeline: &Pipeline, wire: &mut Wire, read: Bytes) -> Option<usize> {
    let mut head = BytesMut::from(read);
    head.extend_from_slice(&wire.take_held_back());
    let (mut counted, mut searched) = (HeadLines::default(), 0);
    loop {
        let found = counted.find_end(&head[searched..]);
        searched = head.len();
        let lines = counted.of_headers();
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
