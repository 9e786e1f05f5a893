//! The two addresses: free, or held by the server of this data folder.

use std::net::{SocketAddr, TcpListener};

use super::Finding;
use crate::config::Config;
use adyton_cli::ready::Ready;

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
            "ports",
            format!(
                "{key}: in use by the server of this data folder (process {})",
                ready.pid
            ),
        );
    }
    match TcpListener::bind(address) {
        Ok(_) => Finding::fine("ports", format!("{key}: {address} is free")),
        Err(error) => Finding::wrong(
            "ports",
            format!("{key}: {address} cannot be used: {error}"),
            format!("stop the process that uses it (`ss -ltnp` names it), or set another `{key}`"),
        ),
    }
}
