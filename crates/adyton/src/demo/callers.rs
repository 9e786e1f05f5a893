//! Who calls in the demo: a user with a token, a user with an access key, and an app.

use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use adyton_core::secret::Secret;
use serde_json::{Value, json};

use super::Deployed;
use crate::client::Client;
use crate::client::lookup::{all_of, apigw, entries, text};
use crate::client::target::KeyPair;
use crate::command::app::{api_of, authorize, create, reset};
use crate::command::predict::Held;
use crate::failure::{Failure, Outcome};

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
        let keys = client.target.credentials.keys.clone();
        let app = app(client, data)?;
        let authorised = bound(client, &text(&app, "id"))?;
        for one in deployed.iter().filter(|one| one.sample.auth == "app") {
            let id = text(&one.service, "service_id");
            if !authorised.contains(&id) {
                authorize(client, &text(&app, "id"), &[api_of(client, &id)?])?;
            }
        }
        let app_key = text(&app, "app_key");
        let pair = KeyPair {
            access: app_key.clone(),
            secret: Secret::new(text(&app, "app_secret")),
        };
        Ok(Self {
            token: Held::Token(client.token()?),
            keys: Held::Keys(keys.ok_or_else(|| Failure::failed("the data folder holds no access key"))?),
            app: Held::Keys(pair),
            app_key,
        })
    }
    /// The caller of a sample, and how that is told.
    pub(super) fn of(&self, auth: &str) -> Outcome<(&Held, String)> {
        match auth {
            "token" => Ok((&self.token, "with a user's token (X-Auth-Token)".to_owned())),
            "aksk" => Ok((&self.keys, "signed with a user's access key (AK/SK)".to_owned())),
            "app" => Ok((
                &self.app,
                format!(
                    "signed by the app `{APP}` (AppKey {}…)",
                    self.app_key.get(..8).unwrap_or_default()
                ),
            )),
            other => Err(Failure::failed(format!(
                "samples.json: nobody calls with `{other}`"
            ))),
        }
    }
}

/// The app with its secret: as kept, or made now; one whose secret was lost gets another.
fn app(client: &Client, data: &Path) -> Outcome<Value> {
    let path = data.join(FILE);
    let apps = all_of(client, &format!("{}/apps", apigw(client)?), "apps", "")?;
    let there = entries(&apps, "apps").iter().find(|app| text(app, "name") == APP);
    let kept: Option<Value> = std::fs::read_to_string(&path)
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok());
    let made = match (there, kept) {
        (Some(there), Some(kept)) if text(there, "app_key") == text(&kept, "app_key") => return Ok(kept),
        (Some(there), _) => {
            let mut app = there.clone();
            let given = reset(client, &text(there, "id"))?;
            app["app_secret"] = json!(text(&given, "app_secret"));
            app
        }
        (None, _) => create(client, APP, "made by the demo")?,
    };
    let written = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path);
    written
        .and_then(|mut file| std::io::Write::write_all(&mut file, made.to_string().as_bytes()))
        .map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    Ok(made)
}

/// The services that the app may call.
fn bound(client: &Client, app: &str) -> Outcome<Vec<String>> {
    let path = format!("{}/app-auths/binded-apis", apigw(client)?);
    let bound = all_of(client, &path, "auths", &format!("app_id={app}"))?;
    Ok(entries(&bound, "auths")
        .iter()
        .map(|auth| text(auth, "service_id"))
        .collect())
}
