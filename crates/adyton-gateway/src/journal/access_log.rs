//! The access log: one JSON line a request when it ends, on standard output or in a rotated file.
//!
//! What must hold: it never blocks the writer (a reader of standard output that stands still costs lines, not records),
//! a line is written whole or not at all, and it carries no evidence and no secret: the fields are those of
//! [`Record`](adyton_core::record::Record) without `evidence`, with `at` as text and the wire `code` beside the `reason`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::access_line::Lines;
use super::disk::may_pass;
use super::encoding::view::View;
use super::open_error::OpenError;

/// What may wait for a slow reader of standard output.
const WAITING_MAX: usize = 1024 * 1024;
/// A pipe that is writable takes this many bytes without blocking (`PIPE_BUF`).
const PIECE: usize = 4096;

/// Where the access log goes: one line a request when it ends, JSON, the fields of [`Record`](adyton_core::record::Record) without its evidence.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum AccessLog {
    /// Nowhere.
    #[default]
    Off,
    /// To standard output. Lines are dropped and counted while nobody reads it.
    Stdout,
    /// Into a file, which is rotated: `access.log` becomes `access.log.1`, and so on.
    File {
        /// The file.
        path: PathBuf,
        /// It is rotated when it is larger than this.
        max_bytes: u64,
        /// How many old files stay.
        keep: u32,
    },
}

/// Where the lines go, and those that wait.
pub(super) struct Sink {
    output: Output,
    lines: Lines,
    waiting: Vec<u8>,
    waiting_lines: u64,
    lost: u64,
    is_failing: bool,
}

enum Output {
    Off,
    Stdout,
    File(Rotated),
}

impl Sink {
    /// Opens the output.
    pub(super) fn open(settings: &AccessLog) -> Result<Self, OpenError> {
        let output = match settings {
            AccessLog::Off => Output::Off,
            AccessLog::Stdout => Output::Stdout,
            AccessLog::File {
                path,
                max_bytes,
                keep,
            } => Output::File(Rotated::open(path, *max_bytes, *keep).map_err(|problem| {
                OpenError::AccessLog {
                    path: path.clone(),
                    problem,
                }
            })?),
        };
        Ok(Self {
            output,
            lines: Lines::default(),
            waiting: Vec::new(),
            waiting_lines: 0,
            lost: 0,
            is_failing: false,
        })
    }

    /// Adds the line of `record`.
    pub(super) fn line(&mut self, record: &View<'_>) {
        if matches!(self.output, Output::Off) {
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

    fn write(&mut self, limit_ms: u32) {
        if self.waiting.is_empty() {
            return;
        }
        let written = match &mut self.output {
            Output::Off => Ok(self.waiting.len()),
            Output::Stdout => write_stdout(&self.waiting, limit_ms),
            Output::File(file) => file.append(&self.waiting).map(|()| self.waiting.len()),
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
fn write_stdout(bytes: &[u8], limit_ms: u32) -> io::Result<usize> {
    let stdout = io::stdout();
    let time_limits = Timespec {
        tv_sec: 0,
        tv_nsec: i64::from(limit_ms) * 1_000_000,
    };
    let mut done = 0;
    while done < bytes.len() {
        let mut fds = [PollFd::new(&stdout, PollFlags::OUT)];
        match poll(&mut fds, Some(&time_limits)) {
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
    /// `None` while the disk does not let it be opened.
    file: Option<File>,
    size: u64,
    max_bytes: u64,
    keep: u32,
}

impl Rotated {
    /// A disk that is full, read-only or broken costs lines, not the start.
    fn open(path: &Path, max_bytes: u64, keep: u32) -> io::Result<Self> {
        let mut log = Self {
            path: path.to_owned(),
            file: None,
            size: 0,
            max_bytes,
            keep,
        };
        match log.file() {
            Err(problem) if may_pass(&problem) => {
                tracing::error!(file = %path.display(), %problem, "the access log cannot be opened yet");
            }
            opened => drop(opened?),
        }
        Ok(log)
    }

    fn file(&mut self) -> io::Result<&File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => {
                let file = OpenOptions::new()
                    .append(true)
                    .create(true)
                    .mode(0o640)
                    .open(&self.path)?;
                self.size = file.metadata()?.len();
                file
            }
        };
        Ok(self.file.insert(file))
    }

    /// Appends whole lines, or none of them.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file()?;
        if self.size > 0 && self.size + bytes.len() as u64 > self.max_bytes {
            self.rotate()?;
        }
        let size = self.size;
        let mut file = self.file()?;
        file.write_all(bytes).inspect_err(|_| {
            // A part of a line would spoil the next.
            let _ = file.set_len(size);
        })?;
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
        self.file = None;
        self.file().map(drop)
    }
}
