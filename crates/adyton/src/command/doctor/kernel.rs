//! What the machine gives: the fence for programs of models, open files, cores.

use landlock::{ABI, Access, AccessFs, CompatLevel, Compatible, Ruleset, RulesetAttr};

use super::Finding;

/// Fewer open files than this are too few for a gateway.
const OPEN_FILES: u64 = 4096;

/// Landlock, open files, cores.
pub(super) fn check() -> Vec<Finding> {
    vec![landlock(), open_files(), cores()]
}

/// Asks the kernel for a fence, and does not step behind it.
fn landlock() -> Finding {
    let fence = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(|fence| fence.create());
    match fence {
        Ok(_) => Finding::fine("kernel", "Landlock fences the programs of models"),
        Err(_) => Finding::note(
            "kernel",
            "there is no Landlock: programs of models can read what the server's user can",
            "use Linux 5.13 or newer with `landlock` in `lsm=`, or set `runtime.run_code` to false",
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
