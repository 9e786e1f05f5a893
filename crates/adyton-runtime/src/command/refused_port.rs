//! What a program's own lines say of a port that it could not have. Most programs that listen at a port of their choice are refused
//! it by their fence, and print the system's word for that alone: whoever reads it has to be told of `$PORT`.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};

use adyton_core::event_cause::Cause;

/// How programs say that the system refused them something, or that another has it.
const REFUSED: [&str; 7] = [
    "ermission denied",
    "PermissionError",
    "PermissionDenied",
    "EACCES",
    "EADDRINUSE",
    "ddress already in use",
    "an't connect to (",
];
/// How they say that it was a port.
const LISTENING: [&str; 7] = [
    "bind",
    "Bind",
    "listen",
    "Listen",
    "EADDRINUSE",
    "ddress already in use",
    "an't connect to (",
];

/// What one run has said before it was ready.
#[derive(Debug, Default)]
pub(super) struct RefusedPort {
    is_refused: AtomicBool,
    is_listening: AtomicBool,
    is_over: AtomicBool,
}

impl RefusedPort {
    /// It has printed this.
    pub(super) fn hear(&self, line: &str) {
        if self.is_over.load(Ordering::Relaxed) {
            return;
        }
        let says = |words: &[&str]| words.iter().any(|word| line.contains(word));
        if says(&REFUSED) {
            self.is_refused.store(true, Ordering::Relaxed);
        }
        if says(&LISTENING) {
            self.is_listening.store(true, Ordering::Relaxed);
        }
    }

    /// It is ready: what it prints now is about something else.
    pub(super) fn is_over(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Why a run is over that ended before it was ready; `address` was to be its own.
    pub(super) fn ended(&self, how: &str, address: SocketAddr) -> String {
        let was_refused_port =
            self.is_refused.load(Ordering::Relaxed) && self.is_listening.load(Ordering::Relaxed);
        // Where another program has taken its port, it did what it should.
        if was_refused_port && TcpListener::bind(address).is_ok() {
            return Cause::EndedOverPort { how }.kept();
        }
        Cause::EndedBeforeReady { how }.kept()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn told(lines: &[&str], address: SocketAddr) -> bool {
        let heard = RefusedPort::default();
        lines.iter().for_each(|line| heard.hear(line));
        heard.ended("exit code 1", address).contains("$PORT")
    }

    #[test]
    fn whoever_was_refused_a_port_is_told_of_their_own() {
        let free = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.local_addr().unwrap()
        };
        for lines in [
            &[
                "    self.socket.bind(self.server_address)",
                "PermissionError: [Errno 13] Permission denied",
            ][..],
            &[
                "ERROR: [Errno 13] error while attempting to bind on address ('0.0.0.0', 80): permission denied",
            ],
            &["Error: listen EACCES: permission denied 0.0.0.0:80"],
            &["listen tcp :80: bind: permission denied"],
            &["java.net.BindException: Permission denied"],
            &["[ERROR] Can't connect to ('127.0.0.1', 80)"],
            &["OSError: [Errno 98] Address already in use"],
        ] {
            assert!(told(lines, free), "{lines:?}");
        }
        for lines in [
            &[][..],
            &["PermissionError: [Errno 13] Permission denied: '/etc/shadow'"],
            &["listening on 20001", "ValueError"],
        ] {
            assert!(!told(lines, free), "{lines:?}");
        }
        // Another program took its port.
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        assert!(!told(&["Address already in use"], taken.local_addr().unwrap()));
        let heard = RefusedPort::default();
        heard.is_over();
        heard.hear("listen EACCES");
        assert!(!heard.ended("exit code 1", free).contains("$PORT"));
    }
}
