//! Between the journal's writer and those who ask it for something: readers, who want what was just recorded, and recorders, who
//! wake it when it has fallen asleep.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// See the top of the file.
#[derive(Default)]
pub(super) struct Signals {
    thread: OnceLock<Thread>,
    /// Whether the next record has to wake the writer.
    is_asleep: AtomicBool,
    state: Mutex<Asked>,
    changed: Condvar,
}

#[derive(Default)]
struct Asked {
    flushes: u64,
    flushed: u64,
    is_closing: bool,
    has_ended: bool,
}

/// What the writer was asked for when it looked.
#[derive(Clone, Copy)]
pub(super) struct Orders {
    flushes: u64,
    /// Whether somebody waits for what was recorded.
    pub(super) is_awaited: bool,
    /// Whether this turn is the last.
    pub(super) is_closing: bool,
}

impl Signals {
    pub(super) fn attach(&self, thread: Thread) {
        // There is one writer: the first is the only one.
        let _ = self.thread.set(thread);
    }

    /// The writer wants to be woken by the next record, or does not any more.
    pub(super) fn sleeps(&self, is_asleep: bool) {
        self.is_asleep.store(is_asleep, Ordering::SeqCst);
    }

    /// Whether the next record has to wake the writer.
    pub(super) fn is_asleep(&self) -> bool {
        self.is_asleep.load(Ordering::Relaxed)
    }

    /// A record has come while the writer was asleep. Only the first of several wakes it.
    #[cold]
    pub(super) fn rouse(&self) {
        if self.is_asleep.swap(false, Ordering::AcqRel) {
            self.wake();
        }
    }

    /// Waits until the writer has written what was recorded before; `false` if that took longer than `longest`.
    pub(super) fn flush(&self, longest: Duration) -> bool {
        let mut state = self.state.lock();
        state.flushes += 1;
        let mine = state.flushes;
        self.wake();
        self.changed.wait_while_for(
            &mut state,
            |state| state.flushed < mine && !state.has_ended,
            longest,
        );
        state.flushed >= mine || state.has_ended
    }

    pub(super) fn close(&self) {
        self.state.lock().is_closing = true;
        self.wake();
    }

    /// What is asked for now.
    pub(super) fn orders(&self) -> Orders {
        let state = self.state.lock();
        Orders {
            flushes: state.flushes,
            is_awaited: state.flushed < state.flushes,
            is_closing: state.is_closing,
        }
    }

    /// Everything that `orders` asked for is done.
    pub(super) fn done(&self, orders: Orders) {
        let mut state = self.state.lock();
        if state.flushed < orders.flushes {
            state.flushed = orders.flushes;
            self.changed.notify_all();
        }
    }

    fn wake(&self) {
        if let Some(thread) = self.thread.get() {
            thread.unpark();
        }
    }
}

/// Tells the waiting that the writer has ended, however it does.
pub(super) struct WriterEnd(pub(super) Arc<Signals>);

impl Drop for WriterEnd {
    fn drop(&mut self) {
        self.0.state.lock().has_ended = true;
        self.0.changed.notify_all();
    }
}
