//! Finds the processes below the keeper and signals them. Whoever loses a parent becomes our child, so the tree below us
//! is everybody that the program ever started and that still lives.

use std::collections::{HashMap, HashSet};
use std::fs;

use rustix::process::{Pid, Signal};

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
    let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    for pid in entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok()) {
        if let Some(parent) = parent_of(pid) {
            children.entry(parent).or_default().push(pid);
        }
    }
    let (mut found, mut seen) = (Vec::new(), HashSet::new());
    let mut open = vec![top.as_raw_nonzero().get()];
    while let Some(parent) = open.pop() {
        for child in children.remove(&parent).unwrap_or_default() {
            if seen.insert(child) {
                found.extend(Pid::from_raw(child));
                open.push(child);
            }
        }
    }
    found
}

/// The fourth field of `/proc/PID/stat`; the second, the name in brackets, may hold anything.
fn parent_of(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat[stat.rfind(')')? + 1..]
        .split_whitespace()
        .nth(1)?
        .parse()
        .ok()
}
