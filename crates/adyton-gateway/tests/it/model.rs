//! A model program made of threads: answers HTTP on a loopback port as a test tells it to, and remembers what it saw.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

pub(crate) use adyton_core::sample::wait_for;

/// A request as the model saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
    /// Which request of its connection it is, from 1.
    pub(crate) number: usize,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let prefix = format!("{}: ", name.to_ascii_lowercase());
        self.headers.iter().find_map(|line| line.strip_prefix(&prefix))
    }
}

/// What the model does with a request.
pub(crate) enum Act {
    /// Writes these bytes and keeps the connection.
    Say(Vec<u8>),
    /// Writes these bytes and closes.
    SayAndClose(Vec<u8>),
    /// Waits until the gateway closes the connection.
    Hang,
    /// Writes pieces, each when the test says so.
    Stream(Vec<Vec<u8>>),
}

/// An ordinary answer.
pub(crate) fn ok(body: &str) -> Act {
    Act::Say(answer("200 OK", "Content-Type: application/json\r\n", body))
}

pub(crate) fn answer(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// The program.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    act: Box<dyn Fn(&Seen) -> Act + Send + Sync>,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    gone: AtomicUsize,
    allowed: Mutex<usize>,
    changed: Condvar,
}

impl Program {
    pub(crate) fn start(act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared {
            act: Box::new(act),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            gone: AtomicUsize::new(0),
            allowed: Mutex::new(0),
            changed: Condvar::new(),
        });
        let program = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                program.connections.fetch_add(1, Ordering::SeqCst);
                let program = Arc::clone(&program);
                thread::spawn(move || {
                    program.serve(stream);
                    program.gone.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, shared }
    }

    /// An answer that says what arrived, for each request.
    pub(crate) fn echo() -> Self {
        Self::start(|seen| ok(&format!("{} {}", seen.line, seen.body.len())))
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
    /// Lets the next piece of a stream out.
    pub(crate) fn release(&self) {
        *self.shared.allowed.lock().unwrap() += 1;
        self.shared.changed.notify_all();
    }
    pub(crate) fn wait_until_asked(&self, times: usize) {
        wait_for("the model to be asked", || self.seen().len() >= times);
    }
    /// Waits until so many connections have ended.
    pub(crate) fn wait_until_left(&self, times: usize) {
        wait_for("the model to be left", || {
            self.shared.gone.load(Ordering::SeqCst) >= times
        });
    }
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        stream.set_nodelay(true).expect("no delay");
        let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
        let mut stream = stream;
        for number in 1.. {
            let Some(seen) = read(&mut reader, number) else {
                return;
            };
            let act = (self.act)(&seen);
            self.seen.lock().unwrap().push(seen);
            match act {
                Act::Say(bytes) => {
                    if stream.write_all(&bytes).is_err() {
                        return;
                    }
                }
                Act::SayAndClose(bytes) => {
                    let _ = stream.write_all(&bytes);
                    return;
                }
                Act::Hang => {
                    let _ = reader.read(&mut [0u8; 1]);
                    return;
                }
                Act::Stream(pieces) => {
                    if !self.stream(&mut stream, &pieces) {
                        return;
                    }
                }
            }
        }
    }

    fn stream(&self, stream: &mut TcpStream, pieces: &[Vec<u8>]) -> bool {
        for piece in pieces {
            let mut allowed = self.allowed.lock().unwrap();
            while *allowed == 0 {
                allowed = self.changed.wait(allowed).unwrap();
            }
            *allowed -= 1;
            drop(allowed);
            if stream.write_all(piece).is_err() {
                return false;
            }
        }
        true
    }
}

fn read(reader: &mut BufReader<TcpStream>, number: usize) -> Option<Seen> {
    let mut seen = Seen {
        number,
        ..Seen::default()
    };
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 0 {
        let text = line.trim_end().to_owned();
        line.clear();
        if text.is_empty() {
            let length = seen
                .header("content-length")
                .map_or(0, |length| length.parse().unwrap());
            seen.body = vec![0; length];
            reader.read_exact(&mut seen.body).ok()?;
            return Some(seen);
        }
        match text.split_once(": ") {
            Some((name, value)) if !seen.line.is_empty() => {
                seen.headers
                    .push(format!("{}: {value}", name.to_ascii_lowercase()));
            }
            _ => seen.line = text,
        }
    }
    None
}
