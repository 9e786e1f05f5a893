//! Tools that come as crates, installed into `.tools`: for those that neither Debian nor the Python index has.

use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::process::{command, find, status};
use crate::repository::root;

/// How often a registry that is slow for a moment is asked.
const TRIES: u32 = 3;
/// Between two tries.
const PAUSE: Duration = Duration::from_secs(10);

/// The program of a crate, from the machine if it is there, else installed in the version and with the features that are named.
pub(crate) fn tool(name: &str, version: &str, features: &[&str]) -> Result<PathBuf> {
    if let Some(program) = find(name) {
        return Ok(program);
    }
    let folder = root().join(".tools");
    let program = folder.join("bin").join(name);
    for attempt in 1..=TRIES {
        if program.is_file() {
            return Ok(program);
        }
        println!("installing {name} {version} into .tools");
        let mut install = command("cargo");
        install.args([
            "install",
            "--locked",
            "--quiet",
            name,
            "--version",
            version,
            "--root",
        ]);
        install.arg(&folder).args(features);
        if !status(&mut install)?.success() && attempt < TRIES {
            // The one thing to wait for is somebody else's server.
            #[expect(
                clippy::disallowed_methods,
                reason = "nothing here can say when a registry answers again"
            )]
            thread::sleep(PAUSE);
        }
    }
    if program.is_file() {
        return Ok(program);
    }
    bail!("{name} {version} cannot be installed: is the registry reachable?")
}
