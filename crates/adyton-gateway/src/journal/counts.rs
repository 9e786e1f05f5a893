//! What an operator can see of the journal's work.

/// What went through the journal since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct JournalCounts {
    /// Records that reached the writer.
    pub recorded: u64,
    /// Records dropped because a ring was full.
    pub dropped: u64,
    /// Records that could not be written to disk; the newest of them are in memory still.
    pub unwritten: u64,
    /// Records of refused strangers that were counted in summaries instead of kept.
    pub left_out: u64,
    /// Lines of the access log that could not be written.
    pub unlogged: u64,
    /// Bytes on disk now, of matched and proven requests.
    pub proven_bytes: u64,
    /// Bytes on disk now, of all others.
    pub strangers_bytes: u64,
    /// Segment files now.
    pub segments: u64,
    /// Bytes that were free on the disk at the last look.
    pub free_bytes: u64,
    /// Whether the last records could be written to disk.
    pub is_writable: bool,
}
