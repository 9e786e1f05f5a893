//! SIGHUP: reads the configuration again, applies what can be applied, and says what needs a restart.

use std::sync::Arc;

use adyton_cli::failure::Outcome;
use adyton_cli::language::in_english;
use adyton_control::{ControlSettings, Reloading};
use adyton_gateway::Gateway;

use super::logs::Level;
use super::parts;
use crate::config::section::settings;
use crate::config::setting::Applies;
use crate::config::{Config, Loaded, Sources, load};

/// The configuration that holds now.
pub(super) struct Reload {
    loaded: Loaded,
    sources: Sources,
    level: Level,
    gateway: Arc<Gateway>,
    control: Reloading,
}

impl Reload {
    /// Starts with what was loaded.
    pub(super) fn new(
        loaded: Loaded,
        sources: Sources,
        level: Level,
        gateway: Arc<Gateway>,
        control: Reloading,
    ) -> Self {
        Self {
            loaded,
            sources,
            level,
            gateway,
            control,
        }
    }

    /// Reads everything again. A configuration with problems changes nothing. Logs are English, so what is wrong is told in English.
    pub(super) fn run(&mut self) {
        in_english(|| self.read_again());
    }

    fn read_again(&mut self) {
        let new = match load(&self.sources) {
            Ok(new) => new,
            Err(problems) => {
                for problem in problems.iter() {
                    tracing::error!(origin = %problem.origin, "{}", problem.message);
                }
                return refused();
            }
        };
        // The number of connections counts only after a restart: what is handed on here is not looked at.
        let connections = parts::connections(&new.config);
        let gateway = match parts::gateway(&new.config, connections) {
            Ok(gateway) => gateway,
            Err(failure) => {
                tracing::error!("{failure}");
                return refused();
            }
        };
        let changed: Vec<_> = settings()
            .filter(|setting| new.merged.raw(setting.name) != self.loaded.merged.raw(setting.name))
            .collect();
        for setting in changed.iter().filter(|setting| setting.applies == Applies::Start) {
            tracing::warn!(setting = setting.name, "changed; takes effect after a restart");
        }
        let control = match self.control(new.config.clone()) {
            Ok(control) => control,
            Err(failure) => {
                tracing::error!("{failure}");
                return refused();
            }
        };
        if changed.iter().any(|setting| setting.name == "log.filter") {
            self.level.set(&new.config.log);
        }
        self.gateway.reload(&gateway);
        self.control.reload(&control);
        let applied = changed
            .iter()
            .filter(|setting| setting.applies == Applies::Reload)
            .count();
        tracing::info!(changed = changed.len(), applied, "configuration reloaded");
        // What needs a restart is told again at the next reload: the old values still hold.
        self.loaded.config.log = new.config.log.clone();
        self.loaded.merged = self
            .loaded
            .merged
            .with_applied(&settings().collect::<Vec<_>>(), &new.merged);
    }

    /// What the control plane takes of a configuration; reads the token of the metrics again. Its file is the one of the start, which
    /// is kept from the programs of models.
    fn control(&self, mut config: Config) -> Outcome<ControlSettings> {
        let start = &self.loaded.config;
        config.control.metrics_token_file = start.control.metrics_token_file.clone();
        let connections = parts::connections(&config);
        // What stands for the gateway's address and the data folder is not taken over.
        parts::control(&config, "", &start.general.data, connections)
    }
}

/// Nothing of what was read is applied.
fn refused() {
    tracing::error!("reload failed; keeping the current configuration");
}
