//! Segment files: `segment-<number>.log`, appended to, sealed with an index, deleted whole.
//!
//! ```text
//! "ADYTJRN1" │ node u16 │ 6 zero bytes │ frames (frame.rs) … │ index: one entry a span │ footer
//! footer = "ADYTIDX1" │ end of the frames u64 │ spans u32 │ CRC-32 of index and the 20 bytes before it u32 │ 8 zero bytes
//! ```
//!
//! A *span* is some 64 KiB of frames with the first and last arrival in it: the sparse index. A file without a valid
//! footer was being written when the server ended: its frames are walked, what is torn is cut, and it is sealed.
//!
//! What must hold: frames are only appended, so a reader of a known span never sees it change.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::encoding::view::Glance;
use super::frame::{Frames, HEAD};

const MAGIC: &[u8; 8] = b"ADYTJRN1";
const INDEX_MAGIC: &[u8; 8] = b"ADYTIDX1";
const HEADER: usize = 16;
const FOOTER: usize = 32;
const ENTRY: usize = 32;
/// A span is closed when it holds this many bytes.
pub(super) const SPAN: usize = 64 * 1024;
/// A file without footer that is larger than this is not one of ours: it is kept, and not read.
const REPAIR_MAX: u64 = 1024 * 1024 * 1024;

/// A run of frames and when its requests arrived (the time in their ids).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) records: u32,
    pub(super) min_ms: u64,
    pub(super) max_ms: u64,
}

impl Span {
    /// Whether a request that arrived between the two moments, both included, can lie here.
    pub(super) fn meets(&self, from_ms: u64, to_ms: u64) -> bool {
        self.min_ms <= to_ms && self.max_ms >= from_ms
    }
}

/// Adds one frame of `length` bytes at `offset` to the spans.
pub(super) fn note(spans: &mut Vec<Span>, offset: u64, length: usize, at_ms: u64) {
    match spans.last_mut() {
        Some(last) if (last.length as usize) < SPAN => {
            last.length += length as u32;
            last.records += 1;
            last.min_ms = last.min_ms.min(at_ms);
            last.max_ms = last.max_ms.max(at_ms);
        }
        _ => spans.push(Span {
            offset,
            length: length as u32,
            records: 1,
            min_ms: at_ms,
            max_ms: at_ms,
        }),
    }
}

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
}

/// The end of a segment: where the writer appends, without holding any lock.
pub(super) struct Target {
    file: Arc<File>,
    at: u64,
}

impl Target {
    /// Appends all of `bytes`, or nothing that counts.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.at).inspect_err(|_| {
            // What was written of it is overwritten by the next batch, or cut at the next start.
            let _ = self.file.set_len(self.at);
        })
    }
}

/// The number in a segment's file name.
pub(super) fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("segment-")?.strip_suffix(".log")?.parse().ok()
}

impl Segment {
    /// Makes a new, empty segment file.
    pub(super) fn create(folder: &Path, number: u64, node: u16) -> io::Result<Self> {
        let path = folder.join(format!("segment-{number:010}.log"));
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let mut header = [0u8; HEADER];
        header[..8].copy_from_slice(MAGIC);
        header[8..10].copy_from_slice(&node.to_le_bytes());
        if let Err(problem) = file.write_all_at(&header, 0) {
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
        })
    }

    /// Opens an existing file and repairs it; `None` if it held no record, and is gone now.
    pub(super) fn open(path: PathBuf, number: u64) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().read(true).write(true).open(&path)?;
        let size = file.metadata()?.len();
        let mut segment = Self {
            number,
            path,
            file: Arc::new(file),
            spans: Vec::new(),
            end: size,
            size,
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
            std::fs::remove_file(&segment.path)?;
            return Ok(None);
        }
        Ok(Some(segment))
    }

    /// Where the next bytes go.
    pub(super) fn target(&self) -> Target {
        Target {
            file: self.file.clone(),
            at: self.end,
        }
    }

    /// Takes note of a batch that was written.
    pub(super) fn extend(&mut self, length: usize, spans: &[Span]) {
        for span in spans {
            let moved = Span {
                offset: span.offset + self.end,
                ..*span
            };
            match self.spans.last_mut() {
                Some(last) if ((last.length + moved.length) as usize) <= SPAN => {
                    last.length += moved.length;
                    last.records += moved.records;
                    last.min_ms = last.min_ms.min(moved.min_ms);
                    last.max_ms = last.max_ms.max(moved.max_ms);
                }
                _ => self.spans.push(moved),
            }
        }
        self.end += length as u64;
        self.size = self.end;
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

    /// The latest arrival in it; `None` for a file that cannot be read.
    pub(super) fn newest_ms(&self) -> Option<u64> {
        self.spans.iter().map(|span| span.max_ms).max()
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
            let Some(glance) = Glance::at(frame.payload).filter(|_| frame.is_whole()) else {
                break;
            };
            let length = HEAD + frame.payload.len();
            note(
                &mut self.spans,
                (HEADER + good) as u64,
                length,
                glance.id().at_ms(),
            );
            good = frames.walked();
        }
        self.end = (HEADER + good) as u64;
        if self.end < self.size {
            tracing::warn!(
                file = %self.path.display(),
                cut = self.size - self.end,
                "the journal's last file was torn by a crash; its broken end is cut"
            );
        }
        self.file.set_len(self.end)?;
        self.size = self.end;
        if !self.spans.is_empty() {
            let index = self.index();
            self.target().write(&index)?;
            self.size = self.end + index.len() as u64;
        }
        Ok(())
    }
}

/// A little-endian number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |value, byte| value << 8 | u64::from(*byte))
}
