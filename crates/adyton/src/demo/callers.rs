//! Who calls in the demo: a user with a token, a user with an access key, and an app.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use adyton_api::apig::apps::AppShown;
use adyton_core::secret::Secret;

use super::Deployed;
use adyton_cli::client::Client;
use adyton_cli::client::server_access::KeyPair;
use adyton_cli::command::shown_as::Held;
use adyton_cli::failure::{Failure, Outcome};
use adyton_cli::said;

/// The app's name.
const APP: &str = "demo";
/// Where its secret is kept between two runs; the server shows it only once.
const FILE: &str = "demo-app.json";

/// Everybody who calls.
pub(super) struct Callers {
    token: Held,
    keys: Held,
    app: Held,
    app_key: String,
}

impl Callers {
    /// Gets a token, makes the app and authorises it for the samples that are called by it.
    pub(super) fn prepare(client: &Client, data: &Path, deployed: &[Deployed<'_>]) -> Outcome<Self> {
        let keys = client.server.credentials.keys.clone();
        let app = app(client, data)?;
        let authorised = client.authorisations(&app.id)?.auths;
        for one in deployed.iter().filter(|one| one.sample.auth == "app") {
            let service = &one.service.summary;
            if !authorised
                .iter()
                .any(|auth| auth.service_id == service.service_id)
            {
                client.authorise(&app.id, vec![service.api_id.clone()])?;
            }
        }
        let app_key = app.app_key;
        let pair = KeyPair {
            access: app_key.clone(),
            secret: Secret::new(app.app_secret.unwrap_or_default()),
        };
        Ok(Self {
            token: Held::Token(client.token()?),
            keys: Held::Keys(keys.ok_or_else(|| {
                Failure::failed(said!(
                    "the data folder has no access key",
                    "数据目录中没有访问密钥"
                ))
            })?),
            app: Held::Keys(pair),
            app_key,
        })
    }
    /// The caller of a sample, and how that is told.
    pub(super) fn of(&self, auth: &str) -> Outcome<(&Held, String)> {
        match auth {
            "token" => Ok((
                &self.token,
                said!(
                    "with a user's token (X-Auth-Token)",
                    "使用用户令牌（X-Auth-Token）"
                ),
            )),
            "aksk" => Ok((
                &self.keys,
                said!(
                    "signed with a user's access key (AK/SK)",
                    "使用用户的访问密钥签名（AK/SK）"
                ),
            )),
            "app" => Ok((
                &self.app,
                said!(
                    "signed by the app `{APP}` (AppKey {}…)",
                    "由应用 `{APP}` 签名（AppKey {}…）",
                    self.app_key.get(..8).unwrap_or_default()
                ),
            )),
            other => Err(Failure::failed(said!(
                "samples.json: unknown kind of caller `{other}`",
                "samples.json：未知的调用方类型 `{other}`"
            ))),
        }
    }
}

/// The app with its secret: as kept, or made now; one whose secret was lost gets another.
fn app(client: &Client, data: &Path) -> Outcome<AppShown> {
    let path = data.join(FILE);
    let there = client.apps()?.apps.into_iter().find(|app| app.name == APP);
    let kept: Option<AppShown> = std::fs::read_to_string(&path)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok());
    let made = match (there, kept) {
        (Some(there), Some(kept)) if there.app_key == kept.app_key => return Ok(kept),
        (Some(there), _) => client.reset_app_secret(&there.id)?,
        (None, _) => client.create_app(APP, "made by the demo")?,
    };
    let text = serde_json::to_vec(&made).map_err(|error| Failure::failed(error.to_string()))?;
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path);
    written
        .and_then(|mut file| std::io::Write::write_all(&mut file, &text))
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    Ok(made)
}
