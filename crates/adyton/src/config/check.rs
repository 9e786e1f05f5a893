//! What must hold of settings that can be read: values that need each other, and bounds.

use adyton_gateway::journal::JournalSettings;

use super::Config;
use super::merge::Merged;
use super::problem::Problems;
use super::section::MetricsReaders;
use super::value::{ByteSize, DatabaseUrl};

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
    fn wrong(&mut self, key: &str, message: String, hint: &str) {
        self.problems
            .add(self.merged.origin(key), message, Some(hint.to_owned()));
    }
}

fn listeners(config: &Config, report: &mut Report<'_>) {
    let (gateway, control) = (config.gateway.listen, config.control.listen);
    if gateway == control && gateway.port() != 0 {
        report.wrong(
            "control.listen",
            format!("`control.listen` and `gateway.listen` are both {control}"),
            "give the private listener another port",
        );
    }
}

/// Settings that need another one.
fn companions(config: &Config, report: &mut Report<'_>) {
    let is_shared = matches!(config.general.database_url, DatabaseUrl::Postgres(_));
    if is_shared && config.general.master_key_file.is_none() {
        report.wrong(
            "database_url",
            "`database_url` names PostgreSQL, and `master_key_file` is not set".to_owned(),
            "set `master_key_file` to a file that all nodes share: it seals the secrets in the database",
        );
    }
    if config.control.metrics == MetricsReaders::Token && config.control.metrics_token_file.is_none() {
        report.wrong(
            "control.metrics",
            "`control.metrics` is `token`, and `control.metrics_token_file` is not set".to_owned(),
            "set `control.metrics_token_file` to a file that holds the token",
        );
    }
}

fn counts(config: &Config, report: &mut Report<'_>) {
    if config.control.sign_ins == 0 {
        report.wrong(
            "control.sign_ins",
            "`control.sign_ins` is 0: nobody could sign in".to_owned(),
            "write 1 or more; the default is 256",
        );
    }
    let threads = config.gateway.threads;
    if threads > THREADS_MAX {
        report.wrong(
            "gateway.threads",
            format!("`gateway.threads` is {threads}"),
            &format!("write 0 (one for every core) to {THREADS_MAX}"),
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
            let hint = format!("write {least} or more");
            report.wrong(key, format!("`{key}` is {size}"), &hint);
        }
    }
    let percent = config.journal.keep_free_percent;
    if percent > 100 {
        let key = "journal.keep_free_percent";
        report.wrong(key, format!("`{key}` is {percent}"), "write 0 to 100");
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
            let hint = format!("write a size from 1 to {most}");
            report.wrong(key, format!("`{key}` is {size}"), &hint);
        }
    }
}
