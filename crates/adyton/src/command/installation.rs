//! The installation that a verb works on without its server: its configuration, its data folder, its database.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_store::DataFolder;
use clap::Args;

use super::config::Flags;
use crate::config::Config;
use crate::server::could_not_open;
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
