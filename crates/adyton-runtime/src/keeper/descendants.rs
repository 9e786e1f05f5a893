//! Finds the processes below the keeper and signals them. Whoever loses a parent becomes our child, so the tree below us
//! is everybody that the program ever started and that still lives.

use rustix::process::{Pid, Signal};

use crate::processes::Processes;

/// Signals every descendant.
pub(super) fn end(signal: Signal) {
    for pid in below(rustix::process::getpid()) {
        // Gone meanwhile is as good as ended.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

/// Whether anybody is left, the dead that nobody has reaped yet included.
pub(super) fn any() -> bool {
    !below(rustix::process::getpid()).is_empty()
}

/// All processes below one.
pub(crate) fn below(top: Pid) -> Vec<Pid> {
    Processes::look().below(top)
}
