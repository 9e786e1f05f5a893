//! `adyton master-key rotate`: another master key, and all secrets sealed anew with it.

use std::sync::Arc;

use adyton_core::audit::{AuditRecord, AuditedKind, AuditedThing, FieldChange, bounded};
use adyton_store::backup::master_key_place;
use adyton_store::resealing::{Resealed, change_master_key};
use adyton_store::{DataFolder, Settings};
use clap::{Args, Subcommand};
use serde_json::json;

use super::installation::{Installation, hold, keep, kept_if_refused, wait};
use crate::config::Config;
use crate::offline_acts;
use crate::server::{could_not_open, store_settings};
use adyton_cli::context::Context;
use adyton_cli::failure::Outcome;
use adyton_cli::said;

/// Change the master key that seals secrets in the database
#[derive(Subcommand)]
pub(crate) enum MasterKey {
    /// Seal all secrets with a new master key while the server is stopped
    ///
    /// Secrets, keys and tokens stay valid. Earlier backups need the old key, which they contain unless they were made
    /// with --without-key. With PostgreSQL, stop all nodes, and give each the new key before you start it.
    Rotate(Rotate),
}

impl MasterKey {
    /// Carries it out.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        match self {
            MasterKey::Rotate(verb) => verb.run(context),
        }
    }
}

/// Seal all secrets with a new master key while the server is stopped
#[derive(Args)]
#[command(after_help = "Examples:
  adyton master-key rotate --data /var/lib/adyton
  adyton master-key rotate --config /etc/adyton/adyton.toml")]
pub(crate) struct Rotate {
    #[command(flatten)]
    installation: Installation,
}

/// What the audit trail keeps.
fn record(config: &Config, changes: Vec<FieldChange>, context: &Context) -> AuditRecord {
    let data = offline_acts::whole(&config.general.data);
    let key = master_key_place(&data, &store_settings(config));
    let thing = AuditedThing {
        kind: AuditedKind::MasterKey,
        id: String::new(),
        name: bounded(&key.display().to_string()),
    };
    offline_acts::record("master_key_rotate", thing, changes, &context.clock)
}

/// What was changed.
fn changes(changed: &Resealed) -> Vec<FieldChange> {
    let key = FieldChange {
        field: "master_key".to_owned(),
        is_secret: true,
        from: None,
        to: None,
    };
    vec![key, offline_acts::field("secrets", &changed.secrets.to_string())]
}

impl Rotate {
    fn run(self, context: &Context) -> Outcome {
        let config = self.installation.load(context)?;
        let settings = adyton_store::Settings {
            // The disk's reserve is the server's.
            disk_reserve: 0,
            audit_days: config.audit.keep_days,
            ..store_settings(&config)
        };
        let changed = rotate(&config, &settings, context);
        let intended = || record(&config, Vec::new(), context);
        let (_held, changed) = kept_if_refused(changed, &config, context, intended)?;
        keep(&config, &record(&config, changes(&changed), context), context);
        let terminal = &context.terminal;
        if terminal.is_json() {
            terminal.document(&json!({"master_key": changed.key, "secrets": changed.secrets}));
            return Ok(());
        }
        let secrets = match changed.secrets {
            1 => said!("1 secret is", "已用新主密钥重新加密 1 个密钥"),
            many => said!("{many} secrets are", "已用新主密钥重新加密 {many} 个密钥"),
        };
        terminal.print(said!(
            "{secrets} sealed with the new master key in {}.",
            "{secrets}；新主密钥在 {}。",
            changed.key.display()
        ));
        terminal.print(said!(
            "Make a backup now: earlier backups can be opened only with the old key.",
            "请立即备份：以前的备份只能用旧密钥打开。"
        ));
        if settings.database_url.is_some() {
            terminal.print(said!(
                "Give the new key to every node before you start it.",
                "启动每个节点之前，请先为其放好新密钥。"
            ));
        }
        Ok(())
    }
}

/// Changes it; the folder is held until the record is kept too.
fn rotate(config: &Config, settings: &Settings, context: &Context) -> Outcome<(Arc<DataFolder>, Resealed)> {
    let folder = hold(config)?;
    let changed = wait(async {
        let changed = change_master_key(&folder, settings, &context.clock).await;
        changed.map_err(|error| could_not_open(&error))
    })?;
    Ok((folder, changed))
}
