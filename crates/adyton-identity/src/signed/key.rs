//! The key of a signature, and its failures.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::secret::Secret;
use adyton_core::tenant::{AccessKey, App};

use super::kind::Kind;
use crate::failures::Failures;
use crate::identity::{Identity, key_from};
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
        let table = self.failures(key).of(request.purpose);
        // The usual case, which needs no digest of the key's name.
        if table.is_idle() {
            return None;
        }
        named(key, request, |who| table.locked(who))
    }
    /// The key has been used rightly.
    pub(super) fn forgive(&self, key: &Key, request: &Request<'_>) {
        let table = self.failures(key).of(request.purpose);
        if !table.is_idle() {
            named(key, request, |who| table.succeeded(who));
        }
    }
    /// The key has been used wrongly, by somebody who may not hold its secret.
    pub(super) fn count_failure(&self, key: &Key, request: &Request<'_>) {
        named(key, request, |who| {
            self.failures(key).failed(request.purpose, who)
        });
    }
    fn failures(&self, key: &Key) -> &Failures {
        match key {
            Key::Access(_) => &self.access_keys,
            Key::App(_) => &self.apps,
        }
    }
}

/// What a table of failures calls a key from a source.
fn named<T>(key: &Key, request: &Request<'_>, act: impl FnOnce(&[&[u8]]) -> T) -> T {
    let name = match key {
        Key::Access(key) => key.id.as_str(),
        Key::App(app) => app.key.as_str(),
    };
    let (name, source) = key_from(name, request.source);
    act(&[name.as_bytes(), source.as_bytes()])
}
