//! `adyton keeper`: a small process between the server and one program of a model, so that the program's whole process
//! tree ends when the server wants it to, or when the server dies, however it dies.
//!
//! The server holds the other end of a socket that is the keeper's standard input. Over it comes one [`Order`] as a line
//! of JSON, later perhaps the word `stop`; the keeper answers with [`KeeperReport`]s, a line each. When the socket closes, the server
//! is gone and everything ends. Standard output and error belong to the program: the keeper never writes to them.
//!
//! The keeper is the *subreaper* of its descendants: whoever loses their parent becomes its child, so nobody escapes by
//! forking twice or by making a session of their own. It starts the program (`start.rs`) behind a fence of Landlock (`fence.rs`),
//! without what only root may do (`capabilities.rs` of the crate), and keeps ending descendants until there are none (`descendants.rs`).
//!
//! The same command, told otherwise, tries a model ([`trial`](crate::trial)) or runs one ([`isolated`](crate::isolated)).

pub(crate) mod descendants;
mod fence;
mod start;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use rustix::process::{DumpableBehavior, Pid, Signal, WaitOptions, WaitStatus};
use serde::{Deserialize, Serialize};

pub use self::fence::Fence;
use self::start::{Enter, Started};
use crate::isolated::{self, child::Serve};
use crate::trial::{self, child::Try};
use adyton_core::event_cause::Cause;

/// What the server asks of a keeper.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Order {
    /// The program (an absolute path, or a name to be looked up on `PATH` of `environment`) and its arguments.
    pub command: Vec<String>,
    /// Where it runs: the package's `model/`.
    pub folder: PathBuf,
    /// Its whole environment; nothing else is handed on.
    pub environment: BTreeMap<String, String>,
    /// The folder that it may write to.
    pub temporary: PathBuf,
    /// Folders and files that it may not see, apart from `folder` and `temporary`: the server's data, keys and settings.
    pub hidden: Vec<PathBuf>,
    /// Folders and files that it may read though they are among what is hidden from all programs, such as homes.
    #[serde(default)]
    pub readable: Vec<PathBuf>,
    /// TCP ports that it may bind, besides those that the kernel chooses; any while this is empty.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// How long it may take to end after SIGTERM, in milliseconds.
    pub grace_ms: u64,
}

/// What a keeper tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum KeeperReport {
    /// The program runs.
    Started {
        /// Its process id, which is its process group's too.
        pid: i32,
        /// What fences it.
        fence: Fence,
    },
    /// The program could not be started.
    NotStarted {
        /// Why.
        cause: String,
    },
    /// The program has ended, and so have all its descendants.
    Ended {
        /// `exit code 3`, `signal 9`.
        how: String,
    },
}

enum Happened {
    Stop,
    ServerGone,
    Ended(String),
}

/// The grace for a program whose server is gone: nobody waits for an answer any more.
const ORPHAN_GRACE: Duration = Duration::from_millis(500);

