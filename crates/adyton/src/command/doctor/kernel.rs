//! What the machine gives: the fence for programs of models, open files, cores.

use adyton_listener::files::Connections;
use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};

use super::Finding;
use crate::config::Config;

/// Landlock, open files, cores.
pub(super) fn check(config: Option<&Config>) -> Vec<Finding> {
    let mut findings = vec![landlock(), cores()];
    findings.extend(config.map(open_files));
    findings
}

/// Asks the kernel for a fence, and does not step behind it.
fn landlock() -> Finding {
    let strict = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let files = strict().handle_access(AccessFs::from_all(ABI::V1));
    if files.and_then(Ruleset::create).is_err() {
        return Finding::note(
            "kernel",
            "Landlock is not available: programs of models can read whatever the server's user can read",
            "use Linux 5.13 or newer with `landlock` in `lsm=`, or set `runtime.run_code` to false",
        );
    }
    let ports = strict()
        .handle_access(AccessNet::BindTcp)
        .and_then(Ruleset::create);
    let signals = strict().scope(Scope::Signal).and_then(Ruleset::create);
    match (ports, signals) {
        (Ok(_), Ok(_)) => Finding::fine(
            "kernel",
            "Landlock fences the programs of models: files, ports, signals",
        ),
        (ports, _) => Finding::note(
            "kernel",
            match ports {
                Ok(_) => {
                    "Landlock fences files and ports of the programs of models, not their signals: they can end the server"
                }
                Err(_) => {
                    "Landlock fences files of the programs of models, not ports and signals: they can end the server and take \
                     each other's ports"
                }
            },
            "use Linux 6.12 or newer if people whom you do not trust run models",
        ),
    }
}

/// Whether the connections that are wanted fit into the hard limit: the server raises the soft one by itself.
fn open_files(config: &Config) -> Finding {
    let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    let needed = Connections {
        gateway: count(config.gateway.max_connections),
        control: count(config.control.max_connections),
    }
    .needed();
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    match limit {
        Some(limit) if limit < needed => Finding::note(
            "open files",
            format!("{limit} may be open at once; the connections of both listeners need {needed}"),
            format!(
                "raise the hard limit to {needed} (`ulimit -Hn`, or LimitNOFILE= of the unit), or lower `gateway.max_connections`"
            ),
        ),
        Some(limit) => Finding::fine("open files", format!("{limit} may be open at once")),
        None => Finding::fine("open files", "no limit"),
    }
}

fn cores() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Finding::fine("cores", format!("{cores}"))
}
