//! Segment files: `segment-<number>.log` and `strangers-<number>.log`, appended to, sealed with an index, deleted whole.
//!
//! ```text
//! "ADYTJRN1" │ node u16 │ 6 zero bytes │ frames (frame.rs) … │ index: one entry a span │ footer
//! footer = "ADYTIDX1" │ end of the frames u64 │ spans u32 │ CRC-32 of index and the 20 bytes before it u32 │ 8 zero bytes
//! ```
//!
//! A *span* is some 64 KiB of frames with the first and last arrival in it: the sparse index. A file without a valid
//! footer was being written when the server ended, or could not be sealed: see [`opening`].
//!
//! What must hold: frames are only appended, so a reader of a known span never sees it change.

mod opening;

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::disk::Disk;
use super::span::{SPAN, Span};

const MAGIC: &[u8; 8] = b"ADYTJRN1";
const INDEX_MAGIC: &[u8; 8] = b"ADYTIDX1";
const HEADER: usize = 16;
const FOOTER: usize = 32;
const ENTRY: usize = 32;

/// One segment file with its spans.
pub(super) struct Segment {
    pub(super) number: u64,
    pub(super) path: PathBuf,
    pub(super) file: Arc<File>,
    pub(super) spans: Vec<Span>,
    /// Bytes of header and frames.
    pub(super) end: u64,
    /// Bytes of the file.
    pub(super) size: u64,
    /// When this process wrote to it last, by the clock that never jumps; `None` for a file of an earlier process.
    pub(super) written: Option<Duration>,
    disk: Arc<dyn Disk>,
}

/// The end of a segment: where the writer appends, without holding any lock.
pub(super) struct AppendPoint {
    file: Arc<File>,
    at: u64,
    disk: Arc<dyn Disk>,
}

impl AppendPoint {
    /// Appends all of `bytes`, or nothing that counts.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.disk.write(&self.file, bytes, self.at).inspect_err(|_| {
            // What was written of it is overwritten by the next batch, or cut at the next start.
            let _ = self.file.set_len(self.at);
        })
    }
}

/// The number in a segment's file name, if the name begins with `prefix`.
pub(super) fn number_of(prefix: &str, name: &str) -> Option<u64> {
    name.strip_prefix(prefix)?
        .strip_prefix('-')?
        .strip_suffix(".log")?
        .parse()
        .ok()
}

/// Makes the folder of the journal.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

impl Segment {
    /// Makes a new, empty segment file, and the folder if it is missing.
    pub(super) fn create(
        folder: &Path,
        prefix: &str,
        number: u64,
        node: u16,
        disk: Arc<dyn Disk>,
    ) -> io::Result<Self> {
        let path = folder.join(format!("{prefix}-{number:010}.log"));
        let open = || {
            OpenOptions::new()
                .read(true)
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
        };
        let file = match open() {
            Err(problem) if problem.kind() == io::ErrorKind::NotFound => {
                make_folder(folder)?;
                open()?
            }
            opened => opened?,
        };
        let mut header = [0u8; HEADER];
        header[..8].copy_from_slice(MAGIC);
        header[8..10].copy_from_slice(&node.to_le_bytes());
        if let Err(problem) = disk.write(&file, &header, 0) {
            // Best effort: an empty file is removed at the next start as well.
            let _ = std::fs::remove_file(&path);
            return Err(problem);
        }
        Ok(Self {
            number,
            path,
            file: Arc::new(file),
            spans: Vec::new(),
            end: HEADER as u64,
            size: HEADER as u64,
            written: None,
            disk,
        })
    }

    /// Where the next bytes go.
    pub(super) fn append_point(&self) -> AppendPoint {
        AppendPoint {
            file: self.file.clone(),
            at: self.end,
            disk: self.disk.clone(),
        }
    }

    /// Takes note of a batch that was written at the monotonic time `now`.
    pub(super) fn extend(&mut self, length: usize, spans: &[Span], now: Duration) {
        for span in spans {
            match self.spans.last_mut() {
                Some(last) if ((last.length + span.length) as usize) <= SPAN => {
                    last.extend(span.length, span.records, span.arrivals());
                }
                _ => self.spans.push(Span {
                    offset: span.offset + self.end,
                    ..*span
                }),
            }
        }
        self.end += length as u64;
        self.size = self.end;
        self.written = Some(now);
    }

    /// The index and the footer, to be written behind the frames.
    pub(super) fn index(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.spans.len() * ENTRY + FOOTER);
        for span in &self.spans {
            bytes.extend_from_slice(&span.offset.to_le_bytes());
            bytes.extend_from_slice(&span.length.to_le_bytes());
            bytes.extend_from_slice(&span.records.to_le_bytes());
            bytes.extend_from_slice(&span.min_ms.to_le_bytes());
            bytes.extend_from_slice(&span.max_ms.to_le_bytes());
        }
        bytes.extend_from_slice(INDEX_MAGIC);
        bytes.extend_from_slice(&self.end.to_le_bytes());
        bytes.extend_from_slice(&(self.spans.len() as u32).to_le_bytes());
        let sum = crc32fast::hash(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        bytes.extend_from_slice(&[0; 8]);
        bytes
    }

    /// The latest arrival in it that is not in the future of `now_ms`: what a clock that was ahead has left does not count.
    /// `None` if there is none, as in a file that cannot be read.
    pub(super) fn newest_ms(&self, now_ms: u64) -> Option<u64> {
        let arrivals = self.spans.iter().map(|span| span.max_ms);
        arrivals.filter(|arrival| *arrival <= now_ms).max()
    }

    /// Whether somebody deleted the file: what is written into it is lost with the process.
    pub(super) fn is_deleted(&self) -> bool {
        self.file.metadata().is_ok_and(|file| file.nlink() == 0)
    }
}
