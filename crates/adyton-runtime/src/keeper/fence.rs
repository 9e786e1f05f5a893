//! The fence around a program: Landlock, where the kernel has it.
//!
//! Landlock knows no prohibitions, only permissions. So everything is readable but what lies on the way to something hidden:
//! along that way only the siblings are allowed, and of the data folder itself nothing but the package and the temporary
//! folder. Hidden are what the server names (its data, keys and configuration, the profiles of the command line), the
//! processes of this machine, whose environments hold secrets, and the devices, which hold the disks. Writable are the temporary
//! folder and the harmless devices.
//!
//! Where the kernel has no Landlock, two things still hold, for a program of root too: the server's memory and environment
//! cannot be read, since the server forbids it ([`close_to_others`](super::close_to_others)) and the program lacks the
//! capability to do it all the same. All this keeps a program from what is not its own; it does not claim to hold somebody who
//! attacks the kernel.

use std::fs;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus,
};

use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};

use super::Order;

/// The rights that are fenced: those of Linux 6.2, as far as the running kernel has them.
const RIGHTS: ABI = ABI::V3;
/// What a program may write to besides its temporary folder.
const DEVICES: [&str; 6] = [
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/tty",
    "/dev/shm",
    "/dev/ptmx",
];

/// What a program may read besides, of folders that are hidden: what machines tell of themselves, where chance comes from, and
/// what the kernel tells the program of itself. `/proc/self` is that of the process that raises the fence, which becomes the
/// program (`start.rs`). No rule can name processes that are still to come, so the children of a program do not see their own.
const READABLE: [&str; 13] = [
    "/dev/pts",
    "/dev/random",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/filesystems",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/self",
    "/proc/stat",
    "/proc/sys",
    "/proc/uptime",
    "/proc/version",
    "/proc/vmstat",
];
/// Hidden from every program, whatever the server names.
const HIDDEN: [&str; 2] = ["/proc", "/dev"];
/// What root could do to read other processes, or memory and disks past all permissions. `PERFMON` and `SYS_ADMIN` are among
/// them because the kernel shows the environment and the memory map of any process to who has one of them, without asking
/// Landlock or looking whether the process may be dumped.
const CAPABILITIES: [CapabilitySet; 6] = [
    CapabilitySet::SYS_PTRACE,
    CapabilitySet::SYS_ADMIN,
    CapabilitySet::SYS_RAWIO,
    CapabilitySet::SYS_MODULE,
    CapabilitySet::PERFMON,
    CapabilitySet::BPF,
];

/// Takes from this process, and from all that it starts, what only root has.
pub(super) fn drop_capabilities() {
    for capability in CAPABILITIES {
        // Who has none of it, or whose kernel does not know it, has nothing to lose.
        let _ = remove_capability_from_bounding_set(capability);
    }
}

/// Fences this process, which has one thread, and all that it starts. Gives whether the kernel does it.
pub(super) fn raise(order: &Order) -> Result<bool, RulesetError> {
    let all = AccessFs::from_all(RIGHTS);
    let read = AccessFs::from_read(RIGHTS);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .create()?;
    let hidden: Vec<PathBuf> = order
        .hidden
        .iter()
        .map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
        .chain(HIDDEN.map(PathBuf::from))
        .collect();
    let readable = beside(&hidden);
    let readable = readable
        .iter()
        .map(PathBuf::as_path)
        .chain(READABLE.iter().map(Path::new))
        .chain([order.folder.as_path()])
        .map(|path| (path, read));
    let writable = DEVICES
        .iter()
        .map(Path::new)
        .chain([order.temporary.as_path()])
        .map(|path| (path, all));
    for (path, access) in readable.chain(writable) {
        // What is not there, or not open to us, needs no permission.
        let Ok(open) = PathFd::new(path) else { continue };
        let access = if path.is_dir() {
            access
        } else {
            access & AccessFs::from_file(RIGHTS)
        };
        rules = rules.add_rule(PathBeneath::new(open, access))?;
    }
    Ok(holds(&rules.restrict_self()?.ruleset))
}

/// Whether there is a fence. One of an older kernel, which knows not all rights, is one too; without any the program runs all
/// the same, and its log says that it is not fenced.
fn holds(status: &RulesetStatus) -> bool {
    match status {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => true,
        RulesetStatus::NotEnforced => false,
    }
}

/// Everything but the ways to what is hidden, and what is in it. What is hidden need not be there yet.
fn beside(hidden: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("/")];
    while let Some(way) = open.pop() {
        if hidden.contains(&way) {
            continue;
        }
        if !hidden.iter().any(|path| path.starts_with(&way)) {
            found.push(way);
            continue;
        }
        let entries = fs::read_dir(&way).into_iter().flatten().flatten();
        // A permission for a link would be one for what it points to, and that may be hidden; what is not is allowed by
        // its own name.
        open.extend(
            entries
                .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
                .map(|entry| entry.path()),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_kernel_without_landlock_has_no_fence_and_an_old_one_has_one() {
        assert!(holds(&RulesetStatus::FullyEnforced));
        assert!(holds(&RulesetStatus::PartiallyEnforced));
        assert!(!holds(&RulesetStatus::NotEnforced));
    }

    #[test]
    fn the_ways_to_what_is_hidden_are_left_out() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        for folder in ["data/inner", "sibling", "home/config/other"] {
            fs::create_dir_all(top.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(&top, top.join("link")).unwrap();
        let hidden = [
            top.join("data"),
            top.join("home/config/adyton"),
            top.join("nowhere/yet"),
        ];
        let allowed = beside(&hidden);
        for path in ["sibling", "home/config/other"] {
            assert!(allowed.contains(&top.join(path)), "{path}");
        }
        for path in [
            "data/inner",
            "home/config/adyton/config.toml",
            "nowhere/yet",
            "link",
        ] {
            let path = top.join(path);
            assert!(
                !allowed.iter().any(|allowed| path.starts_with(allowed)),
                "{path:?}"
            );
        }
    }
}
