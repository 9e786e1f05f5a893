//! Frames that were written together, and where a span of them lies.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::journal::span::Span;

/// Frames that were written together, as they lie on disk.
#[derive(Default)]
pub(in crate::journal) struct Batch {
    pub(in crate::journal) bytes: Vec<u8>,
    /// Counted from the start of the batch.
    pub(in crate::journal) spans: Vec<Span>,
    pub(in crate::journal) records: u64,
}

impl Batch {
    /// The memory that it takes.
    pub(super) fn weight(&self) -> usize {
        self.bytes.capacity()
    }

    /// Gives back memory that it does not need: one that was filled again may have far too much.
    pub(super) fn trim(&mut self) {
        if self.bytes.capacity() / 4 > self.bytes.len() {
            self.bytes.shrink_to_fit();
        }
    }

    /// Empties it; the memory stays.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
        self.records = 0;
    }
}

/// Where a span lies.
pub(in crate::journal) enum BatchSource {
    /// In memory.
    Memory(Arc<Batch>),
    /// In a file.
    Disk(Arc<File>),
}

impl BatchSource {
    /// Calls `use_bytes` with the frames of `span`. A file that cannot be read gives its error.
    pub(in crate::journal) fn read<T>(
        &self,
        span: &Span,
        use_bytes: impl FnOnce(&[u8]) -> T,
    ) -> io::Result<T> {
        match self {
            BatchSource::Memory(batch) => {
                let start = span.offset as usize;
                let bytes = batch.bytes.get(start..start + span.length as usize);
                Ok(use_bytes(bytes.unwrap_or_default()))
            }
            BatchSource::Disk(file) => {
                let mut bytes = vec![0u8; span.length as usize];
                file.read_exact_at(&mut bytes, span.offset)?;
                Ok(use_bytes(&bytes))
            }
        }
    }
}
