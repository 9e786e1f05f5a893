//! The fence around a process in a sandbox, where the kernel has Landlock: it reads the package, the runtime's library and what libraries of
//! the system need; it writes nothing, opens no TCP connection, and from Linux 6.12 on it signals nobody but itself and connects to no
//! abstract socket.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, Scope,
};

/// The rights that are fenced, as far as the running kernel has them.
const RIGHTS: ABI = ABI::V4;
/// The kernels that fence signals and abstract sockets.
const SCOPES: ABI = ABI::V6;
/// What may be read besides.
const READABLE: [&str; 12] = [
    "/usr",
    "/lib",
    "/lib64",
    "/lib32",
    "/nix/store",
    "/etc/ld.so.cache",
    "/proc/cpuinfo",
    "/proc/self",
    "/proc/meminfo",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/dev/urandom",
];

/// Fences this process, which has one thread yet. A kernel without Landlock fences nothing.
pub(super) fn raise(folder: &Path, library: Option<&Path>) -> Result<(), RulesetError> {
    let read = AccessFs::from_read(RIGHTS);
    let mut rules = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(RIGHTS))?
        .handle_access(AccessNet::from_all(RIGHTS))?
        .scope(Scope::from_all(SCOPES))?
        .create()?;
    // Beside the library lie those that it loads itself.
    let beside = library.and_then(Path::parent);
    for path in READABLE.iter().map(Path::new).chain([folder]).chain(beside) {
        // What is not there needs no permission.
        let Ok(open) = PathFd::new(path) else { continue };
        let access = if path.is_dir() {
            read
        } else {
            read & AccessFs::from_file(RIGHTS)
        };
        rules = rules.add_rule(PathBeneath::new(open, access))?;
    }
    rules.restrict_self().map(drop)
}
