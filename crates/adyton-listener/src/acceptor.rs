//! Accepting connections, also when the process has no descriptor left.
//!
//! A listener that cannot accept because the process is out of descriptors lets idle connections go, and the client waits
//! until their descriptors are there. Where nobody is idle it would ask the kernel again and again; so one descriptor is kept
//! in reserve: it is closed, the connection accepted and closed at once, which tells the client, and the descriptor taken back.

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use tokio::net::{TcpListener, TcpStream};

use crate::log_throttle::LogThrottle;

/// How long to wait after the system refused a connection for a reason that accepting another does not change.
const PAUSE: Duration = Duration::from_millis(50);
/// How long connections that were let go may take to give their descriptors back, before more of them are.
const CLOSING: Duration = Duration::from_millis(5);

/// A listener and its reserve.
pub struct Acceptor {
    listener: TcpListener,
    reserve: Option<File>,
    complaints: Arc<LogThrottle>,
    /// Which listener it is, for the log.
    name: &'static str,
}

/// What became of an attempt to accept.
pub enum Accepted {
    /// A connection.
    Connection(TcpStream, SocketAddr),
    /// The client had left, was turned away because the process is out of descriptors, or the system refused it otherwise.
    Failed,
}

impl Acceptor {
    /// Accepts from `listener`, which the log calls `name`. Listeners that share `complaints` complain once a minute together.
    pub fn new(listener: TcpListener, name: &'static str, complaints: Arc<LogThrottle>) -> Self {
        Self {
            listener,
            reserve: spare(),
            complaints,
            name,
        }
    }

    /// The next connection, or what happened instead. Nothing is lost when this is dropped while it waits.
    ///
    /// `relieve` is called when the process is out of descriptors: it lets some idle connections go and says how many.
    pub async fn accept(&mut self, relieve: impl Fn() -> usize) -> Accepted {
        loop {
            let problem = match self.listener.accept().await {
                Ok((stream, peer)) => return Accepted::Connection(stream, peer),
                Err(problem) => problem,
            };
            let is_short = is_out_of_descriptors(&problem);
            self.complain(&problem, is_short);
            if is_short && relieve() > 0 {
                tokio::time::sleep(CLOSING).await;
                continue;
            }
            if is_short {
                self.turn_away().await;
            } else {
                tokio::time::sleep(PAUSE).await;
            }
            return Accepted::Failed;
        }
    }

    fn complain(&self, problem: &io::Error, is_short: bool) {
        let Some(times) = self.complaints.due() else {
            return;
        };
        let listener = self.name;
        if is_short {
            tracing::warn!(
                listener,
                times,
                %problem,
                "the process is out of open files: idle connections are closed to make room, and new ones where nobody is idle; \
                 raise the limit (LimitNOFILE= of the unit, `ulimit -n`) or lower `gateway.max_connections`"
            );
        } else {
            tracing::warn!(listener, times, %problem, "a connection could not be accepted");
        }
    }

    /// Tells one client that there is no descriptor for it.
    async fn turn_away(&mut self) {
        if self.reserve.take().is_none() {
            // Somebody else took the descriptor.
            tokio::time::sleep(PAUSE).await;
        } else if let Ok(accepted) = tokio::time::timeout(PAUSE, self.listener.accept()).await {
            drop(accepted);
        }
        self.reserve = spare();
    }

    /// The listener alone.
    pub fn into_listener(self) -> TcpListener {
        self.listener
    }
}

/// A descriptor that can be given up.
fn spare() -> Option<File> {
    File::open("/dev/null").ok()
}

fn is_out_of_descriptors(problem: &io::Error) -> bool {
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|errno| problem.raw_os_error() == Some(errno.raw_os_error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lack_of_descriptors_is_one() {
        for errno in [Errno::MFILE, Errno::NFILE] {
            assert!(is_out_of_descriptors(&errno.into()), "{errno}");
        }
        for errno in [Errno::CONNABORTED, Errno::NOBUFS] {
            assert!(!is_out_of_descriptors(&errno.into()), "{errno}");
        }
        assert!(!is_out_of_descriptors(&io::Error::other("too many open files")));
    }
}
