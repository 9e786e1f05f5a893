//! The fence around a program: Landlock, as much of it as the kernel has.
//!
//! Landlock knows no prohibitions, only permissions. So everything is readable but what lies on the way to something hidden:
//! along that way only the siblings are allowed, and of the data folder itself nothing but the package and the temporary
//! folder. Hidden are what the server names (its data, keys and configuration, the contexts of the command line), the homes of
//! people and what else holds secrets on most machines ([`PRIVATE`]), the processes of this machine, whose environments hold
//! secrets, and the devices, which hold the disks. Writable are the temporary folder and the harmless devices.
//!
//! From Linux 6.7 on a program binds no TCP port but its own, those that the operator gives to programs, and ports that the
//! kernel chooses, so that it cannot take another program's. From Linux 6.12 on it signals only itself and what it started, and
//! connects to no abstract socket of others.
//!
//! Where the kernel has no Landlock, two things still hold, for a program of root too: the server's memory and environment
//! cannot be read, since the server forbids it ([`close_to_others`](super::close_to_others)), and the program lacks the
//! capabilities to do it all the same. All this keeps a program from what is not its own; it does not claim to hold somebody who
//! attacks the kernel.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use adyton_core::event_cause::Cause;
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use serde::{Deserialize, Serialize};

use super::Order;

/// The rights to files that are fenced: those of Linux 6.2, as far as the running kernel has them.
const RIGHTS: ABI = ABI::V3;
/// The kernels that fence ports, and those that fence signals and abstract sockets.
const PORTS: ABI = ABI::V4;
const SCOPES: ABI = ABI::V6;
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
/// Hidden from every program but for what the operator names (`runtime.readable`). What the server itself may not read is not
/// among what is hidden: the program, which is of the same user, may not either, and each name here costs it the right to list
/// the folder that it lies in and to see what is put there later.
const PRIVATE: [&str; 16] = [
    "/root",
    "/home",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/krb5.keytab",
    "/run/secrets",
    "/var/backups",
    "/var/mail",
    "/var/spool/cron",
    "/var/spool/mail",
];

/// What fences a program: nothing, or Landlock with what this kernel has of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fence {
    /// Files and folders.
    pub files: bool,
    /// TCP ports to bind.
    pub ports: bool,
    /// Signals and abstract sockets.
    pub signals: bool,
}

/// Fences this process, which has one thread, and all that it starts. Gives what the kernel does of it.
pub(super) fn raise(order: &Order) -> Result<Fence, RulesetError> {
    let all = AccessFs::from_all(RIGHTS);
    let read = AccessFs::from_read(RIGHTS);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(all)?
        .scope(Scope::from_all(SCOPES))?;
    if !order.ports.is_empty() {
        rules = rules.handle_access(AccessNet::BindTcp)?;
    }
    let mut rules = rules.create()?;
    let hidden: Vec<PathBuf> = order
        .hidden
        .iter()
        .map(|path| real(path))
        .chain(HIDDEN.map(PathBuf::from))
        .chain(private())
        .collect();
    let beside = beside(&hidden);
    let readable = beside
        .iter()
        .map(PathBuf::as_path)
        .chain(READABLE.iter().map(Path::new))
        .chain(order.readable.iter().map(PathBuf::as_path))
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
    if !order.ports.is_empty() {
        // Zero stands for the ports that the kernel chooses.
        for port in order.ports.iter().copied().chain([0]) {
            rules = rules.add_rule(NetPort::new(port, AccessNet::BindTcp))?;
        }
    }
    let status = rules.restrict_self()?;
    let files = holds(&status.ruleset);
    let known = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi,
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => ABI::Unsupported,
    };
    Ok(Fence {
        files,
        ports: files && known >= PORTS && !order.ports.is_empty(),
        signals: files && known >= SCOPES,
    })
}

/// Why the program cannot run behind the fence, though it could without: its interpreter lies in what is hidden.
pub(super) fn refuses(order: &Order) -> Option<String> {
    let open = |path: &Path| {
        let allowed = order.readable.iter().chain([&order.folder, &order.temporary]);
        allowed
            .into_iter()
            .any(|allowed| path.starts_with(allowed) || path.starts_with(real(allowed)))
    };
    let hidden = |path: &Path| {
        private()
            .find(|hidden| path.starts_with(hidden))
            .filter(|_| !open(path))
    };
    for path in programs(order) {
        // A link counts by its own name too: beside it lies what it needs (the `pyvenv.cfg` of a virtual environment).
        let seen = [path.clone(), real(&path)];
        if let Some(hidden) = seen.iter().find_map(|path| hidden(path)) {
            let cause = Cause::Hidden {
                path: &path.display().to_string(),
                folder: &hidden.display().to_string(),
            };
            return Some(cause.kept());
        }
    }
    None
}

/// The program, its interpreter, and what else of the command is an absolute path.
fn programs(order: &Order) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = order
        .command
        .iter()
        .map(PathBuf::from)
        .filter(|word| word.is_absolute())
        .collect();
    if let Some(program) = order.command.first() {
        let paths = order
            .environment
            .get("PATH")
            .map(String::as_str)
            .unwrap_or_default();
        let named = (!program.contains('/'))
            .then(|| paths.split(':').map(|folder| Path::new(folder).join(program)))
            .into_iter()
            .flatten()
            .find(|path| path.is_file());
        found.extend(named);
        found.extend(interpreter(&order.folder.join(program)));
    }
    found
}

/// What the first line of a script names.
fn interpreter(script: &Path) -> Option<PathBuf> {
    const LONGEST: u64 = 256;
    let mut line = Vec::new();
    let script = fs::File::open(script).ok()?;
    BufReader::new(script.take(LONGEST))
        .read_until(b'\n', &mut line)
        .ok()?;
    let line = String::from_utf8(line).ok()?;
    let word = line.strip_prefix("#!")?.split_whitespace().next()?;
    Some(PathBuf::from(word))
}

/// What of [`PRIVATE`] is there and could be read.
fn private() -> impl Iterator<Item = PathBuf> {
    let readable = |path: &PathBuf| rustix::fs::access(path, rustix::fs::Access::READ_OK).is_ok();
    PRIVATE.map(PathBuf::from).into_iter().filter(readable)
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
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
