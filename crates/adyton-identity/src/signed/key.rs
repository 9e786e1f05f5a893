//! The key of a signature, and its failures.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::secret::Secret;
use adyton_core::tenant::{AccessKey, App};

use super::kind::Kind;
use crate::identity::{Identity, key_from};
use crate::lockout::Lockout;
use crate::request::Request;

/// A key that is known.
pub(super) enum Key {
    Access(Arc<AccessKey>),
    App(Arc<App>),
}

impl Key {
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Key::Access(_) => Kind::AccessKey,
            Key::App(_) => Kind::App,
        }
    }
    pub(super) fn secret(&self) -> &Secret<String> {
        match self {
            Key::Access(key) => &key.secret,
            Key::App(app) => &app.secret,
        }
    }
}

impl Identity {
    /// How much longer the key is locked for the source.
    pub(super) fn locked(&self, key: &Key, request: &Request<'_>) -> Option<Duration> {
        self.with(key, request, |table, who| table.locked(who))
    }
    /// The key has been used rightly.
    pub(super) fn forgive(&self, key: &Key, request: &Request<'_>) {
        self.with(key, request, |table, who| table.succeeded(who));
    }
    /// The key has been used wrongly, by somebody who may not hold its secret.
    pub(super) fn count_failure(&self, key: &Key, request: &Request<'_>) {
        self.with(key, request, |table, who| table.failed(who));
    }
    fn with<T>(&self, key: &Key, request: &Request<'_>, act: impl FnOnce(&Lockout, &[&[u8]]) -> T) -> T {
        let (table, name) = match key {
            Key::Access(key) => (&self.access_keys, key.id.as_str()),
            Key::App(app) => (&self.apps, app.key.as_str()),
        };
        let (name, source) = key_from(name, request.source);
        act(table, &[name.as_bytes(), source.as_bytes()])
    }
}
