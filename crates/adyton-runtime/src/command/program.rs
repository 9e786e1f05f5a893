//! One run of a program: started through a keeper, its output drained for its whole life, ended on request.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::process::Child;
use tokio::task::JoinHandle;

use super::log;
use crate::keeper::{Fence, KeeperReport, Order};
use adyton_core::event_cause::Cause;

/// How long the last lines of an ended program are waited for.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Where the lines of a program go: stream name and text.
pub type Sink = Arc<dyn Fn(&'static str, String) + Send + Sync>;

/// A running program. When this is dropped, the keeper ends the program and all its descendants.
#[derive(Debug)]
pub struct Program {
    keeper: Child,
    reports: Lines<BufReader<OwnedReadHalf>>,
    words: OwnedWriteHalf,
    /// The program's process group, for the case that the keeper itself is killed.
    group: Pid,
    drains: Vec<JoinHandle<()>>,
    /// How it ended, once it has.
    how: Option<String>,
    /// What fences it.
    pub fence: Fence,
}

/// Why a program could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The keeper cannot be started: this installation is at fault.
    #[error("{}", Cause::NoKeeper { problem: &.0.to_string() }.kept())]
    Keeper(#[from] io::Error),
    /// The keeper could not start the program.
    #[error("{0}")]
    Program(String),
}

impl Program {
    /// Starts `order` through a keeper (`keeper[0]` with the rest as arguments). `started` is told once it runs, before any of its
    /// lines is given to `sink`.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start(
        keeper: &[std::ffi::OsString],
        order: &Order,
        sink: &Sink,
        started: impl FnOnce(&Fence),
    ) -> Result<Self, StartError> {
        let (mut child, socket) = start_keeper(keeper)?;
        let (read, mut words) = socket.into_split();
        let mut reports = BufReader::new(read).lines();
        let mut line = serde_json::to_string(order).map_err(io::Error::from)?;
        line.push('\n');
        words.write_all(line.as_bytes()).await?;
        let report = next(&mut reports).await;
        if let Some(KeeperReport::Started { fence, .. }) = &report {
            started(fence);
        }
        let drains = [
            child
                .stdout
                .take()
                .map(|pipe| tokio::spawn(drain(pipe, "stdout", Arc::clone(sink)))),
            child
                .stderr
                .take()
                .map(|pipe| tokio::spawn(drain(pipe, "stderr", Arc::clone(sink)))),
        ];
        match report {
            Some(KeeperReport::Started { pid, fence }) => {
                let group =
                    Pid::from_raw(pid).ok_or_else(|| StartError::Program(Cause::NoProcessId.kept()))?;
                let drains = drains.into_iter().flatten().collect();
                Ok(Self {
                    keeper: child,
                    reports,
                    words,
                    group,
                    drains,
                    how: None,
                    fence,
                })
            }
            Some(KeeperReport::NotStarted { cause }) => Err(StartError::Program(cause)),
            Some(KeeperReport::Ended { how }) => {
                Err(StartError::Program(Cause::EndedAtOnce { how: &how }.kept()))
            }
            None => {
                let status = child.wait().await?;
                let binary = keeper.first().map(|binary| binary.to_string_lossy());
                let cause = Cause::KeeperSilent {
                    program: &binary.unwrap_or_default(),
                    how: &status.to_string(),
                };
                Err(StartError::Keeper(io::Error::other(cause.kept())))
            }
        }
    }

    /// Its keeper's process id; `None` once that has been waited for.
    pub(crate) fn keeper(&self) -> Option<Pid> {
        self.keeper
            .id()
            .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?))
    }

    /// Waits until the program and all its descendants have ended, and gives how: `exit code 3`, `signal 9`. May be dropped
    /// and called again.
    pub async fn ended(&mut self) -> String {
        if self.how.is_none() {
            let how = loop {
                match next(&mut self.reports).await {
                    Some(KeeperReport::Ended { how }) => break how,
                    Some(KeeperReport::Started { .. } | KeeperReport::NotStarted { .. }) => {}
                    None => {
                        // The keeper itself was killed: what we can still reach is the program's process group.
                        let _ = rustix::process::kill_process_group(self.group, Signal::KILL);
                        break "unknown (its keeper was killed)".to_owned();
                    }
                }
            };
            self.how = Some(how);
        }
        // Fails only for a keeper that is gone already.
        let _ = self.keeper.wait().await;
        while let Some(drain) = self.drains.last_mut() {
            // A pipe stays open when somebody escaped a killed keeper; their lines are not worth waiting for.
            if tokio::time::timeout(LAST_LINES, &mut *drain).await.is_err() {
                drain.abort();
            }
            self.drains.pop();
        }
        self.how.clone().unwrap_or_default()
    }

    /// Tells the program to end: SIGTERM, and SIGKILL when the order's grace is over. [`ended`](Self::ended) tells when it has.
    pub async fn stop(&mut self) {
        // A keeper that is gone needs no word.
        let _ = self.words.write_all(b"stop\n").await;
    }
}

/// A keeper that waits for its order, and the socket for it: the keeper's lifeline.
fn start_keeper(keeper: &[std::ffi::OsString]) -> io::Result<(Child, UnixStream)> {
    let Some((binary, arguments)) = keeper.split_first() else {
        return Err(io::ErrorKind::NotFound.into());
    };
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    // The command holds the keeper's end of the socket, and goes with this statement: with it, we would never see the keeper's end.
    let child = tokio::process::Command::new(binary)
        .args(arguments)
        .env_clear()
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A Ctrl-C at the server's terminal is for the server alone.
        .process_group(0)
        .spawn()?;
    Ok((child, UnixStream::from_std(ours)?))
}

async fn next(reports: &mut Lines<BufReader<OwnedReadHalf>>) -> Option<KeeperReport> {
    loop {
        let line = reports.next_line().await.ok()??;
        if let Ok(report) = serde_json::from_str(&line) {
            return Some(report);
        }
    }
}

/// Reads a pipe to its end. A program whose pipe is full or closed would stop or break.
async fn drain(mut pipe: impl AsyncRead + Unpin, stream: &'static str, sink: Sink) {
    let mut lines = log::Lines::default();
    let mut buffer = vec![0u8; 16 * 1024];
    loop {
        match pipe.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(read) => lines.take(&buffer[..read], |line| sink(stream, line)),
        }
    }
    lines.finish(&mut |line| sink(stream, line));
}
