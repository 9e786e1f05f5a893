//! A process of its own for a graph that a stranger made: started by the server from its own binary, with limits of memory and
//! stack, behind a fence, without anything that is secret. A crash in it is an error with words, and nothing else.
//!
//! `trial.rs` loads each model in one before the server does; `isolated.rs` runs those in one for good that could crash the server.
//! The process gets an order as one line of JSON on the socket that is its standard input and answers with one; when the socket
//! closes, the server is gone and it ends.

pub(crate) mod death;
mod fence;

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::process::{Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, waitid};
use serde::Serialize;

use crate::capabilities;

/// How often it is asked whether anybody still waits.
const ASK: Duration = Duration::from_millis(50);
/// How often it is asked whether a process has ended that is about to.
const ENDED: Duration = Duration::from_millis(5);
/// A process whose socket is closed and that has not ended within this time is ended.
const END_WITHIN: Duration = Duration::from_secs(5);
/// So much of what a process writes is kept, in bytes.
const SAID: usize = 16 << 10;
/// So long is waited for the rest of it once the process has ended: whoever it started may hold the other end.
const SAID_WITHIN: Duration = Duration::from_secs(1);
/// So many characters of a cause are told: some runtimes repeat a whole list of the graph's.
const CAUSE: usize = 4_000;

/// What a process may take, and how messages name the setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SandboxLimits {
    /// In bytes.
    pub(crate) memory: u64,
    pub(crate) memory_setting: &'static str,
    /// In bytes.
    pub(crate) stack: u64,
}

/// A process that runs, as the server sees it.
pub(crate) struct Sandbox {
    child: Child,
    socket: UnixStream,
    said: Said,
}

/// The end of what a process writes.
struct Said {
    kept: Arc<Mutex<Vec<u8>>>,
    listening: JoinHandle<()>,
}

/// What came of an order.
pub(crate) enum SandboxAnswer {
    /// The answer, a line.
    Line(Vec<u8>),
    /// The time is up.
    Late,
    /// Nobody waits any more.
    Ended,
    /// It has had its turn, and others wait.
    HadItsTurn,
    /// The process has ended, or says nothing more.
    Closed,
    /// The answer has more bytes than it may.
    TooLong,
}

impl Sandbox {
    /// Starts a process by `command`: the server's own binary and `keeper`.
    pub(crate) fn start(command: &[OsString]) -> io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        let Some((binary, arguments)) = command.split_first() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let mut child = Command::new(binary)
            .args(arguments)
            .env_clear()
            // The library must not look for a home, nor write to it.
            .env("ORT_DISABLE_TELEMETRY", "1")
            // The allocator counts what it uses against the limit, not what it might.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let said = Said::of(child.stderr.take());
        Ok(Self {
            child,
            socket: ours,
            said,
        })
    }

    /// Gives the process its order, and waits for the answer: at most until `until`, and as long as `is_over` does not say why nobody
    /// waits any more.
    pub(crate) fn ask(
        &self,
        order: &impl Serialize,
        longest: u64,
        until: Instant,
        is_over: &dyn Fn() -> Option<SandboxAnswer>,
    ) -> io::Result<SandboxAnswer> {
        let mut line = serde_json::to_string(order)?;
        line.push('\n');
        self.socket.set_read_timeout(Some(ASK))?;
        self.socket.set_write_timeout(Some(ASK))?;
        // Asked after each piece too: a process may take, or say, a byte at a time.
        let over = || is_over().or_else(|| (Instant::now() >= until).then_some(SandboxAnswer::Late));
        let mut left = line.as_bytes();
        while !left.is_empty() {
            match (&self.socket).write(left) {
                Ok(written) => left = &left[written..],
                Err(problem) if is_pause(&problem) => {}
                Err(_) => return Ok(SandboxAnswer::Closed),
            }
            if let Some(why) = over() {
                return Ok(why);
            }
        }
        let (mut answer, mut piece) = (Vec::new(), [0; 8 << 10]);
        loop {
            match (&self.socket).read(&mut piece) {
                Ok(0) => return Ok(SandboxAnswer::Closed),
                Ok(count) => {
                    let line = piece[..count].iter().position(|byte| *byte == b'\n');
                    answer.extend_from_slice(&piece[..line.map_or(count, |end| end + 1)]);
                    if answer.len() as u64 > longest {
                        return Ok(SandboxAnswer::TooLong);
                    }
                    if line.is_some() {
                        return Ok(SandboxAnswer::Line(answer));
                    }
                }
                Err(problem) if is_pause(&problem) => {}
                Err(_) => return Ok(SandboxAnswer::Closed),
            }
            if let Some(why) = over() {
                return Ok(why);
            }
        }
    }

    /// Another handle of the socket.
    pub(crate) fn socket(&self) -> io::Result<UnixStream> {
        self.socket.try_clone()
    }

    /// The process's id.
    pub(crate) fn id(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Ends the process, and whoever it started.
    pub(crate) fn kill(&self) {
        let _ = self
            .id()
            .map(|group| rustix::process::kill_process_group(group, Signal::KILL));
    }

    /// Waits for the end of a process that has said what it had to say, and ends it where it does not end by itself: one that waits
    /// for us must not keep us waiting. Gives also the end of what it wrote.
    pub(crate) fn end(self) -> io::Result<(ExitStatus, String)> {
        // It ends by itself when this closes.
        let _ = self.socket.shutdown(Shutdown::Both);
        let until = Instant::now() + END_WITHIN;
        while !self.has_ended(WaitIdOptions::NOHANG) {
            if Instant::now() >= until {
                self.kill();
                break;
            }
            thread::park_timeout(ENDED);
        }
        self.wait()
    }

    /// Waits for its end; gives also the end of what it wrote.
    pub(crate) fn wait(mut self) -> io::Result<(ExitStatus, String)> {
        self.has_ended(WaitIdOptions::empty());
        // As long as its id is not given back, it names no other group: here go those that it started.
        self.kill();
        let status = self.child.wait()?;
        Ok((status, self.said.end()))
    }

    /// Whether the process has ended; its id is not given back. What cannot be asked is left to who waits for the child.
    fn has_ended(&self, how: WaitIdOptions) -> bool {
        let Some(id) = self.id() else { return true };
        loop {
            match waitid(
                WaitId::Pid(id),
                WaitIdOptions::EXITED | WaitIdOptions::NOWAIT | how,
            ) {
                Ok(ended) => return ended.is_some(),
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return true,
            }
        }
    }
}

