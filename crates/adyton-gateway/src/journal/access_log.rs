//! The access log: one JSON line a request when it ends, on standard output or in a rotated file.
//!
//! What must hold: it never blocks the writer (a reader of standard output that stands still costs lines, not records),
//! a line is written whole or not at all, and it carries no evidence and no secret: the fields are those of
//! [`Record`](adyton_core::record::Record) without `evidence`, with `at` as text and the wire `code` beside the `reason`.

mod line;

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::encoding::view::View;
use super::{AccessLog, OpenError};
use line::Lines;

/// What may wait for a slow reader of standard output.
const WAITING_MAX: usize = 1024 * 1024;
/// A pipe that is writable takes this many bytes without blocking (`PIPE_BUF`).
const PIECE: usize = 4096;

/// Where the lines go, and those that wait.
pub(super) struct Sink {
    target: Target,
    lines: Lines,
    waiting: Vec<u8>,
    waiting_lines: u64,
    lost: u64,
    is_failing: bool,
}

enum Target {
    Off,
    Stdout,
    File(Rotated),
}

impl Sink {
    /// Opens the target.
    pub(super) fn open(settings: &AccessLog) -> Result<Self, OpenError> {
        let target = match settings {
            AccessLog::Off => Target::Off,
            AccessLog::Stdout => Target::Stdout,
            AccessLog::File {
                path,
                max_bytes,
                keep,
            } => Target::File(Rotated::open(path, *max_bytes, *keep).map_err(|problem| {
                OpenError::AccessLog {
                    path: path.clone(),
                    problem,
                }
            })?),
        };
        Ok(Self {
            target,
            lines: Lines::default(),
            waiting: Vec::new(),
            waiting_lines: 0,
            lost: 0,
            is_failing: false,
        })
    }

    /// Adds the line of `record`.
    pub(super) fn line(&mut self, record: &View<'_>) {
        if matches!(self.target, Target::Off) {
            return;
        }
        if self.waiting.len() >= WAITING_MAX {
            self.lost += 1;
            return;
        }
        self.lines.write(record, &mut self.waiting);
        self.waiting_lines += 1;
        if self.waiting.len() >= WAITING_MAX {
            self.write(0);
        }
    }

    /// Writes what waits, as far as it goes, and says how many lines were lost since the last call.
    pub(super) fn flush(&mut self) -> u64 {
        self.write(0);
        std::mem::take(&mut self.lost)
    }

    /// Writes the rest at the end, waiting a little for whoever reads it.
    pub(super) fn finish(&mut self) {
        self.write(500);
    }

    fn write(&mut self, patience_ms: u32) {
        if self.waiting.is_empty() {
            return;
        }
        let written = match &mut self.target {
            Target::Off => Ok(self.waiting.len()),
            Target::Stdout => write_stdout(&self.waiting, patience_ms),
            Target::File(file) => file.append(&self.waiting).map(|()| self.waiting.len()),
        };
        match written {
            Ok(length) => {
                self.waiting.drain(..length);
                self.is_failing = false;
            }
            Err(problem) => {
                self.lost += self.waiting_lines;
                self.waiting.clear();
                if !self.is_failing {
                    self.is_failing = true;
                    tracing::error!(%problem, "the access log cannot be written; its lines are lost until it can");
                }
            }
        }
        if self.waiting.is_empty() {
            self.waiting_lines = 0;
        }
    }
}

/// Writes pieces while standard output takes them at once; gives the bytes that went out.
fn write_stdout(bytes: &[u8], patience_ms: u32) -> io::Result<usize> {
    let stdout = io::stdout();
    let patience = Timespec {
        tv_sec: 0,
        tv_nsec: i64::from(patience_ms) * 1_000_000,
    };
    let mut done = 0;
    while done < bytes.len() {
        let mut fds = [PollFd::new(&stdout, PollFlags::OUT)];
        match poll(&mut fds, Some(&patience)) {
            Ok(0) => break,
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(problem) => return Err(problem.into()),
        }
        let piece = &bytes[done..bytes.len().min(done + PIECE)];
        match rustix::io::write(&stdout, piece) {
            Ok(length) => done += length,
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => break,
            Err(problem) => return Err(problem.into()),
        }
    }
    Ok(done)
}

/// A file that is renamed when it is full: `access.log` → `access.log.1` → … up to `keep`.
struct Rotated {
    path: PathBuf,
    file: File,
    size: u64,
    max_bytes: u64,
    keep: u32,
}

impl Rotated {
    fn open(path: &Path, max_bytes: u64, keep: u32) -> io::Result<Self> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o640)
            .open(path)?;
        Ok(Self {
            path: path.to_owned(),
            size: file.metadata()?.len(),
            file,
            max_bytes,
            keep,
        })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.size > 0 && self.size + bytes.len() as u64 > self.max_bytes {
            self.rotate()?;
        }
        self.file.write_all(bytes)?;
        self.size += bytes.len() as u64;
        Ok(())
    }

    fn rotate(&mut self) -> io::Result<()> {
        let old = |number: u32| {
            let mut name = self.path.clone().into_os_string();
            name.push(format!(".{number}"));
            PathBuf::from(name)
        };
        for number in (1..self.keep).rev() {
            match std::fs::rename(old(number), old(number + 1)) {
                Err(problem) if problem.kind() != io::ErrorKind::NotFound => return Err(problem),
                Ok(()) | Err(_) => {}
            }
        }
        if self.keep > 0 {
            std::fs::rename(&self.path, old(1))?;
        } else {
            std::fs::remove_file(&self.path)?;
        }
        *self = Self::open(&self.path, self.max_bytes, self.keep)?;
        Ok(())
    }
}
