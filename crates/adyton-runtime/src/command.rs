//! Programs that models bring: started through a [keeper](crate::keeper), and asked until they
//! answer and from time to time afterwards. When one is started again is the reconciler's plan to say.
//!
//! - `program.rs`: one run of a program, from start to end, with its output drained into the log all along.
//! - `port.rs`: a free port, and who listens on it.
//! - `ready.rs`: asking a program over HTTP.
//! - `question.rs`: the question by which it is known whether a program answers.
//! - `watch.rs`: asking it until it is ready, and from time to time afterwards.
//! - `task.rs`: what an instance runs, with which environment.
//! - `supervise.rs`: one run of an instance.
//! - `log.rs`: the bounded log of a service.

pub mod log;
pub mod port;
pub mod program;
mod question;
pub mod ready;
mod refused_port;
pub(crate) mod supervise;
pub(crate) mod task;
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use adyton_core::id::InstanceId;

/// The search path of programs: that of a plain system, never the server's own.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Variables that a program gets from here, whatever else it is given.
pub const RESERVED: [&str; 5] = ["PORT", "MODEL_PATH", "PATH", "HOME", "TMPDIR"];

/// How programs are run on this machine.
#[derive(Clone, Debug)]
pub struct CommandSettings {
    /// How to start a keeper: the server's own binary and `keeper`.
    pub keeper: Vec<OsString>,
    /// The folder in which each instance gets a temporary folder of its own.
    pub temporary: PathBuf,
    /// What programs may not see: the server's data folder, its keys and settings, the contexts of the command line.
    pub hidden: Vec<PathBuf>,
    /// Folders and files that programs may read though they lie where homes are (`runtime.readable`).
    pub readable: Vec<PathBuf>,
    /// TCP ports that every program may bind besides its own (`runtime.program_ports`).
    pub ports: Vec<u16>,
    /// Whether programs may be run at all (`runtime.run_code`).
    pub allowed: bool,
    /// How long a program may take to end after SIGTERM (containers get 60–90 s; ModelArts, "Custom Image Specifications").
    pub grace: Duration,
    /// How long an instance waits for the calls that it still has, before its program is told to end.
    pub drain: Duration,
    /// How long a call may take (`gateway.prediction_timeout`): for so long a program may be too busy to answer questions.
    pub longest_call: Duration,
    /// Between two questions to a program that is ready.
    pub watch: Duration,
}

impl CommandSettings {
    /// The usual values, with `keeper` as the way to start one.
    pub fn new(keeper: Vec<OsString>, temporary: PathBuf) -> Self {
        Self {
            keeper,
            temporary,
            hidden: Vec::new(),
            readable: Vec::new(),
            ports: Vec::new(),
            allowed: true,
            grace: Duration::from_secs(60),
            drain: Duration::from_secs(60),
            longest_call: Duration::from_secs(40),
            watch: Duration::from_secs(5),
        }
    }
    /// Removes the temporary folders that instances left behind when the node before this one was killed.
    pub(crate) fn sweep(&self) {
        let entries = std::fs::read_dir(&self.temporary).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| InstanceId::parse(entry.file_name().as_encoded_bytes()).is_some())
        {
            // What cannot be removed is in nobody's way: every instance has a name of its own.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}
