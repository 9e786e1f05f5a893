//! A model in a process of its own, as the server sees it.

use std::fmt;
use std::io::{self, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use adyton_core::graph_problem::GraphProblem;
use parking_lot::{Condvar, Mutex};
use rustix::io::Errno;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, send, sendmsg};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::child::{CONNECTIONS, Loaded, Serve, ServeOrder};
use super::frames::{self, Answered, AskedRun, LONGEST_ANSWER};
use super::{Isolation, answer};
use crate::onnx::ending::Ending;
use crate::onnx::library::Choice;
use crate::onnx::predictor::{Predictor, RunError, shorten};
use crate::onnx::session_pool::SessionPool;
use crate::onnx::signature::Ports;
use crate::onnx::tensor::{Tensor, Value};
use crate::sandbox::{Sandbox, SandboxAnswer, SandboxLimits, death, is_pause, shorten_cause};

/// The longest answer to the order, in bytes: it names all inputs and outputs.
const LONGEST: u64 = 4 << 20;
/// How often it is asked whether a run goes on.
const ASK: Duration = Duration::from_millis(500);
/// A run that was told to end and does not within this time is ended with its process.
const END_WITHIN: Duration = Duration::from_secs(10);
/// How long a caller waits for the words for a process that has just ended.
const WORDS: Duration = Duration::from_secs(2);
/// What the process is for.
const DURING: GraphProblem<'_> = GraphProblem::InOwnProcess;

/// See the module.
pub(super) struct IsolatedModel {
    ports: Ports,
    runtime: String,
    connections: SessionPool<RunConnection>,
    process: Arc<ModelProcess>,
}

/// A socket on which one run goes on at a time.
struct RunConnection {
    at: usize,
    socket: UnixStream,
    /// The number of the last run.
    number: u64,
}

/// The process, for all who may end it or wait for its end.
struct ModelProcess {
    id: Option<Pid>,
    /// Over it runs are ended.
    control: Mutex<UnixStream>,
    /// Names this process even after its end; where the kernel has none, closing the sockets has to do.
    handle: Option<OwnedFd>,
    end: Mutex<ProcessEnd>,
    ended: Condvar,
}

#[derive(Default)]
struct ProcessEnd {
    /// Why it ended; `None` as long as it runs.
    cause: Option<String>,
    tell: Option<Box<dyn FnOnce(String) + Send>>,
}

impl IsolatedModel {
    /// Starts the process and waits until the model is loaded, at most for `time` and until `ending` comes.
    ///
    /// # Errors
    /// In words for people: the model does not load, or the process ended.
    pub(super) fn start(
        isolation: &Isolation,
        choice: &Choice,
        folder: &Path,
        file: &str,
        time: Duration,
        ending: &Ending,
    ) -> Result<Self, String> {
        let shown = format!("model/{file}");
        let failed = |problem: io::Error| {
            let problem = &problem.to_string();
            GraphProblem::NoProcess { problem }.of_file(&shown)
        };
        let sandbox = Sandbox::start(&isolation.child).map_err(failed)?;
        let serve = ServeOrder {
            library: choice.library(),
            folder: folder.to_owned(),
            file: file.to_owned(),
            memory: isolation.memory,
            stack: isolation.stack,
        };
        let answer = sandbox.ask(&Serve { serve }, LONGEST, Instant::now() + time, &|| {
            ending.is_over().then_some(SandboxAnswer::Ended)
        });
        let limits = SandboxLimits {
            memory: isolation.memory,
            memory_setting: "onnx.memory",
            stack: isolation.stack,
        };
        let cause = match answer.map_err(failed) {
            Ok(SandboxAnswer::Line(line)) => match serde_json::from_slice(&line) {
                Ok(Loaded::Ready { ports, .. }) if !ports.are_possible() => {
                    failed(io::ErrorKind::InvalidData.into())
                }
                Ok(Loaded::Ready { ports, runtime }) => {
                    let process = Arc::new(ModelProcess::of(&sandbox).map_err(failed)?);
                    let connections = process.connect().map_err(failed);
                    process.watch(sandbox, shown, limits);
                    return Ok(Self {
                        ports,
                        runtime: shorten(&runtime),
                        // From here on the process ends with its model.
                        connections: connections.inspect_err(|_| process.kill())?,
                        process,
                    });
                }
                Ok(Loaded::Refused { mut cause }) => {
                    shorten_cause(&mut cause);
                    cause
                }
                Err(problem) => failed(problem.into()),
            },
            Ok(SandboxAnswer::Late) => {
                let limit = &time.as_secs().to_string();
                GraphProblem::NotLoaded { limit }.of_file(&shown)
            }
            Ok(SandboxAnswer::Ended | SandboxAnswer::HadItsTurn) => GraphProblem::LoadingEnded.kept(),
            Ok(SandboxAnswer::TooLong) => GraphProblem::TooManyPorts.of_file(&shown),
            Ok(SandboxAnswer::Closed) => {
                let (status, said) = sandbox.end().map_err(failed)?;
                return Err(death::of(&shown, DURING, status, &said, &limits));
            }
            Err(cause) => cause,
        };
        sandbox.kill();
        let _ = sandbox.end();
        Err(cause)
    }

