//! What an operator decides about the journal.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::access_log::AccessLog;
use super::disk::{Disk, Reserve, SystemDisk};

/// Where the journal lies and how much it keeps.
#[derive(Clone, Debug)]
pub struct JournalSettings {
    /// The folder of the segment files; made if it is missing.
    pub folder: PathBuf,
    /// `journal.keep_bytes`: the files with the records of matched and proven requests together stay under this many bytes
    /// (never less than [`Self::KEEP_BYTES_MIN`]).
    pub keep_bytes: u64,
    /// `journal.strangers_bytes`: the same for all other records.
    pub strangers_bytes: u64,
    /// `journal.strangers_per_second`: of refused requests that matched nothing or proved nobody, so many a second and source
    /// are kept; the rest is counted.
    pub strangers_per_second: u32,
    /// `journal.keep_days`: records older than this go, a whole file at a time.
    pub keep_days: u32,
    /// `journal.keep_free` and `journal.keep_free_percent`: what is left free of the file system.
    pub reserve: Reserve,
    /// This node's number, noted in the files.
    pub node: u16,
    /// The access log: one JSON line a request.
    pub access_log: AccessLog,
    /// Bytes of records that one worker's ring holds until the writer takes them: some ten thousand. Strangers' records fill
    /// at most half of it.
    pub ring_bytes: usize,
    /// Bytes of the newest records kept in memory, so that they can be explained even while the disk is full. The records of
    /// strangers get a fourth of that beside.
    pub recent_bytes: usize,
    /// How often the writer looks into the rings.
    pub poll: Duration,
    /// The disk.
    pub disk: Arc<dyn Disk>,
}

impl JournalSettings {
    /// The least that `keep_bytes` and `strangers_bytes` can be.
    pub const KEEP_BYTES_MIN: u64 = 1024 * 1024;

    /// The defaults, in `folder`: 2 GiB and 256 MiB, 30 days, no access log.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            keep_bytes: 2 * 1024 * 1024 * 1024,
            strangers_bytes: 256 * 1024 * 1024,
            strangers_per_second: 50,
            keep_days: 30,
            reserve: Reserve::default(),
            node: 0,
            access_log: AccessLog::Off,
            ring_bytes: 4 * 1024 * 1024,
            recent_bytes: 8 * 1024 * 1024,
            poll: Duration::from_millis(10),
            disk: Arc::new(SystemDisk),
        }
    }
}
