//! `make docs`: the documentation site, made by mdBook from `docs/` and the pages beside it.
//!
//! What must hold: it needs no other host, and no link of it is dead; else the chore fails.

mod links;
mod stage;
mod words;

use std::path::PathBuf;

use anyhow::Result;

use crate::process::{command, run};
use crate::repository::{root, target};
use crate::setup::tool;

/// Only what builds and searches: its own server and its watching of files bring many crates.
const MDBOOK: (&str, &str, &[&str]) = (
    "mdbook",
    "0.5.4",
    &["--no-default-features", "--features", "search"],
);

/// That of the Python environment, where the index has it for this machine and the environment was made; else the crate, which takes
/// minutes to compile.
fn mdbook() -> Result<PathBuf> {
    let (name, version, features) = MDBOOK;
    let of_wheel = root().join(".venv/bin").join(name);
    match of_wheel.is_file() {
        true => Ok(of_wheel),
        false => tool(name, version, features),
    }
}

/// Builds the site; whether all its links lead somewhere.
pub(crate) fn docs() -> Result<bool> {
    let mdbook = mdbook()?;
    let folder = target().join("site");
    stage::stage(&folder)?;
    run(command(mdbook).arg("build").arg(&folder))?;
    let site = folder.join("html");
    words::keep_whole(&site)?;
    let breaches = links::breaches(&site)?;
    for breach in &breaches {
        println!("docs: {breach}");
    }
    println!("The site begins at {}", site.join("index.html").display());
    Ok(breaches.is_empty())
}
