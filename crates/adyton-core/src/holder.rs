//! Whose credential a request named: a user or an app. Naming one proves nothing; whoever proves it later may read what became
//! of the request.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, UserId};
use crate::live::Live;

/// A user or an app, as the owner of a token, an access key, an AppKey or an AppCode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A user: of a token or an access key.
    User(UserId),
    /// An app: of an AppKey or an AppCode.
    App(AppId),
}

impl Holder {
    /// Whose key it is, by what a signature calls it.
    pub fn of_key(live: &Live, key: &str) -> Option<Self> {
        let user = || live.access_key(key).map(|known| Self::User(known.user));
        let app = || live.app_by_key(key).map(|app| Self::App(app.id));
        user().or_else(app)
    }

    /// The id, as records have it.
    pub fn id(self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::App(id) => id.to_string(),
        }
    }
}
