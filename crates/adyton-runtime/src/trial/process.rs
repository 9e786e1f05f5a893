//! A trial as the server sees it: starts the child, waits for its answer within the limits, and says in words what happened.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::child::{Trial, Try};
use super::{Found, Subject, TrialError, TrialSettings};
use crate::onnx::ending::Ending;
use crate::onnx::library::Choice;

/// How often it is asked whether anybody still waits.
const ASK: Duration = Duration::from_millis(50);
/// So much of what a child writes is kept, in bytes.
const SAID: usize = 16 << 10;
/// The longest answer, in bytes.
const ANSWER: u64 = 64 << 10;
/// What is written by who runs out of stack.
const NO_STACK: [&str; 2] = ["has overflowed its stack", "stack overflow"];
/// What is written by who runs out of memory, or said by a runtime that does.
const NO_MEMORY: [&str; 8] = [
    "Cannot allocate memory",
    "memory allocation of",
    "bad_alloc",
    "bad allocation",
    "Failed to allocate memory",
    "failed to allocate Layout",
    "out of memory",
    // Our own words for it: see `Ended::TooLarge`.
    "more memory than `onnx.memory` allows",
];

/// Tries a model; blocks until the child has ended, at most for `time`.
pub(super) fn run(
    settings: &TrialSettings,
    choice: &Choice,
    subject: Subject<'_>,
    time: Duration,
    ending: &Ending,
) -> Result<Found, TrialError> {
    let unavailable = |problem: std::io::Error| TrialError::Unavailable(problem.to_string());
    let until = Instant::now() + time;
    let shown = format!("model/{}", subject.file);
    let (mut child, server, said) = start(settings).map_err(unavailable)?;
    let answer = ask(&server, settings, choice, subject, until, ending);
    if !matches!(answer, Ok(TrialEnd::Closed)) {
        // It has nothing more to say; neither has whoever it started.
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let _ = group.map(|group| rustix::process::kill_process_group(group, Signal::KILL));
    }
    let status = child.wait().map_err(unavailable)?;
    let said = said.join().unwrap_or_default();
    match answer.map_err(unavailable)? {
        TrialEnd::Found(found) => out_of_memory(found, &shown, settings),
        TrialEnd::Late => Err(TrialError::Died(format!(
            "{shown}: the model had not answered once after {} s, in a process of its own",
            time.as_secs()
        ))),
        TrialEnd::Ended => Err(TrialError::Ended),
        TrialEnd::Closed => Err(TrialError::Died(death(&shown, status, &said, settings))),
    }
}

enum TrialEnd {
    Found(Found),
    /// The time is up.
    Late,
    /// Nobody waits any more.
    Ended,
    /// The child has ended.
    Closed,
}

fn start(settings: &TrialSettings) -> std::io::Result<(Child, UnixStream, JoinHandle<String>)> {
    let (ours, theirs) = UnixStream::pair()?;
    let Some((binary, arguments)) = settings.child.split_first() else {
        return Err(std::io::ErrorKind::NotFound.into());
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
    Ok((child, ours, thread::spawn(move || listen(stderr))))
}

/// The end of what the child writes.
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

fn ask(
    server: &UnixStream,
    settings: &TrialSettings,
    choice: &Choice,
    subject: Subject<'_>,
    until: Instant,
    ending: &Ending,
) -> std::io::Result<TrialEnd> {
    let trial = Trial {
        library: match choice {
            Choice::Library(library) => Some((library.path.clone(), library.minor)),
            Choice::Builtin { .. } => None,
        },
        folder: subject.folder.to_owned(),
        file: subject.file.to_owned(),
        apis: subject.apis.to_vec(),
        memory: settings.memory,
        stack: settings.stack,
    };
    let mut line = serde_json::to_string(&Try { trial })?;
    line.push('\n');
    server.set_read_timeout(Some(ASK))?;
    server.set_write_timeout(Some(Duration::from_secs(10)))?;
    if let Err(problem) = (&mut &*server).write_all(line.as_bytes()) {
        return match problem.kind() {
            std::io::ErrorKind::BrokenPipe | std::io::ErrorKind::ConnectionReset => Ok(TrialEnd::Closed),
            _ => Err(problem),
        };
    }
    let mut reader = BufReader::new(server.take(ANSWER));
    let mut answer = Vec::new();
    loop {
        match reader.read_until(b'\n', &mut answer) {
            Ok(_) if answer.ends_with(b"\n") => {
                return serde_json::from_slice(&answer)
                    .map(TrialEnd::Found)
                    .map_err(Into::into);
            }
            Ok(_) => return Ok(TrialEnd::Closed),
            Err(problem) if problem.kind() == std::io::ErrorKind::Interrupted => {}
            Err(problem)
                if matches!(
                    problem.kind(),
                    std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
                ) => {}
            Err(_) => return Ok(TrialEnd::Closed),
        }
        if ending.is_over() {
            return Ok(TrialEnd::Ended);
        }
        if Instant::now() >= until {
            return Ok(TrialEnd::Late);
        }
    }
}

/// A runtime that says that memory ran out has met the child's limit: in the server there would be none.
fn out_of_memory(found: Found, shown: &str, settings: &TrialSettings) -> Result<Found, TrialError> {
    match &found {
        Found::NoAnswer { cause } | Found::Refused { cause } if has_any(cause, &NO_MEMORY) => Err(
            TrialError::Died(format!("{}: {cause}", no_memory(shown, settings))),
        ),
        Found::Answers | Found::NoAnswer { .. } | Found::Refused { .. } | Found::Schema { .. } => Ok(found),
    }
}

fn no_memory(shown: &str, settings: &TrialSettings) -> String {
    format!(
        "{shown}: the model ran out of memory while it was tried in a process of its own; it may have {} MiB \
         (`onnx.load_memory`)",
        settings.memory >> 20
    )
}

/// What happened to a child that said nothing.
fn death(shown: &str, status: ExitStatus, said: &str, settings: &TrialSettings) -> String {
    let tried = "while it was tried in a process of its own";
    if has_any(said, &NO_STACK) {
        return format!(
            "{shown}: the model ran out of stack {tried}; its graph is nested too deeply for {} KiB (`onnx.load_stack`)",
            settings.stack >> 10
        );
    }
    if has_any(said, &NO_MEMORY) {
        return no_memory(shown, settings);
    }
    match (status.signal(), status.code()) {
        (Some(9), _) => format!(
            "{shown}: the process in which the model was tried was killed (signal 9), as the kernel does \
             when the machine runs out of memory"
        ),
        (Some(signal), _) => {
            let name = match signal {
                4 => " (SIGILL)",
                6 => " (SIGABRT)",
                7 => " (SIGBUS)",
                8 => " (SIGFPE)",
                11 => " (SIGSEGV)",
                _ => "",
            };
            format!("{shown}: the runtime crashed with signal {signal}{name} {tried}")
        }
        (None, code) => format!(
            "{shown}: the process in which the model was tried ended with exit code {}",
            code.unwrap_or_default()
        ),
    }
}

fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}
