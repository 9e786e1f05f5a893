//! The server's own log: tracing to standard error, for people or as JSON. No secret has a way in: they have no `Debug`.

use std::io::IsTerminal as _;

use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

use crate::config::section::{Log, LogFormat};
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Changes the level while the server runs.
#[derive(Clone)]
pub(crate) struct Level(reload::Handle<EnvFilter, Registry>);

/// Starts the log.
///
/// # Errors
/// The log was started before.
pub(crate) fn start(settings: &Log) -> Outcome<Level> {
    let (filter, handle) = reload::Layer::new(filter(settings));
    let registry = tracing_subscriber::registry().with(filter);
    let started = match settings.format {
        LogFormat::Json => registry
            .with(
                fmt::layer()
                    .json()
                    .flatten_event(true)
                    .with_writer(std::io::stderr),
            )
            .try_init(),
        LogFormat::Human => {
            let layer = fmt::layer()
                .with_target(false)
                .with_ansi(std::io::stderr().is_terminal());
            registry.with(layer.with_writer(std::io::stderr)).try_init()
        }
    };
    started.map_err(|error| {
        Failure::failed(said!(
            "the log cannot be started: {error}",
            "无法启动日志：{error}"
        ))
    })?;
    Ok(Level(handle))
}

impl Level {
    /// Logs as much as these settings say from now on.
    pub(crate) fn set(&self, settings: &Log) {
        if let Err(error) = self.0.reload(filter(settings)) {
            tracing::warn!(%error, "the level of the log could not be changed");
        }
    }
}

/// The text was checked with the configuration.
fn filter(settings: &Log) -> EnvFilter {
    EnvFilter::new(&settings.filter.0)
}
