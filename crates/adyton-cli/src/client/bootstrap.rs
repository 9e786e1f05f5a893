//! `bootstrap.json`: the first administrator, as the first start of a server writes it into its data folder.

use std::path::Path;

use serde::Deserialize;

use crate::failure::{Failure, Outcome};

/// `bootstrap.json`, as the first start writes it. Not `Debug`: it holds secrets.
#[derive(Deserialize)]
pub struct Bootstrap {
    /// The account.
    pub domain: Named,
    /// The project.
    pub project: Named,
    /// The administrator.
    pub user: Named,
    /// Their password.
    pub password: String,
    /// AK.
    pub access_key: String,
    /// SK.
    pub secret_key: String,
}

/// An id and a name.
#[derive(Deserialize)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// Reads `bootstrap.json` of a data folder.
pub fn bootstrap(data: &Path) -> Outcome<Bootstrap> {
    let path = data.join("bootstrap.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Failure::failed(format!("{}: cannot be read: {error}", path.display())))?;
    serde_json::from_str(&text).map_err(|error| {
        let place = format!(
            "{}: line {}, column {}",
            path.display(),
            error.line(),
            error.column()
        );
        Failure::failed(format!("{place}: not as the server wrote it"))
    })
}
