//! What the machine gives: the fence for programs of models, open files, cores.

use super::Finding;

/// Fewer open files than this are too few for a gateway.
const OPEN_FILES: u64 = 4096;

/// Landlock, open files, cores.
pub(super) fn check() -> Vec<Finding> {
    vec![landlock(), open_files(), cores()]
}

/// The list of active security modules; a kernel without `securityfs` does not say.
fn landlock() -> Finding {
    match std::fs::read_to_string("/sys/kernel/security/lsm") {
        Ok(modules) if modules.split(',').any(|module| module.trim() == "landlock") => {
            Finding::fine("kernel", "Landlock fences the programs of models")
        }
        Ok(_) => Finding::note(
            "kernel",
            "Landlock is not active: programs of models can read what the server's user can",
            "add `landlock` to the kernel's `lsm=`, or set `runtime.run_code` to false",
        ),
        Err(_) => Finding::fine(
            "kernel",
            "the system does not say whether Landlock is active; the server uses it where it is",
        ),
    }
}

fn open_files() -> Finding {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    match limit {
        Some(limit) if limit < OPEN_FILES => Finding::note(
            "open files",
            format!("{limit} may be open at once"),
            format!("raise the limit to {OPEN_FILES} or more (`ulimit -n`, or LimitNOFILE= of the unit)"),
        ),
        Some(limit) => Finding::fine("open files", format!("{limit} may be open at once")),
        None => Finding::fine("open files", "no limit"),
    }
}

fn cores() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Finding::fine("cores", format!("{cores}"))
}
