//! The process of one model: loads it, says so, and runs it for whoever asks over the sockets that it is then given.
//!
//! It is expected to crash: whatever the graph does to it is why it is alone. On the socket that is its standard input come the
//! order, after its answer the other sockets, and from then on lines `end CONNECTION NUMBER`, which end a run early. When it
//! closes, the server is gone.

use std::fs::File;
use std::io::{BufRead as _, BufReader, IoSliceMut, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde::{Deserialize, Serialize};

use super::frames::{self, Run};
use crate::heap;
use crate::machine;
use crate::onnx::codec::with_few_axes;
use crate::onnx::ending::Ending;
use crate::onnx::load_into::LoadInto;
use crate::onnx::loader::Loader;
use crate::onnx::memory::GROWN;
use crate::onnx::panics::catch_panic;
use crate::onnx::predictor::Predictor;
use crate::onnx::signature::Ports;
use crate::sandbox;

/// The most connections.
pub(super) const CONNECTIONS: usize = 16;

/// What to serve, and within which limits.
#[derive(Serialize, Deserialize)]
pub(crate) struct ServeOrder {
    /// The library and its minor version; the compiled-in runtime without one.
    pub(super) library: Option<(PathBuf, u32)>,
    pub(super) folder: PathBuf,
    pub(super) file: String,
    pub(super) memory: u64,
    pub(super) stack: u64,
}

/// The first line of a process that is to serve a model.
#[derive(Serialize, Deserialize)]
pub(crate) struct Serve {
    pub(crate) serve: ServeOrder,
}

/// Its answer.
#[derive(Serialize, Deserialize)]
#[serde(tag = "loaded", rename_all = "snake_case")]
pub(super) enum Loaded {
    /// It takes calls.
    Ready { ports: Ports, runtime: String },
    /// It does not load, in the runtime's words.
    Refused { cause: String },
}

/// What runs on one connection.
#[derive(Default)]
struct Running {
    number: u64,
    ending: Option<Arc<Ending>>,
    /// Runs up to this number are over, also those that have not come yet.
    ended: u64,
}

type RunningByConnection = Arc<[Mutex<Running>; CONNECTIONS]>;

/// The life of the process.
pub(crate) fn main(order: ServeOrder, orders: BufReader<File>, mut server: File) -> ExitCode {
    let library = order.library.as_ref().map(|(path, _)| path.as_path());
    sandbox::enter(order.memory, &order.folder, library);
    heap::one_for_each_core();
    let running = RunningByConnection::default();
    let (give, given) = mpsc::channel();
    let heard = Arc::clone(&running);
    let stack = usize::try_from(order.stack).unwrap_or(usize::MAX);
    let serving = thread::Builder::new()
        .spawn(move || listen(orders, &give, &heard))
        .and_then(|_| {
            thread::Builder::new()
                .name("model".to_owned())
                .stack_size(stack)
                .spawn(move || {
                    let loaded = load(&order);
                    let (answer, model) = match loaded {
                        Ok(model) => (ready(model.as_ref()), Some(model)),
                        Err(cause) => (Loaded::Refused { cause }, None),
                    };
                    let mut line = serde_json::to_string(&answer).unwrap_or_default();
                    line.push('\n');
                    // A server that is gone hears nothing; `listen` notices.
                    let _ = server.write_all(line.as_bytes());
                    if let (Some(model), Ok(sockets)) = (model, given.recv()) {
                        serve(&Arc::from(model), sockets, &running, stack);
                    }
                })
        });
    match serving.map(thread::JoinHandle::join) {
        Ok(_) => sandbox::end(),
        Err(problem) => {
            eprintln!("no thread: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn load(order: &ServeOrder) -> Result<Box<dyn Predictor>, String> {
    Loader::in_sandbox(order.library.clone())?
        .load(&order.folder, &order.file, LoadInto::Sandbox)
        .map_err(|problem| problem.to_string())
}

fn ready(model: &dyn Predictor) -> Loaded {
    Loaded::Ready {
        ports: model.ports().clone(),
        runtime: model.runtime(),
    }
}

/// Takes the sockets, then the ends of runs; ends with the server.
fn listen(orders: BufReader<File>, give: &Sender<Vec<OwnedFd>>, running: &RunningByConnection) {
    // Nothing has been read ahead: the server sends nothing between its order and our answer.
    let sockets = receive(orders.get_ref());
    if sockets.is_empty() || give.send(sockets).is_err() {
        sandbox::end();
    }
    for line in orders.lines() {
        let Ok(line) = line else { break };
        let mut words = line.split(' ');
        let (Some("end"), Some(at), Some(number)) = (words.next(), words.next(), words.next()) else {
            continue;
        };
        let connection = at.parse::<usize>().ok().and_then(|at| running.get(at));
        let (Some(connection), Ok(number)) = (connection, number.parse()) else {
            continue;
        };
        let ending = {
            let mut running = connection.lock();
            running.ended = running.ended.max(number);
            running.ending.clone().filter(|_| running.number == number)
        };
        ending.inspect(|ending| ending.end());
    }
    sandbox::end();
}

/// The sockets of the one message that carries them; none when the server is gone.
fn receive(socket: &File) -> Vec<OwnedFd> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(CONNECTIONS))];
    let mut carried = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0];
    let received = recvmsg(
        socket,
        &mut [IoSliceMut::new(&mut byte)],
        &mut carried,
        RecvFlags::CMSG_CLOEXEC,
    );
    if received.is_err() {
        return Vec::new();
    }
    let carried = carried.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(sockets) => Some(sockets),
        _ => None,
    });
    carried.flatten().collect()
}

