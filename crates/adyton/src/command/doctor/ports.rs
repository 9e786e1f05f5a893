//! The two addresses: free, or held by the server of this data folder.

use std::net::{SocketAddr, TcpListener};

use super::Finding;
use super::check_name::CheckName;
use crate::config::Config;
use adyton_cli::ready::Ready;
use adyton_cli::said;

/// Tries to listen, and lets go at once.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let running = Ready::of_data_folder(&config.general.data).ok().flatten();
    let pairs = [
        ("gateway.listen", config.gateway.listen),
        ("control.listen", config.control.listen),
    ];
    pairs
        .into_iter()
        .map(|(key, address)| one(key, address, running.as_ref()))
        .collect()
}

fn one(key: &str, address: SocketAddr, running: Option<&Ready>) -> Finding {
    if let Some(ready) = running {
        return Finding::fine(
            CheckName::Ports,
            said!(
                "{key}: in use by the server of this data folder (process {})",
                "{key}：正由此数据目录的服务器使用（进程 {}）",
                ready.pid
            ),
        );
    }
    match TcpListener::bind(address) {
        Ok(_) => Finding::fine(
            CheckName::Ports,
            said!("{key}: {address} is free", "{key}：{address} 可用"),
        ),
        Err(error) => Finding::wrong(
            CheckName::Ports,
            said!(
                "{key}: {address} cannot be used: {error}",
                "{key}：{address} 不可用：{error}"
            ),
            said!(
                "stop the process that uses it (`ss -ltnp` names it), or set another `{key}`",
                "请停止占用它的进程（`ss -ltnp` 会列出），或设置另一个 `{key}`"
            ),
        ),
    }
}