/// Words of a process, no more than anybody reads.
pub(crate) fn shorten_cause(cause: &mut String) {
    if let Some((end, _)) = cause.char_indices().nth(CAUSE) {
        cause.truncate(end);
        cause.push('…');
    }
}

/// Whether reading or writing may go on.
pub(crate) fn is_pause(problem: &io::Error) -> bool {
    matches!(
        problem.kind(),
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

impl Said {
    fn of(stderr: Option<ChildStderr>) -> Self {
        let kept = Arc::default();
        let own = Arc::clone(&kept);
        Self {
            kept,
            listening: thread::spawn(move || stderr.into_iter().for_each(|stderr| listen(stderr, &own))),
        }
    }

    /// All of it, if that comes in time.
    fn end(self) -> String {
        let until = Instant::now() + SAID_WITHIN;
        while !self.listening.is_finished() && Instant::now() < until {
            thread::park_timeout(ENDED);
        }
        String::from_utf8_lossy(&self.kept.lock()).into_owned()
    }
}

/// Keeps the end of what the process writes.
fn listen(mut stderr: ChildStderr, kept: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let mut kept = kept.lock();
        kept.extend_from_slice(&buffer[..count]);
        let more = kept.len().saturating_sub(SAID);
        kept.drain(..more);
    }
}

/// In the process, while it has one thread: limits the memory that it takes from now on, in bytes, puts up the fence around the package
/// in `folder` and the runtime's `library`, and gives up what only root may.
pub(crate) fn enter(memory: u64, folder: &Path, library: Option<&Path>) {
    limit(memory);
    if let Err(problem) = fence::raise(folder, library) {
        // Limits hold without it.
        eprintln!("no fence: {problem}");
    }
    capabilities::drop_all_but(capabilities::FILES);
}

fn limit(memory: u64) {
    // What this process has before it begins is not the model's.
    let memory = memory.saturating_add(crate::machine::taken());
    // When memory runs out all the same, the kernel ends this process first.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    for (resource, bytes) in [
        (Resource::Data, memory),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
    ] {
        let most = Rlimit {
            current: Some(bytes),
            maximum: Some(bytes),
        };
        // Who may not lower a limit has a lower one.
        let _ = rustix::process::setrlimit(resource, most);
    }
}

/// In the process: ends it at once. What libraries do at the end of a process is not asked for.
pub(crate) fn end() -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), Signal::KILL);
    std::process::abort()
}
