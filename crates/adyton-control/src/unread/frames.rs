//! What of the frames that are sent says that HTTP/2 could not be read: an answer that h2 makes by itself, a stream that it
//! resets, a connection that it ends. They cannot be replaced: the compression of headers has a memory.

use http::StatusCode;

/// Length, type, flags and stream of a frame.
const HEAD: usize = 9;
const HEADERS: u8 = 1;
const RESET: u8 = 3;
const GO_AWAY: u8 = 7;
/// The stream's last frame.
const END_STREAM: u8 = 1;
/// An answer of this server has an id, which takes more bytes than this; h2's own is a status alone.
const STATUS_ALONE: usize = 8;
const NO_ERROR: u32 = 0;
const PROTOCOL_ERROR: u32 = 1;

/// What could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Broken {
    /// A head of too many bytes, which h2 answered.
    Head,
    /// A request, whose stream was reset.
    Stream,
    /// The whole connection.
    Connection(u32),
}

impl Broken {
    /// The status that stands in the record; that of HTTP/1.1 where there was no answer.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::Head => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::Stream | Self::Connection(_) => StatusCode::BAD_REQUEST,
        }
    }
    /// What was found, for operators.
    pub(super) fn told(self) -> String {
        match self {
            Self::Head => "HTTP/2: a head that is larger than any is read".to_owned(),
            Self::Stream => "HTTP/2: the request was malformed, and its stream was reset".to_owned(),
            Self::Connection(code) => {
                format!("HTTP/2: the connection was ended with the error code {code}")
            }
        }
    }
}

/// Reads frames as they are sent, in whatever pieces.
#[derive(Default)]
pub(super) struct Frames {
    head: [u8; HEAD],
    read: usize,
    /// What is left of the present frame's content, and the start of it.
    left: usize,
    start: [u8; 8],
    started: usize,
}

impl Frames {
    /// Takes bytes that were sent; tells of each frame that says that something could not be read.
    pub(super) fn take(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Broken)) {
        while !bytes.is_empty() {
            if self.read < HEAD {
                let wanted = (HEAD - self.read).min(bytes.len());
                let (now, later) = bytes.split_at(wanted);
                if let Some(place) = self.head.get_mut(self.read..self.read + wanted) {
                    place.copy_from_slice(now);
                }
                self.read += wanted;
                bytes = later;
                if self.read < HEAD {
                    return;
                }
                let [high, middle, low, ..] = self.head;
                self.left = u32::from_be_bytes([0, high, middle, low]) as usize;
                self.started = 0;
            }
            let wanted = self.left.min(bytes.len());
            let (now, later) = bytes.split_at(wanted);
            let kept = (self.start.len() - self.started).min(now.len());
            if let (Some(place), Some(kept)) = (
                self.start.get_mut(self.started..self.started + kept),
                now.get(..kept),
            ) {
                place.copy_from_slice(kept);
            }
            self.started += kept;
            self.left -= wanted;
            bytes = later;
            if self.left == 0 {
                if let Some(broken) = self.broken() {
                    tell(broken);
                }
                self.read = 0;
            }
        }
    }

    /// What the frame says that has just ended.
    fn broken(&self) -> Option<Broken> {
        let [high, middle, low, kind, flags, ..] = self.head;
        let length = u32::from_be_bytes([0, high, middle, low]) as usize;
        let [a, b, c, d, e, f, g, h] = self.start;
        match kind {
            HEADERS if flags & END_STREAM != 0 && length <= STATUS_ALONE => Some(Broken::Head),
            RESET if u32::from_be_bytes([a, b, c, d]) == PROTOCOL_ERROR => Some(Broken::Stream),
            GO_AWAY => {
                let code = u32::from_be_bytes([e, f, g, h]);
                (code != NO_ERROR).then_some(Broken::Connection(code))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap().to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags, 0, 0, 0, 1];
        frame.extend_from_slice(content);
        frame
    }

    fn told(bytes: &[u8], piece: usize) -> Vec<Broken> {
        let (mut frames, mut told) = (Frames::default(), Vec::new());
        for piece in bytes.chunks(piece) {
            frames.take(piece, |broken| told.push(broken));
        }
        told
    }

    #[test]
    fn frames_are_told_apart_in_whatever_pieces_they_are_sent() {
        let sent = [
            frame(4, 0, &[0; 18]),
            frame(1, 4, &[0x88; 70]),
            frame(0, 1, b"{\"reset\": \x03}"),
            frame(1, 5, &[0x48, 0x82, 0x68, 0x03]),
            frame(3, 0, &[0, 0, 0, 1]),
            frame(3, 0, &[0, 0, 0, 8]),
            frame(6, 1, &[7; 8]),
            frame(7, 0, &[0, 0, 0, 1, 0, 0, 0, 0]),
            frame(7, 0, &[0, 0, 0, 1, 0, 0, 0, 11, b'f', b'l', b'o', b'o', b'd']),
            frame(4, 1, &[]),
        ]
        .concat();
        for piece in [1, 2, 7, 9, 10, sent.len()] {
            assert_eq!(
                told(&sent, piece),
                [Broken::Head, Broken::Stream, Broken::Connection(11)],
                "{piece}"
            );
        }
    }
}