/// Runs the model on each connection; returns when the last one is closed.
fn serve(model: &Arc<dyn Predictor>, sockets: Vec<OwnedFd>, running: &RunningByConnection, stack: usize) {
    let mut threads = Vec::new();
    for (at, socket) in sockets.into_iter().enumerate().take(CONNECTIONS) {
        let (model, running) = (Arc::clone(model), Arc::clone(running));
        let started = thread::Builder::new()
            .name(format!("run-{at}"))
            .stack_size(stack)
            .spawn(move || {
                if let Some(own) = running.get(at) {
                    answer(model.as_ref(), &UnixStream::from(socket), own);
                }
            });
        match started {
            Ok(thread) => threads.push(thread),
            Err(problem) => eprintln!("no thread: {problem}"),
        }
    }
    for thread in threads {
        let _ = thread.join();
    }
}

/// A run that took no longer has not made the process grow by much.
const GROWING: Duration = Duration::from_millis(10);

fn run_of(frame: &[u8]) -> postcard::Result<Run> {
    postcard::from_bytes(frame)
}

/// Answers one run after the other; returns when the connection is closed, or carries what cannot be read.
fn answer(model: &dyn Predictor, socket: &UnixStream, running: &Mutex<Running>) {
    // What the process has before its first run.
    let quiet = machine::taken();
    let next = || frames::read(socket, frames::LONGEST, run_of, || true);
    while let Ok(Some(Run { number, inputs })) = next() {
        let ending = Ending::new();
        {
            let mut running = running.lock();
            running.number = number;
            running.ending = Some(Arc::clone(&ending));
            if running.ended >= number {
                ending.end();
            }
        }
        let begin = Instant::now();
        let answered = catch_panic(|| model.run_until(&inputs, &ending)).and_then(|ran| ran);
        // The server takes no others.
        let answered = answered.and_then(with_few_axes);
        running.lock().ending = None;
        if frames::write(socket, &answered, || true).is_err() {
            break;
        }
        if begin.elapsed() > GROWING && machine::taken() > quiet.saturating_add(GROWN) {
            drop(answered);
            heap::give_back();
        }
    }
}
