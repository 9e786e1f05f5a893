//! SIGHUP: reads the configuration again, applies what can be applied, and says what needs a restart.

use std::path::PathBuf;
use std::sync::Arc;

use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::language::in_english;
use adyton_control::{ControlSettings, Reloading};
use adyton_core::audit::{AuditRecord, FieldChange, bounded};
use adyton_core::clock::Clock;
use adyton_core::record::CallerSeen;
use adyton_gateway::Gateway;
use adyton_store::audit_writer::AuditWriter;

use super::logs::Level;
use super::parts;
use crate::config::merge::Merged;
use crate::config::problem::Problem;
use crate::config::section::settings;
use crate::config::setting::{Applies, Setting};
use crate::config::{Config, Loaded, Sources, load};
use crate::offline_acts;

/// The configuration that holds now.
pub(super) struct Reload {
    loaded: Loaded,
    sources: Sources,
    level: Level,
    gateway: Arc<Gateway>,
    control: Reloading,
    trail: Trail,
}

/// Where a reload is told.
pub(super) struct Trail {
    pub(super) audit: AuditWriter,
    pub(super) data: PathBuf,
    pub(super) clock: Clock,
}

impl Trail {
    /// The record of a reload. A signal does not say who sent it.
    fn record(&self, changes: Vec<FieldChange>) -> AuditRecord {
        let thing = offline_acts::installation(&self.data);
        AuditRecord {
            caller: Some(CallerSeen {
                way: "signal".to_owned(),
                id: "SIGHUP".to_owned(),
                name: "SIGHUP".to_owned(),
            }),
            ..offline_acts::record("reload", thing, changes, &self.clock)
        }
    }
}

impl Reload {
    /// Starts with what was loaded.
    pub(super) fn new(
        loaded: Loaded,
        sources: Sources,
        level: Level,
        gateway: Arc<Gateway>,
        control: Reloading,
        trail: Trail,
    ) -> Self {
        Self {
            loaded,
            sources,
            level,
            gateway,
            control,
            trail,
        }
    }

    /// Reads everything again; says what became of it. A configuration with problems changes nothing. Logs are English, so what is
    /// wrong is told in English.
    pub(super) fn run(&mut self) -> String {
        let (record, became) = match in_english(|| self.read_again()) {
            Ok((changes, waiting)) => {
                let mut became = format!("configuration reloaded, changes applied: {}", changes.len());
                if !waiting.is_empty() {
                    became = format!("{became}, to be applied by a restart: {}", waiting.join(", "));
                }
                (self.trail.record(changes), became)
            }
            Err(problems) => {
                for problem in &problems {
                    tracing::error!("{problem}");
                }
                tracing::error!("reload failed; keeping the current configuration");
                let problems = problems.join("; ");
                let became = format!("reload failed, the former configuration is kept: {problems}");
                (
                    offline_acts::refused(self.trail.record(Vec::new()), &problems),
                    became,
                )
            }
        };
        self.trail.audit.record(record);
        became
    }

    /// What was changed, and which settings wait for a restart; or why nothing is applied of what was read.
    fn read_again(&mut self) -> Result<(Vec<FieldChange>, Vec<&'static str>), Vec<String>> {
        let refused = |failure: Failure| vec![failure.to_string()];
        let new = load(&self.sources).map_err(|problems| {
            let told = |problem: &Problem| format!("{}: {}", problem.origin, problem.message);
            problems.iter().map(told).collect::<Vec<_>>()
        })?;
        // The number of connections counts only after a restart: what is handed on here is not looked at.
        let connections = parts::connections(&new.config);
        let gateway = parts::gateway(&new.config, connections).map_err(refused)?;
        let changed: Vec<_> = settings()
            .filter(|setting| new.merged.raw(setting.name) != self.loaded.merged.raw(setting.name))
            .collect();
        let at_start = changed.iter().filter(|setting| setting.applies == Applies::Start);
        let waiting: Vec<_> = at_start.map(|setting| setting.name).collect();
        for setting in &waiting {
            tracing::warn!(setting, "changed; takes effect after a restart");
        }
        let control = self.control(new.config.clone()).map_err(refused)?;
        if changed.iter().any(|setting| setting.name == "log.filter") {
            self.level.set(&new.config.log);
        }
        self.gateway.reload(&gateway);
        self.control.reload(&control);
        let applied = changed
            .iter()
            .filter(|setting| setting.applies == Applies::Reload);
        let told: Vec<_> = applied
            .map(|setting| change(setting, &self.loaded.merged, &new.merged))
            .collect();
        tracing::info!(
            changed = changed.len(),
            applied = told.len(),
            "configuration reloaded"
        );
        // What needs a restart is told again at the next reload: the old values still hold.
        self.loaded.config.log = new.config.log.clone();
        self.loaded.merged = self
            .loaded
            .merged
            .with_applied(&settings().collect::<Vec<_>>(), &new.merged);
        Ok((told, waiting))
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

/// A setting that has another value, as `config show` writes both.
fn change(setting: &Setting, before: &Merged, after: &Merged) -> FieldChange {
    let shown = |merged: &Merged| {
        merged
            .raw(setting.name)
            .map(setting.show)
            .map(|text| bounded(&text))
    };
    let (from, to) = match setting.is_secret {
        true => (None, None),
        false => (shown(before), shown(after)),
    };
    FieldChange {
        field: setting.name.to_owned(),
        from,
        to,
        is_secret: setting.is_secret,
    }
}