/// Closes this process to others of the same user: its memory and its environment, where secrets are, cannot be read, not even
/// by root without the capability for it. There are no core dumps then. What this process starts is open again.
pub fn close_to_others() {
    // A kernel that does not know it leaves everything as it was.
    let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// The life of a keeper. The binary's `keeper` command calls this and ends with its exit code.
pub fn main() -> ExitCode {
    close_to_others();
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else {
        return ExitCode::from(2);
    };
    let Ok(answers) = socket.try_clone() else {
        return ExitCode::from(2);
    };
    let mut answers = File::from(answers);
    let mut orders = BufReader::new(File::from(socket));
    let mut line = String::new();
    if orders.read_line(&mut line).is_err() {
        return ExitCode::from(2);
    }
    if let Ok(Enter { enter }) = serde_json::from_str(&line) {
        return start::enter(&enter, answers);
    }
    if let Ok(Try { trial }) = serde_json::from_str(&line) {
        return trial::child::main(trial, orders, answers);
    }
    if let Ok(Serve { serve }) = serde_json::from_str(&line) {
        return isolated::child::main(serve, orders, answers);
    }
    let Ok(order) = serde_json::from_str::<Order>(&line) else {
        // Not started by a server: there is nothing to keep.
        return ExitCode::from(2);
    };
    let report = |answers: &mut File, report: &KeeperReport| {
        let mut line = serde_json::to_string(report).unwrap_or_default();
        line.push('\n');
        // A server that is gone hears nothing; its absence is noticed by the reading side.
        let _ = answers.write_all(line.as_bytes());
    };
    let started = match start(&order) {
        Ok(started) => started,
        Err(cause) => {
            report(&mut answers, &KeeperReport::NotStarted { cause });
            return ExitCode::FAILURE;
        }
    };
    report(
        &mut answers,
        &KeeperReport::Started {
            pid: started.pid.as_raw_nonzero().get(),
            fence: started.fence,
        },
    );
    let (tell, happened) = mpsc::channel();
    let listener = tell.clone();
    thread::spawn(move || listen(orders, &listener));
    let pid = started.pid;
    thread::spawn(move || reap(pid, &tell));
    let how = keep(&happened, Duration::from_millis(order.grace_ms));
    report(&mut answers, &KeeperReport::Ended { how });
    ExitCode::SUCCESS
}

/// Becomes the subreaper, and starts the program behind the fence.
fn start(order: &Order) -> Result<Started, String> {
    let own = Some(rustix::process::getpid());
    rustix::process::set_child_subreaper(own).map_err(|problem| format!("no subreaper: {problem}"))?;
    start::start(order)
}

/// Waits for the server's word, or for its end.
fn listen(mut orders: BufReader<File>, tell: &Sender<Happened>) {
    let mut line = String::new();
    loop {
        line.clear();
        let word = match orders.read_line(&mut line) {
            Ok(0) | Err(_) => Happened::ServerGone,
            Ok(_) if line.trim() == "stop" => Happened::Stop,
            Ok(_) => continue,
        };
        let over = matches!(word, Happened::ServerGone);
        if tell.send(word).is_err() || over {
            return;
        }
    }
}

/// Reaps every child: the program, and whoever was left to us. Ends when there are none.
fn reap(program: Pid, tell: &Sender<Happened>) {
    loop {
        match rustix::process::wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid == program => {
                // What the program left running does not outlive it.
                descendants::end(Signal::KILL);
                let how = how_it_ended(status);
                if tell.send(Happened::Ended(how)).is_err() {
                    return;
                }
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

fn how_it_ended(status: WaitStatus) -> String {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Cause::ExitCode {
            code: &code.to_string(),
        }
        .kept(),
        (None, Some(signal)) => Cause::Signal {
            signal: &signal.to_string(),
        }
        .kept(),
        (None, None) => "no status".to_owned(),
    }
}

/// Waits until the program has ended, by itself or because it is told to; gives how. When this returns, no descendant is left.
fn keep(happened: &Receiver<Happened>, grace: Duration) -> String {
    let how = match happened.recv() {
        Ok(Happened::Ended(how)) => how,
        Ok(Happened::Stop) => stop(happened, grace),
        Ok(Happened::ServerGone) | Err(_) => stop(happened, grace.min(ORPHAN_GRACE)),
    };
    // Ends those who were forked while we looked; `reap` hangs up when nobody is left.
    loop {
        descendants::end(Signal::KILL);
        match happened.recv_timeout(Duration::from_millis(20)) {
            Err(RecvTimeoutError::Timeout) if descendants::any() => {}
            Err(_) => return how,
            Ok(_) => {}
        }
    }
}

/// SIGTERM to all, and SIGKILL to whoever is left when the grace is over or the program has ended.
fn stop(happened: &Receiver<Happened>, grace: Duration) -> String {
    descendants::end(Signal::TERM);
    let mut left = grace;
    loop {
        match happened.recv_timeout(left) {
            Ok(Happened::Ended(how)) => return how,
            // The server died while we waited: no reason to wait longer.
            Ok(Happened::ServerGone) if left > ORPHAN_GRACE => left = ORPHAN_GRACE,
            Ok(Happened::ServerGone | Happened::Stop) => {}
            Err(_) => break,
        }
    }
    descendants::end(Signal::KILL);
    loop {
        match happened.recv_timeout(Duration::from_secs(5)) {
            Ok(Happened::Ended(_)) => return Cause::NotWithinGrace.kept(),
            Ok(_) => {}
            Err(_) => return Cause::NotEnded.kept(),
        }
    }
}
