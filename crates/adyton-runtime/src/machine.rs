//! How much memory this machine, or the container around the server, has, and how much of it processes take.

use std::fs;

use rustix::process::Pid;

/// What is assumed where nothing can be read, in bytes.
const UNKNOWN: u64 = 4 << 30;

/// The memory in bytes: that of the machine, or the limit of the control group where that is less.
pub(crate) fn memory() -> u64 {
    let whole = fs::read_to_string("/proc/meminfo")
        .ok()
        .and_then(|text| total(&text));
    let group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let own = group.lines().find_map(|line| line.strip_prefix("0::/"));
    let limits = [
        own.map(|own| format!("/sys/fs/cgroup/{own}/memory.max")),
        Some("/sys/fs/cgroup/memory.max".to_owned()),
        Some("/sys/fs/cgroup/memory/memory.limit_in_bytes".to_owned()),
    ];
    let limits = limits
        .into_iter()
        .flatten()
        .filter_map(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
    limits.chain(whole).min().unwrap_or(UNKNOWN)
}

/// The memory of this process that is in use now, in bytes.
pub(crate) fn resident() -> u64 {
    of_this_process("VmRSS:")
}

/// The memory of a process that is in use now, in bytes; none of one that has ended.
pub(crate) fn resident_of(process: Pid) -> u64 {
    of_status(&format!("/proc/{}/status", process.as_raw_nonzero()), "VmRSS:")
}

/// The memory of this process that counts against a limit of its data, in bytes.
pub(crate) fn taken() -> u64 {
    of_this_process("VmData:")
}

fn of_this_process(name: &str) -> u64 {
    of_status("/proc/self/status", name)
}

/// A line of what the kernel tells of a process, in bytes. Its own name, of whatever bytes, stands there too.
fn of_status(path: &str, name: &str) -> u64 {
    let status = fs::read(path).unwrap_or_default();
    kibibytes(&String::from_utf8_lossy(&status), name).unwrap_or_default()
}

/// `MemTotal` of `/proc/meminfo`.
fn total(meminfo: &str) -> Option<u64> {
    kibibytes(meminfo, "MemTotal:")
}

fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_read_in_kibibytes() {
        assert_eq!(
            total("MemTotal:       2048 kB\nMemFree:        1 kB\n"),
            Some(2 << 20)
        );
        assert_eq!(total("nothing"), None);
        assert!(memory() > 64 << 20);
        assert!((1 << 20..taken() + memory()).contains(&resident()));
    }
}
