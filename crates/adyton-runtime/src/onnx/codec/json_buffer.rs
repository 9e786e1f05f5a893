//! The buffer that an answer is written into. It takes no more memory than there is: the outputs of a model are as large as its caller
//! says, and a server that finds no memory for an answer ends.

use std::io;

use adyton_core::graph_fault::GraphFault;
use bytes::Bytes;

use crate::onnx::memory;
use crate::onnx::predictor::RunError;

/// What it grows by at least, in bytes.
const STEP: usize = 1 << 10;
/// What it holds at most, in bytes: writing cannot be ended.
const MOST: usize = 256 << 20;

/// See the top of the file. Once it is full it takes nothing, and gives an error in the end.
#[derive(Default)]
pub(super) struct JsonBuffer {
    bytes: Vec<u8>,
    is_full: bool,
}

impl JsonBuffer {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(bytes),
            is_full: false,
        }
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.extend_from_slice(&[byte]);
    }

    #[inline]
    pub(super) fn extend_from_slice(&mut self, more: &[u8]) {
        if self.bytes.capacity() - self.bytes.len() >= more.len() || self.grow(more.len()) {
            self.bytes.extend_from_slice(more);
        }
    }

    /// Whether it takes nothing any more.
    pub(super) const fn is_full(&self) -> bool {
        self.is_full
    }

    /// What was written.
    ///
    /// # Errors
    /// There was no memory for it.
    pub(super) fn finish(self) -> Result<Bytes, RunError> {
        match self.is_full {
            false => Ok(self.bytes.into()),
            true => Err(RunError::new(GraphFault::AnswerTooLong.kept())),
        }
    }

    #[cold]
    fn grow(&mut self, more: usize) -> bool {
        let by = more.max(self.bytes.len()).max(STEP);
        let takes = !self.is_full
            && self.bytes.len().saturating_add(by) <= MOST
            && memory::has_room_for(by as u64)
            && self.bytes.try_reserve_exact(by).is_ok();
        if !takes {
            self.is_full = true;
            self.bytes = Vec::new();
        }
        takes
    }
}

impl io::Write for JsonBuffer {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        self.extend_from_slice(more);
        Ok(more.len())
    }
    fn write_all(&mut self, more: &[u8]) -> io::Result<()> {
        self.extend_from_slice(more);
        Ok(())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn it_holds_what_was_written_and_once_full_nothing() {
        let mut buffer = JsonBuffer::with_capacity(1);
        for _ in 0..10_000 {
            buffer.extend_from_slice(b"12");
            buffer.push(b',');
        }
        assert_eq!(buffer.finish().unwrap(), "12,".repeat(10_000));
        let mut buffer = JsonBuffer::default();
        buffer.push(b'1');
        assert!(!buffer.grow(usize::MAX / 2) && buffer.is_full());
        buffer.push(b'2');
        let problem = buffer.finish().unwrap_err();
        assert!(problem.to_string().contains("send less at once"), "{problem}");
    }
}
