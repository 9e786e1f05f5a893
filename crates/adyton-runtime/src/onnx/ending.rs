//! How a run that has begun is ended from outside: its caller has gone, its time is up, its model is retired, the server
//! stops.
//!
//! Whoever may end the run holds the same [`Ending`] as the thread that runs it. ONNX Runtime is interrupted at once (it
//! looks between nodes, inside loops too); the compiled-in runtime looks at [`Ending::is_over`] between nodes. Neither stops
//! inside one operator, so a thread may come back late, or never: see `threads/watchdog.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use adyton_core::graph_fault::GraphFault;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

type Interrupt = Box<dyn Fn() + Send>;

/// The end of one run. It comes at most once and stays.
#[derive(Default)]
pub struct Ending {
    over: AtomicBool,
    /// Ended because models took too much memory.
    too_large: AtomicBool,
    /// Whether the process grew much while it ran.
    grew: AtomicBool,
    /// How the runtime that runs now is interrupted.
    interrupt: Mutex<Option<Interrupt>>,
}

impl std::fmt::Debug for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ending(over: {})", self.is_over())
    }
}

impl Ending {
    /// One that has not come.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Ends the run. Returns at once; the run's thread comes back when the runtime notices.
    pub fn end(&self) {
        self.over.store(true, Ordering::SeqCst);
        if let Some(interrupt) = self.interrupt.lock().as_ref() {
            interrupt();
        }
    }

    /// Ends the run because models take more memory than they may.
    pub(crate) fn end_for_memory(&self) {
        self.too_large.store(true, Ordering::SeqCst);
        self.end();
    }

    /// The process grew much while this ran: what the runtime keeps is to be given back.
    pub(crate) fn note_growth(&self) {
        self.grew.store(true, Ordering::SeqCst);
    }

    /// Whether [`note_growth`](Self::note_growth) was said.
    pub(crate) fn grew(&self) -> bool {
        self.grew.load(Ordering::SeqCst)
    }

    /// Why the run was ended.
    pub(crate) fn why(&self) -> Ended {
        match self.too_large.load(Ordering::SeqCst) {
            true => Ended::TooLarge,
            false => Ended::Unwanted,
        }
    }

    /// Whether the run is to end.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Does `run`, which `interrupt` makes return early.
    pub(crate) fn during<T>(
        &self,
        interrupt: impl Fn() + Send + 'static,
        run: impl FnOnce() -> T,
    ) -> Result<T, Ended> {
        *self.interrupt.lock() = Some(Box::new(interrupt));
        // `end` sets the flag before it looks for an interrupt: one of the two sees the other.
        let done = if self.is_over() {
            Err(self.why())
        } else {
            Ok(run())
        };
        *self.interrupt.lock() = None;
        done
    }
}

/// A run that was ended before it was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
pub enum Ended {
    /// Nobody waits for it any more, or it may not go on.
    #[error("{}", GraphFault::RunEnded.kept())]
    Unwanted,
    /// Models took more memory than they may.
    #[error("{}", GraphFault::TooLarge.kept())]
    TooLarge,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::sync::atomic::AtomicU32;

    use super::*;

    #[test]
    fn a_run_is_interrupted_once_it_has_begun_and_never_begins_after_its_end() {
        let (ending, heard) = (Ending::new(), Arc::new(AtomicU32::new(0)));
        let hears = |heard: &Arc<AtomicU32>| {
            let heard = Arc::clone(heard);
            move || {
                heard.fetch_add(1, Ordering::SeqCst);
            }
        };
        let ran = ending.during(hears(&heard), || {
            ending.end();
            heard.load(Ordering::SeqCst)
        });
        assert_eq!(ran, Ok(1));
        let late = ending.during(hears(&heard), || 7);
        assert_eq!(late, Err(Ended::Unwanted));
        ending.end();
        assert_eq!(
            heard.load(Ordering::SeqCst),
            1,
            "a run that is over is left alone"
        );
    }
}
