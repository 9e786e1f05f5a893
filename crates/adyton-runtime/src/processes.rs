//! The processes of this machine as `/proc` shows them: who is below whom, and what they take.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::time::Duration;

use rustix::process::Pid;

use crate::machine;

/// A clock tick, as Linux shows them to programs on every architecture, in milliseconds.
const TICK: u64 = 10;

/// What processes have taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Taken {
    /// Processor time, that of children which have ended included.
    pub(crate) cpu: Duration,
    /// Memory in RAM now, in bytes; what several processes share is counted for each.
    pub(crate) memory: u64,
}

/// What `/proc/PID/stat` says of one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stat {
    parent: i32,
    /// Its own processor time, and that of its children which have ended, in clock ticks.
    own: u64,
    waited: u64,
}

/// All processes at one moment.
pub(crate) struct Processes {
    stats: HashMap<i32, Stat>,
    children: HashMap<i32, Vec<i32>>,
}

impl Processes {
    /// Looks at all of them: a file is read for each.
    pub(crate) fn look() -> Self {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
        let stats: HashMap<i32, Stat> = pids.filter_map(|pid| Some((pid, stat_of(pid)?))).collect();
        let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
        for (pid, stat) in &stats {
            children.entry(stat.parent).or_default().push(*pid);
        }
        Self { stats, children }
    }

    /// All processes below one.
    pub(crate) fn below(&self, top: Pid) -> Vec<Pid> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        let mut open = vec![top.as_raw_nonzero().get()];
        while let Some(parent) = open.pop() {
            for child in self.children.get(&parent).into_iter().flatten() {
                if seen.insert(*child) {
                    found.extend(Pid::from_raw(*child));
                    open.push(*child);
                }
            }
        }
        found
    }

    /// What all below one have taken, those that have ended included. Whoever is orphaned becomes a child of `top`, so nobody is
    /// missed; what `top` itself takes does not count.
    pub(crate) fn taken_below(&self, top: Pid) -> Taken {
        let (mut ticks, mut memory) = (0, 0);
        if let Some(stat) = self.stats.get(&top.as_raw_nonzero().get()) {
            ticks += stat.waited;
        }
        for pid in self.below(top) {
            if let Some(stat) = self.stats.get(&pid.as_raw_nonzero().get()) {
                ticks += stat.own + stat.waited;
                memory += machine::resident_of(pid);
            }
        }
        taken(ticks, memory)
    }
}

/// What one process has taken; nothing if it has ended.
pub(crate) fn taken_by(pid: Pid) -> Option<Taken> {
    let stat = stat_of(pid.as_raw_nonzero().get())?;
    Some(taken(stat.own + stat.waited, machine::resident_of(pid)))
}

fn taken(ticks: u64, memory: u64) -> Taken {
    Taken {
        cpu: Duration::from_millis(ticks.saturating_mul(TICK)),
        memory,
    }
}

fn stat_of(pid: i32) -> Option<Stat> {
    // A process names itself, with any bytes: it must not be missed for that.
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    parse(&String::from_utf8_lossy(&stat))
}

/// The second field, the name in brackets, may hold anything; the third follows it.
fn parse(stat: &str) -> Option<Stat> {
    let fields: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_whitespace().collect();
    let field = |at: usize| fields.get(at - 3).copied();
    // Some of these may be negative.
    let number = |at: usize| field(at)?.parse::<i64>().ok();
    let count = |at: usize| Some(u64::try_from(number(at)?).unwrap_or_default());
    Some(Stat {
        parent: field(4)?.parse().ok()?,
        own: count(14)?.saturating_add(count(15)?),
        waited: count(16)?.saturating_add(count(17)?),
    })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_line_of_the_kernel_is_read_whatever_the_name_holds() {
        let line =
            "7 (a (b) c) S 3 7 7 0 -1 4194560 1 0 0 0 150 50 20 -5 20 0 9 0 1000 99 88 18446744073709551615";
        let stat = parse(line);
        let expected = Stat {
            parent: 3,
            own: 200,
            waited: 20,
        };
        assert_eq!(stat, Some(expected));
        for short in ["", "7 (a", "7 (a) S", "7 (a) S x 1 1"] {
            assert_eq!(parse(short), None, "{short}");
        }
    }

    #[test]
    fn what_is_below_a_process_takes_memory_and_what_has_ended_took_time() {
        let own = rustix::process::getpid();
        let mut shell = Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"])
            .spawn()
            .unwrap();
        let pid = Pid::from_child(&shell);
        assert!(Processes::look().below(own).contains(&pid));
        assert!(taken_by(pid).is_some());
        shell.wait().unwrap();
        let after = Processes::look();
        assert!(!after.below(own).contains(&pid));
        assert!(
            after.taken_below(own).cpu > Duration::ZERO,
            "that of the ended child"
        );
        assert!(taken_by(own).is_some_and(|taken| taken.memory > 1 << 20));
        assert_eq!(taken_by(pid), None);
    }
}
