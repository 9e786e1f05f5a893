//! Opening a segment file of an earlier process: its index is read, or its frames are walked.
//!
//! A file without a valid index is cut behind its last whole frame and sealed. Where the disk does not take that (it is full,
//! or read-only), the file is read all the same: what was found in it is kept in memory, and the next start tries again.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{ENTRY, FOOTER, HEADER, INDEX_MAGIC, MAGIC, Segment};
use crate::journal::disk::Disk;
use crate::journal::encoding::view;
use crate::journal::frame::{Frames, HEAD};
use crate::journal::span::{Span, note};

/// A file without footer that is larger than this is not one of ours: it is kept, and not read.
const REPAIR_MAX: u64 = 1024 * 1024 * 1024;

impl Segment {
    /// Opens an existing file and repairs it; `None` if it held no record, and is gone now.
    pub(in crate::journal) fn open(
        path: PathBuf,
        number: u64,
        disk: Arc<dyn Disk>,
    ) -> io::Result<Option<Self>> {
        let file = open_file(&path)?;
        let size = file.metadata()?.len();
        let mut segment = Self {
            number,
            path,
            file: Arc::new(file),
            spans: Vec::new(),
            end: size,
            size,
            written: None,
            disk,
        };
        let mut magic = [0u8; 8];
        if size >= HEADER as u64 {
            segment.file.read_exact_at(&mut magic, 0)?;
            if &magic != MAGIC || segment.read_index()? || size > REPAIR_MAX {
                return Ok(Some(segment));
            }
            segment.repair()?;
        }
        if segment.spans.is_empty() {
            if let Err(problem) = std::fs::remove_file(&segment.path) {
                tracing::warn!(file = %segment.path.display(), %problem, "an empty journal file cannot be deleted");
            }
            return Ok(None);
        }
        Ok(Some(segment))
    }

    /// Reads the index of a sealed file; `false` if it has none.
    fn read_index(&mut self) -> io::Result<bool> {
        let Some(at) = self.size.checked_sub((HEADER + FOOTER) as u64) else {
            return Ok(false);
        };
        let mut footer = [0u8; FOOTER];
        self.file.read_exact_at(&mut footer, at + HEADER as u64)?;
        let (end, count) = (number(&footer[8..16]), number(&footer[16..20]));
        let index = count.saturating_mul(ENTRY as u64);
        if &footer[..8] != INDEX_MAGIC || end.checked_add(index + FOOTER as u64) != Some(self.size) {
            return Ok(false);
        }
        let mut bytes = vec![0u8; index as usize + 20];
        self.file.read_exact_at(&mut bytes, end)?;
        if u64::from(crc32fast::hash(&bytes)) != number(&footer[20..24]) {
            return Ok(false);
        }
        self.spans = bytes[..index as usize]
            .chunks_exact(ENTRY)
            .map(|entry| Span {
                offset: number(&entry[..8]),
                length: number(&entry[8..12]) as u32,
                records: number(&entry[12..16]) as u32,
                min_ms: number(&entry[16..24]),
                max_ms: number(&entry[24..32]),
            })
            .collect();
        self.end = end;
        Ok(true)
    }

    /// Walks the frames of a file that was not sealed, cuts what is torn, and seals it.
    fn repair(&mut self) -> io::Result<()> {
        let mut bytes = vec![0u8; self.size as usize - HEADER];
        self.file.read_exact_at(&mut bytes, HEADER as u64)?;
        let mut frames = Frames::of(&bytes);
        let mut good = 0;
        while let Some(frame) = frames.next() {
            let Some(arrivals) = view::arrivals(frame.payload).filter(|_| frame.is_whole()) else {
                break;
            };
            let length = HEAD + frame.payload.len();
            note(&mut self.spans, (HEADER + good) as u64, length, arrivals);
            good = frames.walked();
        }
        self.end = (HEADER + good) as u64;
        if self.end < self.size {
            tracing::warn!(
                file = %self.path.display(),
                cut = self.size - self.end,
                "the journal's last file was damaged by a crash; its incomplete end is removed"
            );
        }
        if let Err(problem) = self.seal_repaired() {
            tracing::warn!(
                file = %self.path.display(),
                %problem,
                "a journal file is read as it is, because it cannot be repaired; the next start tries again"
            );
        }
        Ok(())
    }

    fn seal_repaired(&mut self) -> io::Result<()> {
        self.file.set_len(self.end)?;
        self.size = self.end;
        if !self.spans.is_empty() {
            let index = self.index();
            self.append_point().write(&index)?;
            self.size = self.end + index.len() as u64;
        }
        Ok(())
    }
}

/// For reading alone where nothing else is allowed, as on a read-only disk.
fn open_file(path: &Path) -> io::Result<File> {
    let both = OpenOptions::new().read(true).write(true).open(path);
    match both {
        Err(problem) if problem.kind() != io::ErrorKind::NotFound => File::open(path).map_err(|_| problem),
        opened => opened,
    }
}

/// A little-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
