//! `adyton master-key rotate`: another master key, and all secrets sealed anew with it.

use adyton_core::audit::{AuditRecord, AuditedKind, AuditedThing, FieldChange, bounded};
use adyton_store::Store;
use adyton_store::resealing::{Resealed, change_master_key};
use clap::{Args, Subcommand};
use serde_json::json;

use super::installation::{Installation, hold, wait};
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
    /// Callers notice nothing: secrets, keys and tokens stay as they are. Backups from before need the old key, which is in them unless
    /// they were made with --without-key. With PostgreSQL all nodes are stopped, and each gets the new key before it is started.
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
fn record(changed: &Resealed, context: &Context) -> AuditRecord {
    let thing = AuditedThing {
        kind: AuditedKind::MasterKey,
        id: String::new(),
        name: bounded(&changed.key.display().to_string()),
    };
    let field = |field: &str, to: Option<String>| FieldChange {
        field: field.to_owned(),
        is_secret: to.is_none(),
        from: None,
        to,
    };
    let fields = vec![
        field("master_key", None),
        field("secrets", Some(changed.secrets.to_string())),
    ];
    offline_acts::record("master_key_rotate", thing, fields, &context.clock)
}

impl Rotate {
    fn run(self, context: &Context) -> Outcome {
        let config = self.installation.load(context)?;
        let folder = hold(&config)?;
        let settings = adyton_store::Settings {
            // The disk's reserve is the server's.
            disk_reserve: 0,
            audit_days: config.audit.keep_days,
            ..store_settings(&config)
        };
        let changed = wait(async {
            let changed = change_master_key(&folder, &settings, &context.clock).await;
            let changed = changed.map_err(|error| could_not_open(&error))?;
            match Store::open(folder, settings.clone(), context.clock.clone()).await {
                Ok(store) => {
                    offline_acts::keep(&store, &record(&changed, context), context).await;
                    store.close().await;
                }
                Err(error) => context.terminal.note(said!(
                    "This is done, but its record could not be written into the audit trail: {error}",
                    "操作已完成，但其审计记录无法写入：{error}"
                )),
            }
            Ok(changed)
        })?;
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
            "Make a backup now: those from before open with the old key only.",
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
