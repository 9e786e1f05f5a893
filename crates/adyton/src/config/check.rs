//! What must hold of settings that can be read: values that need each other, and bounds.

use adyton_gateway::journal::JournalSettings;

use super::Config;
use super::merge::Merged;
use super::problem::Problems;
use super::section::MetricsReaders;
use super::value::{ByteSize, DatabaseUrl};
use adyton_cli::said;

/// The most gateway cores: their number is one byte of every request id.
const THREADS_MAX: u32 = 256;
/// The largest body limit: bodies of signed requests are kept in memory.
const BODY_MAX: ByteSize = ByteSize(1 << 30);
/// The largest limit of a request head: what the HTTP parser is told to hold.
const HEAD_MAX: ByteSize = ByteSize(1 << 20);

/// Adds every breach to the problems.
pub(super) fn check(config: &Config, merged: &Merged, problems: &mut Problems) {
    let mut report = Report { merged, problems };
    listeners(config, &mut report);
    companions(config, &mut report);
    counts(config, &mut report);
    journal(config, &mut report);
    limits(config, &mut report);
}

/// Where breaches are written down, each with the place where its setting was set.
struct Report<'a> {
    merged: &'a Merged,
    problems: &'a mut Problems,
}

impl Report<'_> {
    fn wrong(&mut self, key: &str, message: String, hint: String) {
        self.problems.add(self.merged.origin(key), message, Some(hint));
    }
}

fn listeners(config: &Config, report: &mut Report<'_>) {
    let (gateway, control) = (config.gateway.listen, config.control.listen);
    if gateway == control && gateway.port() != 0 {
        report.wrong(
            "control.listen",
            said!(
                "`control.listen` and `gateway.listen` are both {control}",
                "`control.listen` 和 `gateway.listen` 都是 {control}"
            ),
            said!(
                "give the private listener another port",
                "请为内部监听地址指定另一个端口"
            ),
        );
    }
}

/// Settings that need another one.
fn companions(config: &Config, report: &mut Report<'_>) {
    let is_shared = matches!(config.general.database_url, DatabaseUrl::Postgres(_));
    if is_shared && config.general.master_key_file.is_none() {
        report.wrong(
            "database_url",
            said!(
                "`database_url` names PostgreSQL, and `master_key_file` is not set",
                "`database_url` 指定了 PostgreSQL，但未设置 `master_key_file`"
            ),
            said!(
                "set `master_key_file` to a file that all nodes share: it seals the secrets in the database",
                "请将 `master_key_file` 设为所有节点共用的文件：数据库中的密钥由它加密"
            ),
        );
    }
    if config.control.metrics == MetricsReaders::Token && config.control.metrics_token_file.is_none() {
        report.wrong(
            "control.metrics",
            said!(
                "`control.metrics` is `token`, and `control.metrics_token_file` is not set",
                "`control.metrics` 为 `token`，但未设置 `control.metrics_token_file`"
            ),
            said!(
                "set `control.metrics_token_file` to a file that holds the token",
                "请将 `control.metrics_token_file` 设为存放令牌的文件"
            ),
        );
    }
}

fn counts(config: &Config, report: &mut Report<'_>) {
    if config.control.sign_ins == 0 {
        report.wrong(
            "control.sign_ins",
            said!(
                "`control.sign_ins` is 0: nobody could sign in",
                "`control.sign_ins` 为 0：没有人能登录"
            ),
            said!(
                "write 1 or more; the default is 256",
                "请写 1 或更大的数；默认为 256"
            ),
        );
    }
    let threads = config.gateway.threads;
    if threads > THREADS_MAX {
        report.wrong(
            "gateway.threads",
            said!("`gateway.threads` is {threads}", "`gateway.threads` 为 {threads}"),
            said!(
                "write 0 (one for every core) to {THREADS_MAX}",
                "请写 0（每个核一个）到 {THREADS_MAX}"
            ),
        );
    }
}

fn journal(config: &Config, report: &mut Report<'_>) {
    let least = ByteSize(JournalSettings::KEEP_BYTES_MIN);
    for (key, size) in [
        ("journal.keep_bytes", config.journal.keep_bytes),
        ("journal.strangers_bytes", config.journal.strangers_bytes),
    ] {
        if size < least {
            let hint = said!("write {least} or more", "请写 {least} 或更大");
            report.wrong(key, said!("`{key}` is {size}", "`{key}` 为 {size}"), hint);
        }
    }
    let percent = config.journal.keep_free_percent;
    if percent > 100 {
        let key = "journal.keep_free_percent";
        report.wrong(
            key,
            said!("`{key}` is {percent}", "`{key}` 为 {percent}"),
            said!("write 0 to 100", "请写 0 到 100"),
        );
    }
}

fn limits(config: &Config, report: &mut Report<'_>) {
    let limits = &config.limits;
    for (key, size, most) in [
        ("limits.address_body", limits.address_body, BODY_MAX),
        ("limits.prediction_tab_body", limits.prediction_tab_body, BODY_MAX),
        ("limits.header", limits.header, HEAD_MAX),
        ("limits.headers", limits.headers, HEAD_MAX),
        ("limits.uri", limits.uri, HEAD_MAX),
    ] {
        if size > most || size.0 == 0 {
            let hint = said!("write a size from 1 to {most}", "请写 1 到 {most} 之间的大小");
            report.wrong(key, said!("`{key}` is {size}", "`{key}` 为 {size}"), hint);
        }
    }
}
