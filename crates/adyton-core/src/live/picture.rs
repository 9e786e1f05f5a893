//! The whole live state as text, a line for each entry of each map: two states are the same when their pictures are.
//!
//! For tests. Secrets show as digests.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::Live;
use crate::digest::Sha256;
use crate::tenant::{AccessKey, App, TokenKey};

impl Live {
    /// Every entry of every map, but for the revision.
    pub fn picture(&self) -> BTreeSet<String> {
        // Every field by name: a new one is a decision here.
        let Self {
            revision: _,
            domains,
            projects,
            users,
            access_keys,
            apps,
            app_keys,
            app_codes,
            authorisations,
            authorisation_ids,
            apis_of_app,
            models,
            services,
            former,
            users_of_model,
            apis,
            groups,
            domain_names,
            published,
            revoked,
            token_keys,
        } = self;
        let mut lines = BTreeSet::new();
        let mut all = |what: &str, entries: &mut dyn Iterator<Item = String>| {
            lines.extend(entries.map(|entry| format!("{what} {entry}")));
        };
        all("domain", &mut domains.iter().map(line));
        all("project", &mut projects.iter().map(line));
        all("user", &mut users.iter().map(line));
        all("access key", &mut access_keys.values().map(|key| access_key(key)));
        all("app", &mut apps.values().map(|one| app(one)));
        all("AppKey", &mut app_keys.iter().map(line));
        all("AppCode", &mut app_codes.iter().map(line));
        all("authorisation", &mut authorisations.iter().map(line));
        all("authorisation id", &mut authorisation_ids.iter().map(line));
        all("APIs of app", &mut apis_of_app.iter().map(line));
        all("model", &mut models.iter().map(line));
        all("service", &mut services.iter().map(line));
        all("former", &mut former.iter().map(line));
        all("users of model", &mut users_of_model.iter().map(line));
        all("API", &mut apis.iter().map(line));
        all("group", &mut groups.iter().map(line));
        all("domain name", &mut domain_names.iter().map(line));
        all("published", &mut published.iter().map(line));
        all("revoked", &mut revoked.iter().map(line));
        all("token key", &mut token_keys.values().map(|key| token_key(key)));
        lines
    }
}

fn line(entry: (&impl Debug, &impl Debug)) -> String {
    format!("{entry:?}")
}

fn access_key(key: &AccessKey) -> String {
    let AccessKey {
        id,
        user,
        secret,
        enabled,
        created_at,
        description,
    } = key;
    let secret = Sha256::of(secret.expose().as_bytes());
    format!("{:?}", (id, user, secret, enabled, created_at, description))
}

fn app(app: &App) -> String {
    let App {
        id,
        project,
        name,
        remark,
        key,
        secret,
        enabled,
        codes,
        created_at,
        updated_at,
    } = app;
    let secret = Sha256::of(secret.expose().as_bytes());
    let who = (id, project, name, remark, key, secret);
    format!("{:?}", (who, enabled, codes, created_at, updated_at))
}

fn token_key(key: &TokenKey) -> String {
    let TokenKey {
        id,
        secret,
        created_at,
    } = key;
    format!("{:?}", (id, Sha256::of(secret.expose()), created_at))
}
