//! Starting the program: a process of the keeper's own binary raises the fence around itself and then *becomes* the program.
//!
//! Two processes, because the fence has to name `/proc/<pid>` of the program, so that the program can ask the kernel about itself
//! (`/proc/self`): only the process that becomes the program has that number before the fence stands, and the keeper must stay
//! outside, where it sees the processes that it is to end.
//!
//! What must hold: the keeper holds `/proc/<pid>` open from before the fence is raised. A rule of Landlock belongs to an inode, and
//! the kernel may forget one of `/proc` that nobody holds and make another for the same process, to which no rule belongs.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use rustix::fs::{Mode, OFlags};
use rustix::process::Pid;
use serde::{Deserialize, Serialize};

use super::{Fence, Order, fence};
use crate::capabilities;
use adyton_core::event_cause::Cause;

/// The first line of a process that is to become the program; a keeper's is the order alone.
#[derive(Serialize, Deserialize)]
pub(super) struct Enter {
    /// What to become.
    pub(super) enter: Order,
}

/// What such a process says. A connection that closes after `Fenced` means that it has become the program.
#[derive(Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
enum StartMessage {
    Fenced { fence: Fence },
    Failed { cause: String },
}

/// A program that runs.
pub(super) struct Started {
    /// Its process id, which is its process group's too.
    pub(super) pid: Pid,
    /// What fences it.
    pub(super) fence: Fence,
    /// Its `/proc/<pid>`, to be held for as long as it lives.
    pub(super) _own: Option<OwnedFd>,
}

/// Starts the program in a session of its own; gives it when it runs, or why it does not.
pub(super) fn start(order: &Order) -> Result<Started, String> {
    let broken = |problem: std::io::Error| {
        let problem = &problem.to_string();
        Cause::NoStart { problem }.kept()
    };
    let (mut ours, theirs) = UnixStream::pair().map_err(broken)?;
    let child = Command::new("/proc/self/exe")
        .args(std::env::args_os().skip(1))
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .spawn()
        .map_err(broken)?;
    // The child is reaped with all that come to the keeper as orphans.
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(Pid::from_raw)
        .ok_or_else(|| Cause::NoProcessId.kept())?;
    let folder = format!("/proc/{}", pid.as_raw_nonzero());
    // Without it the program may lose sight of itself some day; nothing else depends on it.
    let own = rustix::fs::open(folder, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok();
    let enter = Enter { enter: order.clone() };
    let mut line = serde_json::to_string(&enter).map_err(|problem| problem.to_string())?;
    line.push('\n');
    ours.write_all(line.as_bytes()).map_err(broken)?;
    let mut fence = None;
    for line in BufReader::new(ours).lines() {
        match serde_json::from_str(&line.map_err(broken)?) {
            Ok(StartMessage::Fenced { fence: is }) => fence = Some(is),
            Ok(StartMessage::Failed { cause }) => return Err(cause),
            Err(problem) => return Err(problem.to_string()),
        }
    }
    let fence = fence.ok_or_else(|| Cause::EndedBefore.kept())?;
    Ok(Started {
        pid,
        fence,
        _own: own,
    })
}

/// Raises the fence around this process and becomes the program. Comes back only when that fails.
pub(super) fn enter(order: &Order, mut keeper: File) -> ExitCode {
    let mut say = |said: &StartMessage| {
        let mut line = serde_json::to_string(said).unwrap_or_default();
        line.push('\n');
        // A keeper that is gone hears nothing, and the program ends with it.
        let _ = keeper.write_all(line.as_bytes());
    };
    // No terminal of the server's, whose input it could write, and a process group of its own.
    let _ = rustix::process::setsid();
    let refused = fence::refuses(order);
    capabilities::drop_all_but(capabilities::PORTS);
    let cause = match fence::raise(order) {
        Err(problem) => {
            let problem = &problem.to_string();
            Cause::NoFence { problem }.kept()
        }
        Ok(Fence { files: true, .. }) if refused.is_some() => refused.unwrap_or_default(),
        Ok(fence) => match fs::read_dir(&order.folder) {
            Ok(_) => {
                say(&StartMessage::Fenced { fence });
                turn_into(order)
            }
            Err(problem) => Cause::FolderUnread {
                folder: &order.folder.display().to_string(),
                problem: &problem.to_string(),
            }
            .kept(),
        },
    };
    say(&StartMessage::Failed { cause });
    ExitCode::FAILURE
}

/// Why this process could not turn into the program.
fn turn_into(order: &Order) -> String {
    let Some((program, arguments)) = order.command.split_first() else {
        return Cause::EmptyCommand.kept();
    };
    let problem = Command::new(program)
        .args(arguments)
        .current_dir(&order.folder)
        .env_clear()
        .envs(&order.environment)
        .stdin(Stdio::null())
        .exec();
    match problem.kind() {
        std::io::ErrorKind::NotFound => Cause::NotFound {
            program,
            problem: &problem.to_string(),
        }
        .kept(),
        _ => Cause::NotStarted {
            program,
            problem: &problem.to_string(),
        }
        .kept(),
    }
}
