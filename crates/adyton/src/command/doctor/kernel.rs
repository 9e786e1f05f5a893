//! What the machine gives: the fence for programs of models, open files, cores.

use adyton_listener::files::Connections;
use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, Scope};

use super::Finding;
use super::check_name::CheckName;
use crate::config::Config;
use adyton_cli::said;

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
            CheckName::Kernel,
            said!(
                "Landlock is not available: programs of models can read whatever the server's user can read",
                "Landlock 不可用：模型的程序可以读取服务器用户能读取的一切"
            ),
            said!(
                "use Linux 5.13 or newer with `landlock` in `lsm=`, or set `runtime.run_code` to false",
                "请使用 Linux 5.13 或更高版本，并在 `lsm=` 中加入 `landlock`，或将 `runtime.run_code` 设为 false"
            ),
        );
    }
    let ports = strict()
        .handle_access(AccessNet::BindTcp)
        .and_then(Ruleset::create);
    let signals = strict().scope(Scope::Signal).and_then(Ruleset::create);
    match (ports, signals) {
        (Ok(_), Ok(_)) => Finding::fine(
            CheckName::Kernel,
            said!(
                "Landlock fences the programs of models: files, ports, signals",
                "Landlock 已隔离模型的程序：文件、端口、信号"
            ),
        ),
        (ports, _) => Finding::note(
            CheckName::Kernel,
            match ports {
                Ok(_) => {
                    said!(
                        "Landlock fences files and ports of the programs of models, not their signals: they can end the server",
                        "Landlock 隔离了模型程序的文件和端口，但未隔离信号：它们可以终止服务器"
                    )
                }
                Err(_) => {
                    said!(
                        "Landlock fences files of the programs of models, not ports and signals: they can end the server and take \
                     each other's ports",
                        "Landlock 隔离了模型程序的文件，但未隔离端口和信号：它们可以终止服务器，并占用\
                     彼此的端口"
                    )
                }
            },
            said!(
                "use Linux 6.12 or newer if people whom you do not trust run models",
                "如果运行模型的人不可信，请使用 Linux 6.12 或更高版本"
            ),
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
            CheckName::OpenFiles,
            said!(
                "{limit} may be open at once; the connections of both listeners need {needed}",
                "最多可同时打开 {limit} 个；两个监听端口的连接需要 {needed} 个"
            ),
            said!(
                "raise the hard limit to {needed} (`ulimit -Hn`, or LimitNOFILE= of the unit), or lower `gateway.max_connections`",
                "请将硬限制提高到 {needed}（`ulimit -Hn`，或 unit 的 LimitNOFILE=），或调低 `gateway.max_connections`"
            ),
        ),
        Some(limit) => Finding::fine(
            CheckName::OpenFiles,
            said!("{limit} may be open at once", "最多可同时打开 {limit} 个"),
        ),
        None => Finding::fine(CheckName::OpenFiles, said!("no limit", "无限制")),
    }
}

fn cores() -> Finding {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Finding::fine(CheckName::Cores, format!("{cores}"))
}
