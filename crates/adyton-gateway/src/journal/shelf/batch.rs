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

    /// The capacity that the next one, of about this length, needs, with some to spare, so that it does not grow. Nothing where that saves
    /// nothing.
    pub(super) fn next_capacity(&self) -> usize {
        /// Batches of these lengths differ in length by some records; of a few capacities memory is used again.
        const STEP: usize = 32 * 1024;
        match self.bytes.len() {
            ..STEP => 0,
            length => (length + length / 4).next_multiple_of(STEP),
        }
    }

    /// Gives an empty one this capacity at least. Memory that is too small is not grown, which would copy what is in it.
    pub(super) fn prepare(&mut self, capacity: usize) {
        if self.bytes.capacity() < capacity {
            self.bytes = Vec::with_capacity(capacity);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(length: usize) -> Batch {
        Batch {
            bytes: vec![0; length],
            ..Batch::default()
        }
    }

    #[test]
    fn batches_of_about_the_same_length_fit_into_each_others_memory() {
        let (longer, shorter) = (of(158_000), of(150_000));
        assert!(shorter.next_capacity() > longer.bytes.len(), "it need not grow");
        let mut spare = of(0);
        spare.prepare(longer.next_capacity());
        let (place, weight) = (spare.bytes.as_ptr(), spare.weight());
        spare.prepare(shorter.next_capacity());
        assert_eq!((spare.bytes.as_ptr(), spare.weight()), (place, weight));
        assert_eq!(of(1_000).next_capacity(), 0, "a few records take what they need");
    }

    #[test]
    fn what_a_batch_does_not_need_is_given_back() {
        let mut batch = of(64 * 1024);
        batch.bytes.truncate(1_000);
        batch.trim();
        assert_eq!(batch.weight(), 1_000);
    }
}
