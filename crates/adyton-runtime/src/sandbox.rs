//! A process of its own for a graph that a stranger made: started by the server from its own binary, with limits of memory and
//! stack, behind a fence, without anything that is secret. A crash in it is an error with words, and nothing else.
//!
//! `trial.rs` loads each model in one before the server does; `isolated.rs` runs those in one for good that could crash the server.
//! The process gets an order as one line of JSON on the socket that is its standard input and answers with one; when the socket
//! closes, the server is gone and it ends.

pub(crate) mod death;
mod fence;

use std::ffi::OsString;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde::Serialize;

/// How often it is asked whether anybody still waits.
const ASK: Duration = Duration::from_millis(50);
/// How often it is asked whether a process has ended that is about to.
const ENDED: Duration = Duration::from_millis(5);
/// A process whose socket is closed and that has not ended within this time is ended.
const END_WITHIN: Duration = Duration::from_secs(5);
/// So much of what a process writes is kept, in bytes.
const SAID: usize = 16 << 10;

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
    said: JoinHandle<String>,
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
        let stderr = child.stderr.take();
        Ok(Self {
            child,
            socket: ours,
            said: thread::spawn(move || listen(stderr)),
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
        self.socket.set_write_timeout(Some(Duration::from_secs(10)))?;
        if let Err(problem) = (&mut &self.socket).write_all(line.as_bytes()) {
            return match problem.kind() {
                io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => Ok(SandboxAnswer::Closed),
                _ => Err(problem),
            };
        }
        let mut reader = BufReader::new((&self.socket).take(longest));
        let mut answer = Vec::new();
        loop {
            match reader.read_until(b'\n', &mut answer) {
                Ok(_) if answer.ends_with(b"\n") => return Ok(SandboxAnswer::Line(answer)),
                Ok(_) if answer.len() as u64 >= longest => return Ok(SandboxAnswer::TooLong),
                Ok(_) => return Ok(SandboxAnswer::Closed),
                Err(problem) if is_pause(&problem) => {}
                Err(_) => return Ok(SandboxAnswer::Closed),
            }
            if let Some(why) = is_over() {
                return Ok(why);
            }
            if Instant::now() >= until {
                return Ok(SandboxAnswer::Late);
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
    pub(crate) fn end(mut self) -> io::Result<(ExitStatus, String)> {
        // It ends by itself when this closes.
        let _ = self.socket.shutdown(Shutdown::Both);
        let until = Instant::now() + END_WITHIN;
        while self.child.try_wait()?.is_none() {
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
        let status = self.child.wait()?;
        Ok((status, self.said.join().unwrap_or_default()))
    }
}

/// Whether reading or writing may go on.
pub(crate) fn is_pause(problem: &io::Error) -> bool {
    matches!(
        problem.kind(),
        io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
    )
}

/// The end of what the process writes.
fn listen(stderr: Option<ChildStderr>) -> String {
    let (mut kept, mut buffer) = (Vec::new(), [0; 4096]);
    let Some(mut stderr) = stderr else {
        return String::new();
    };
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        if kept.len() > SAID {
            kept.drain(..kept.len() - SAID);
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// In the process, while it has one thread: limits the memory that it takes from now on, in bytes, and puts up the fence around the package
/// in `folder` and the runtime's `library`.
pub(crate) fn enter(memory: u64, folder: &Path, library: Option<&Path>) {
    limit(memory);
    if let Err(problem) = fence::raise(folder, library) {
        // Limits hold without it.
        eprintln!("no fence: {problem}");
    }
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
