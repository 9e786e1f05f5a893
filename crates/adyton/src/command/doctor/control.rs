//! The private listener: who would be refused that an operator may not have thought of.

use super::Finding;
use super::check_name::CheckName;
use crate::config::Config;
use crate::config::section::MetricsReaders;
use crate::server::machine_names;
use adyton_cli::said;

const WHAT: CheckName = CheckName::Control;

/// What the settings make of requests from other machines. A listener on loopback has none.
pub(super) fn check(config: &Config) -> Vec<Finding> {
    let control = &config.control;
    let mut findings = Vec::new();
    if !config.gateway.trusted_proxies.is_empty() && control.trusted_proxies.is_empty() {
        findings.push(Finding::note(
            WHAT,
            said!("gateway.trusted_proxies is set and control.trusted_proxies is not: behind a proxy, all clients of the \
             management APIs are one source, and one's wrong passwords lock the account for all", "设置了 gateway.trusted_proxies，但未设置 control.trusted_proxies：在代理之后，管理 API 的所有客户端被视为\
             同一来源，一个客户端输错密码会使该用户对所有人锁定"),
            said!("set `control.trusted_proxies`, unless the management APIs are called without a proxy", "请设置 `control.trusted_proxies`，除非管理 API 不经代理调用"),
        ));
    }
    if control.listen.ip().is_loopback() {
        return findings;
    }
    if control.hosts.is_empty() && control.public_url.is_none() {
        findings.push(Finding::note(
            WHAT,
            said!(
                "{} is open to other machines, and is known by addresses, `localhost` and {} only: requests by another \
                 name are refused (manage.host)", "{} 对其他机器开放，但只认地址、`localhost` 和 {}：以其他名称发来的请求会被拒绝（manage.host）",
                control.listen,
                machine_names().join(", ")
            ),
            said!("set `control.hosts` to the names that clients use, or `control.public_url`", "请将 `control.hosts` 设为客户端使用的名称，或设置 `control.public_url`"),
        ));
    }
    if control.metrics == MetricsReaders::Loopback {
        findings.push(Finding::note(
            WHAT,
            said!("/metrics answers only to this machine (control.metrics is `loopback`): a scraper elsewhere is refused", "/metrics 只响应本机的请求（control.metrics 为 `loopback`）：其他机器上的采集程序会被拒绝"),
            said!("set `control.metrics = \"token\"` and `control.metrics_token_file` if a scraper runs elsewhere", "如果采集程序在其他机器上，请设置 `control.metrics = \"token\"` 和 `control.metrics_token_file`"),
        ));
    }
    findings
}
