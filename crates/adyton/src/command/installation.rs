//! The installation that a verb works on without its server: its configuration, its data folder, its database, and
//! its audit trail, which tells of what the verb did.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_core::audit::AuditRecord;
use adyton_store::{DataFolder, outside_audit};
use clap::Args;

use super::config::Flags;
use crate::config::Config;
use crate::offline_acts;
use crate::server::{could_not_open, store_settings};
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Where it is.
#[derive(Args, Clone, Default)]
pub(crate) struct Installation {
    /// The server's configuration, TOML [default: adyton.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The data folder [default: adyton-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<String>,
}

impl Installation {
    /// Its checked configuration.
    pub(crate) fn load(self, context: &Context) -> Outcome<Config> {
        let flags = Flags {
            config: self.config,
            data: self.data,
            ..Flags::default()
        };
        Ok(flags.load(context)?.config)
    }
}

/// The data folder, held so that no server starts on it meanwhile. It must be there.
pub(crate) fn hold(config: &Config) -> Outcome<Arc<DataFolder>> {
    let data = &config.general.data;
    if !data.is_dir() {
        return Err(Failure::wrong_use(said!(
            "{}: there is no such data folder",
            "{}：没有此数据目录",
            data.display()
        ))
        .hint(said!(
            "name the server's data folder with --data, or its configuration with --config",
            "请用 --data 指定服务器的数据目录，或用 --config 指定其配置"
        )));
    }
    DataFolder::open(data)
        .map(Arc::new)
        .map_err(|error| could_not_open(&error))
}

/// Runs what waits for a database.
pub(crate) fn wait<T>(work: impl Future<Output = Outcome<T>>) -> Outcome<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(said!("no threads: {error}", "无法创建线程：{error}")))?;
    runtime.block_on(work)
}

/// Writes a record into the audit trail of an installation, whoever runs on it. The act is done whatever becomes of it: that it could
/// not be written is said.
pub(crate) fn keep(config: &Config, record: &AuditRecord, context: &Context) {
    let settings = store_settings(config);
    let kept = wait(async {
        let kept = outside_audit::record(&config.general.data, &settings, record).await;
        kept.map_err(|error| Failure::failed(error.to_string()))
    });
    if let Err(failure) = kept {
        let error = failure.message();
        context.terminal.note(said!(
            "The record of this could not be written into the audit trail: {error}",
            "此操作的审计记录无法写入：{error}"
        ));
    }
}

/// Keeps the record of an act that was refused, and gives its outcome on.
pub(crate) fn kept_if_refused<T>(
    outcome: Outcome<T>,
    config: &Config,
    context: &Context,
    intended: impl FnOnce() -> AuditRecord,
) -> Outcome<T> {
    if let Err(failure) = &outcome {
        keep(
            config,
            &offline_acts::refused(intended(), failure.message()),
            context,
        );
    }
    outcome
}
