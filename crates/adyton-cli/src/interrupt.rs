//! Ctrl-C while a command waits: it ends the waiting, so that the command can say what goes on at the server. A second one, and
//! one at any other time, ends the process as usual.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use signal_hook::consts::SIGINT;
use signal_hook::iterator::{Handle, Signals};

/// Hears of Ctrl-C as long as it lives.
pub struct Interrupts {
    heard: Receiver<()>,
    /// Held, so that waiting lasts as long as it should when nothing can be heard.
    _sender: Sender<()>,
    handle: Option<Handle>,
}

/// Whether Ctrl-C ends the process.
fn ends() -> Option<&'static Arc<AtomicBool>> {
    static ENDS: OnceLock<Option<Arc<AtomicBool>>> = OnceLock::new();
    let register = || {
        let ends = Arc::new(AtomicBool::new(true));
        signal_hook::flag::register_conditional_default(SIGINT, ends.clone()).ok()?;
        Some(ends)
    };
    ENDS.get_or_init(register).as_ref()
}

impl Interrupts {
    /// Hears of it from now on. Not in a server, which ends in its own way.
    pub fn listen() -> Self {
        let mut deaf = Self::deaf();
        let Some(ends) = ends() else { return deaf };
        let Ok(mut signals) = Signals::new([SIGINT]) else {
            return deaf;
        };
        deaf.handle = Some(signals.handle());
        ends.store(false, Ordering::SeqCst);
        let sender = deaf._sender.clone();
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                ends.store(true, Ordering::SeqCst);
                // Nobody waits any more.
                let _ = sender.send(());
            }
        });
        deaf
    }
    /// Hears nothing, and can be waited with.
    pub fn deaf() -> Self {
        let (sender, heard) = channel();
        Self {
            heard,
            _sender: sender,
            handle: None,
        }
    }
    /// Waits so long; whether it was ended by Ctrl-C.
    #[must_use]
    pub fn wait(&self, pause: Duration) -> bool {
        self.heard.recv_timeout(pause).is_ok()
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        if let Some(handle) = &self.handle {
            handle.close();
            if let Some(ends) = ends() {
                ends.store(true, Ordering::SeqCst);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_lasts_until_its_end_or_ctrl_c() {
        assert!(!Interrupts::deaf().wait(Duration::from_millis(1)));
        let interrupts = Interrupts::listen();
        assert!(!interrupts.wait(Duration::from_millis(1)));
        signal_hook::low_level::raise(SIGINT).unwrap();
        assert!(interrupts.wait(Duration::from_secs(60)), "at once");
    }
}