    /// Why the process gave no answer; it is ended, if it has not ended by itself.
    fn broken(&self) -> RunError {
        self.process.kill();
        RunError::new(self.process.cause())
    }
}

impl RunConnection {
    /// Asks for one run of a model with so many outputs.
    fn run(&mut self, inputs: &[Tensor], outputs: usize, ending: &Ending) -> io::Result<Option<Answered>> {
        self.run_within(inputs, outputs, ending, END_WITHIN)
    }

    /// The same; once the run is over, it is waited for so long.
    fn run_within(
        &mut self,
        inputs: &[Tensor],
        outputs: usize,
        ending: &Ending,
        end_within: Duration,
    ) -> io::Result<Option<Answered>> {
        let asked = AskedRun {
            number: self.number,
            inputs,
        };
        let mut over_since = None;
        let mut go_on = || {
            let since = ending
                .is_over()
                .then(|| *over_since.get_or_insert_with(Instant::now));
            since.is_none_or(|since| since.elapsed() < end_within)
        };
        frames::write(&self.socket, &asked, &mut go_on)?;
        let parse = |frame: &[u8]| answer::read(frame, outputs);
        frames::read(&self.socket, LONGEST_ANSWER, parse, go_on)
    }
}

impl Predictor for IsolatedModel {
    fn ports(&self) -> &Ports {
        &self.ports
    }

    fn run(&self, inputs: &[Tensor]) -> Result<Vec<Value>, RunError> {
        self.run_until(inputs, &Ending::new())
    }

    fn run_until(&self, inputs: &[Tensor], ending: &Ending) -> Result<Vec<Value>, RunError> {
        let mut connection = self
            .connections
            .take_until(|| ending.is_over())
            .ok_or_else(|| ending.why())?;
        connection.number += 1;
        let (process, at, number) = (Arc::clone(&self.process), connection.at, connection.number);
        let outputs = self.ports.outputs.len();
        let answered = ending.during(
            move || process.end_run(at, number),
            || connection.run(inputs, outputs, ending),
        )?;
        match answered {
            Ok(Some(Ok(values))) => Ok(values),
            Ok(Some(Err(_))) if ending.is_over() => Err(ending.why().into()),
            Ok(Some(Err(said))) => Err(said),
            // It did not end when it was told to; nothing else helps.
            Err(problem) if is_pause(&problem) => {
                self.process.kill();
                Err(ending.why().into())
            }
            Ok(None) | Err(_) => Err(self.broken()),
        }
    }

    fn on_end(&self, tell: Box<dyn FnOnce(String) + Send>) {
        self.process.on_end(tell);
    }

    fn process(&self) -> Option<Pid> {
        let has_ended = self.process.end.lock().cause.is_some();
        self.process.id.filter(|_| !has_ended)
    }

    fn runtime(&self) -> String {
        GraphProblem::OwnProcess {
            runtime: &self.runtime,
        }
        .kept()
    }
}

impl Drop for IsolatedModel {
    fn drop(&mut self) {
        self.process.end.lock().tell = None;
        self.process.kill();
    }
}

impl fmt::Debug for IsolatedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IsolatedModel({})", self.runtime)
    }
}

