//! `adyton user password NAME --offline`: another password for somebody who cannot sign in any more, written into the database of a
//! stopped server.

use std::path::PathBuf;

use adyton_core::audit::{AuditRecord, AuditedKind, AuditedThing, FieldChange};
use adyton_core::holder::Holder;
use adyton_core::secret::Secret;
use adyton_core::tenant::{PASSWORD_CHARACTERS, User};
use adyton_store::repository::{NameMatch, Page, UserFilter};
use adyton_store::{Store, StoreError};

use super::installation::{Installation, hold, keep, wait};
use crate::config::Config;
use crate::offline_acts;
use crate::server::{could_not_open, store_settings};
use adyton_cli::command::input::secret;
use adyton_cli::command::user::ResetPassword;
use adyton_cli::context::Context;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// Sets the password.
pub(crate) fn run(verb: ResetPassword, context: &Context) -> Outcome {
    let installation = Installation {
        config: verb.config,
        data: verb.data,
    };
    let config = installation.load(context)?;
    let user = match set(&config, &verb.user, context) {
        Ok(user) => user,
        Err(failure) => {
            // A name that was typed may be a secret in the wrong place.
            let told = match verb.user.as_str() {
                "" => failure.message().to_owned(),
                typed => failure.message().replace(typed, "…"),
            };
            let refused = offline_acts::refused(record(None, context), &told);
            keep(&config, &refused, context);
            return Err(failure);
        }
    };
    keep(&config, &record(Some(&user), context), context);
    if context.terminal.is_json() {
        context
            .terminal
            .document(&serde_json::json!({"user": shown(&user)}));
        return Ok(());
    }
    context.terminal.print(said!(
        "The password of {} is changed; all tokens of the user are revoked.",
        "{} 的密码已更改；其所有令牌均已失效。",
        user.name
    ));
    if !user.enabled {
        context.terminal.print(said!(
            "The user is disabled: an administrator can enable the user with `adyton user enable {}`.",
            "该用户已被停用：管理员可用 `adyton user enable {}` 重新启用。",
            user.name
        ));
    }
    Ok(())
}

fn set(config: &Config, said: &str, context: &Context) -> Outcome<User> {
    let folder = hold(config).map_err(|failure| {
        failure.hint(said!(
            "while the server runs, its administrator's access key still works: `adyton login --data {}`, then `adyton user password`", "服务器运行时，其管理员的访问密钥仍然可用：先 `adyton login --data {}`，再 `adyton user password`",
            config.general.data.display()
        ))
    })?;
    require_database(config)?;
    let settings = store_settings(config);
    wait(async {
        let opened = Store::open(folder, settings, context.clock.clone()).await;
        let store = opened.map_err(|error| could_not_open(&error))?;
        let changed = change(&store, said, context).await;
        store.close().await;
        changed
    })
}

async fn change(store: &Store, said: &str, context: &Context) -> Outcome<User> {
    let failed = |error: StoreError| Failure::failed(error.to_string());
    let user = find(store, said).await?;
    let password = secret(context, &said!("new password", "新密码"), None)?;
    check(&password)?;
    let changed = store
        .users()
        .change_password(user.id, &password)
        .await
        .map_err(failed)?;
    match changed {
        Some(changed) => Ok(changed.value),
        None => Err(Failure::failed(said!(
            "{said} no longer exists",
            "{said} 已不存在"
        ))),
    }
}

/// What the audit trail keeps; of a refusal, no user.
fn record(user: Option<&User>, context: &Context) -> AuditRecord {
    let thing = AuditedThing {
        kind: AuditedKind::User,
        id: user.map(|user| user.id.to_string()).unwrap_or_default(),
        name: user.map(|user| user.name.clone()).unwrap_or_default(),
    };
    let changed = vec![FieldChange {
        field: "password".to_owned(),
        from: None,
        to: None,
        is_secret: true,
    }];
    AuditRecord {
        domain: user.map(|user| user.domain),
        holder: user.map(|user| Holder::User(user.id)),
        ..offline_acts::record("offline_password", thing, changed, &context.clock)
    }
}

/// The one user with this name or id.
async fn find(store: &Store, said: &str) -> Outcome<User> {
    let failed = |error: StoreError| Failure::failed(error.to_string());
    if let Ok(id) = said.parse()
        && let Some(user) = store.users().get(id).await.map_err(failed)?
    {
        return Ok(user);
    }
    let filter = UserFilter {
        name: Some(NameMatch::Exact(said.to_owned())),
        ..UserFilter::default()
    };
    let mut found = store
        .users()
        .list(&filter, Page::ALL)
        .await
        .map_err(failed)?
        .items;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let some = Page { offset: 0, limit: 20 };
            let known = store
                .users()
                .list(&UserFilter::default(), some)
                .await
                .map_err(failed)?;
            let names: Vec<String> = known.items.into_iter().map(|user| user.name).collect();
            Err(
                Failure::wrong_use(said!("there is no user `{said}`", "没有用户 `{said}`")).hint(said!(
                    "the users are {}",
                    "现有用户：{}",
                    names.join(", ")
                )),
            )
        }
        _ => {
            let ids: Vec<String> = found.iter().map(|user| user.id.to_string()).collect();
            Err(Failure::wrong_use(said!(
                "several domains have a user `{said}`",
                "多个账号中都有用户 `{said}`"
            ))
            .hint(said!("give the id: {}", "请使用 ID：{}", ids.join(", "))))
        }
    }
}

fn check(password: &Secret<String>) -> Outcome {
    let (least, most) = (PASSWORD_CHARACTERS.start(), PASSWORD_CHARACTERS.end());
    match PASSWORD_CHARACTERS.contains(&password.expose().chars().count()) {
        true => Ok(()),
        false => Err(Failure::wrong_use(said!(
            "a password has {least} to {most} characters",
            "密码长度为 {least} 到 {most} 个字符"
        ))),
    }
}

/// Opening the store would begin a new installation in an empty folder.
fn require_database(config: &Config) -> Outcome {
    let file: PathBuf = config.general.data.join("adyton.db");
    let settings = store_settings(config);
    if settings.database_url.is_none() && !file.is_file() {
        return Err(Failure::wrong_use(said!(
            "{}: there is no database in this folder",
            "{}：此目录中没有数据库",
            config.general.data.display()
        ))
        .hint(said!(
            "name the server's data folder with --data, or its configuration with --config",
            "请用 --data 指定服务器的数据目录，或用 --config 指定其配置"
        )));
    }
    Ok(())
}

fn shown(user: &User) -> serde_json::Value {
    serde_json::json!({"id": user.id, "name": user.name, "enabled": user.enabled})
}
