//! The private listener: who would be refused that an operator may not have thought of.

use super::Finding;
use crate::config::Config;
use crate::config::section::MetricsReaders;
use crate::server::machine_names;

const WHAT: &str = "control";

/// What the settings make of requests from other machines. A listener on loopback has none.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let control = &config.control;
    let mut findings = Vec::new();
    if !config.gateway.trusted_proxies.is_empty() && control.trusted_proxies.is_empty() {
        findings.push(Finding::note(
            WHAT,
            "gateway.trusted_proxies is set and control.trusted_proxies is not: behind a proxy, all clients of the \
             management APIs are one source, and one's wrong passwords lock the account for all",
            "set `control.trusted_proxies`, unless the management APIs are called without a proxy",
        ));
    }
    if control.listen.ip().is_loopback() {
        return findings;
    }
    if control.hosts.is_empty() && control.public_url.is_none() {
        findings.push(Finding::note(
            WHAT,
            format!(
                "{} is open to other machines, and is known by addresses, `localhost` and {} only: requests by another \
                 name are refused (manage.host)",
                control.listen,
                machine_names().join(", ")
            ),
            "set `control.hosts` to the names that clients use, or `control.public_url`",
        ));
    }
    if control.metrics == MetricsReaders::Loopback {
        findings.push(Finding::note(
            WHAT,
            "/metrics answers only to this machine (control.metrics is `loopback`): a scraper elsewhere is refused",
            "set `control.metrics = \"token\"` and `control.metrics_token_file` if a scraper runs elsewhere",
        ));
    }
    findings
}