impl ModelProcess {
    fn of(sandbox: &Sandbox) -> io::Result<Self> {
        let handle = sandbox.id().map(|id| pidfd_open(id, PidfdFlags::empty()));
        Ok(Self {
            id: sandbox.id(),
            control: Mutex::new(sandbox.socket()?),
            handle: handle.and_then(Result::ok),
            end: Mutex::default(),
            ended: Condvar::new(),
        })
    }

    /// Makes the sockets for runs, as many as there are cores, and hands the other ends over.
    fn connect(&self) -> io::Result<SessionPool<RunConnection>> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let mut theirs = Vec::new();
        let connections = SessionPool::make(count.min(CONNECTIONS), || {
            let (ours, other) = UnixStream::pair()?;
            ours.set_read_timeout(Some(ASK))?;
            ours.set_write_timeout(Some(ASK))?;
            theirs.push(other);
            Ok::<_, io::Error>(RunConnection {
                at: theirs.len() - 1,
                socket: ours,
                number: 0,
            })
        })?;
        let theirs: Vec<BorrowedFd<'_>> = theirs.iter().map(|socket| socket.as_fd()).collect();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(CONNECTIONS))];
        let mut carried = SendAncillaryBuffer::new(&mut space);
        carried.push(SendAncillaryMessage::ScmRights(&theirs));
        let control = self.control.lock();
        sendmsg(
            &*control,
            &[IoSlice::new(b"c")],
            &mut carried,
            SendFlags::NOSIGNAL,
        )?;
        Ok(connections)
    }

    /// Waits for the process's end, on a thread of its own, and tells of it.
    fn watch(self: &Arc<Self>, sandbox: Sandbox, shown: String, limits: SandboxLimits) {
        let process = Arc::clone(self);
        let watching = move || {
            let cause = match sandbox.wait() {
                Ok((status, said)) => death::of(&shown, DURING, status, &said, &limits),
                Err(problem) => {
                    let problem = &problem.to_string();
                    GraphProblem::ProcessLost { problem }.of_file(&shown)
                }
            };
            let mut end = process.end.lock();
            end.cause = Some(cause.clone());
            let tell = end.tell.take();
            drop(end);
            process.ended.notify_all();
            if let Some(tell) = tell {
                tell(cause);
            }
        };
        let watching = thread::Builder::new()
            .name("model-process".to_owned())
            .spawn(watching);
        if let Err(error) = watching {
            // Its connections close when it ends: calls fail, and nobody starts it again.
            tracing::error!(%error, "no thread to watch a model's process");
            self.kill();
        }
    }

    fn on_end(&self, tell: Box<dyn FnOnce(String) + Send>) {
        let mut end = self.end.lock();
        match end.cause.clone() {
            None => end.tell = Some(tell),
            Some(cause) => {
                drop(end);
                tell(cause);
            }
        }
    }

    /// Why the process ended; waits a moment for it.
    fn cause(&self) -> String {
        let mut end = self.end.lock();
        if end.cause.is_none() {
            let _ = self.ended.wait_for(&mut end, WORDS);
        }
        end.cause
            .clone()
            .unwrap_or_else(|| GraphProblem::ProcessSilent.kept())
    }

    /// Asks the process to end a run. Does not wait: it may be a gateway's core that asks.
    fn end_run(&self, at: usize, number: u64) {
        let order = format!("end {at} {number}\n");
        let sent = send(
            &*self.control.lock(),
            order.as_bytes(),
            SendFlags::DONTWAIT | SendFlags::NOSIGNAL,
        );
        match sent {
            Ok(sent) if sent == order.len() => {}
            // It has not read hundreds of orders, and reads no more than a part of this one: nothing else ends its runs.
            Ok(_) | Err(Errno::AGAIN) => self.kill(),
            // A process that is gone has ended it.
            Err(_) => {}
        }
    }

    fn kill(&self) {
        if let Some(handle) = &self.handle {
            // It may have ended.
            let _ = pidfd_send_signal(handle, Signal::KILL);
        }
        let _ = self.control.lock().shutdown(std::net::Shutdown::Both);
    }
}

#[cfg(test)]
mod tests;
