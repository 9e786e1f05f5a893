//! `make console`: builds the web console from `console/` into `console/dist`, from where the binary takes it when it is built.
//!
//! What did not change is not built again, so that the other chores can always ask for it. The first time, npm's packages are
//! fetched as `package-lock.json` has them; afterwards nothing needs the network.

use std::fs;
use std::path::{Path, PathBuf};

use adyton_core::digest::Sha256;
use anyhow::{Context, Result};

use crate::process::{run, status};
use crate::repository::root;
use crate::setup::{Node, Python};

/// What the build is made from, beside the console's own sources.
const DOCUMENT: &str = "docs/reference/openapi.json";
/// Folders of the console that are made, not written.
const MADE: &[&str] = &["node_modules", "dist"];

/// The console, with what builds it.
pub(crate) struct Console {
    node: Node,
    folder: PathBuf,
}

impl Console {
    /// With Node.js and npm's packages in place.
    pub(crate) fn prepare(python: &Python) -> Result<Self> {
        Self::with(Node::prepare(python)?)
    }

    /// The same with what is on this machine alone; `None` where that is not enough.
    pub(crate) fn of_machine() -> Result<Option<Self>> {
        Node::of_machine().map(Self::with).transpose()
    }

    fn with(node: Node) -> Result<Self> {
        let console = Self {
            node,
            folder: root().join("console"),
        };
        console.install()?;
        Ok(console)
    }

    /// Fetches npm's packages, unless they are as the lock file wants them.
    fn install(&self) -> Result<()> {
        let lock = fs::read_to_string(self.folder.join("package-lock.json"))
            .context("cannot read console/package-lock.json")?;
        let stamp = self.folder.join("node_modules/.adyton-installed");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        println!("installing npm's packages into console/node_modules (console/package-lock.json)");
        run(&mut self.npm(&["ci", "--no-audit", "--no-fund", "--loglevel=error"]))
            .context("cannot install npm's packages: is the registry reachable?")?;
        fs::write(stamp, lock).context("cannot write the stamp in console/node_modules")
    }

    /// Builds it, unless what is there was made from the same sources.
    pub(crate) fn build(&self) -> Result<()> {
        let sources = digest(&self.folder, &root().join(DOCUMENT))?;
        let stamp = self.folder.join("node_modules/.adyton-built");
        let is_there = self.folder.join("dist/index.html").exists();
        if is_there && fs::read_to_string(&stamp).is_ok_and(|built| built == sources) {
            return Ok(());
        }
        run(&mut self.npm(&["run", "--silent", "build"])).context("cannot build the console")?;
        fs::write(stamp, sources).context("cannot write the stamp in console/node_modules")
    }

    /// Format, lints, types; whether all is well.
    pub(crate) fn check(&self) -> Result<bool> {
        Ok(status(&mut self.npm(&["run", "--silent", "check"]))?.success())
    }

    /// The unit tests; whether all passed.
    pub(crate) fn test(&self) -> Result<bool> {
        Ok(status(&mut self.npm(&["run", "--silent", "test"]))?.success())
    }

    fn npm(&self, arguments: &[&str]) -> std::process::Command {
        self.node.npm(&self.folder, arguments)
    }
}

/// One digest of all sources, by name and content.
fn digest(folder: &Path, document: &Path) -> Result<String> {
    let mut files = vec![document.to_path_buf()];
    collect(folder, &mut files)?;
    files.sort();
    let mut text = String::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        text.push_str(&format!("{} {}\n", Sha256::of(&bytes), file.display()));
    }
    Ok(Sha256::of(text.as_bytes()).to_string())
}

/// The files below a folder that people wrote.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = entry.file_name();
        if MADE.iter().any(|made| name == *made) || name == "schema.d.ts" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_changes_builds_again_and_what_is_made_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::create_dir_all(folder.join("dist")).unwrap();
        let document = folder.join("src/openapi.json");
        fs::write(&document, "{}").unwrap();
        fs::write(folder.join("src/main.tsx"), "one").unwrap();
        let first = digest(folder, &document).unwrap();
        fs::write(folder.join("dist/index.html"), "made").unwrap();
        fs::write(folder.join("src/schema.d.ts"), "made").unwrap();
        assert_eq!(digest(folder, &document).unwrap(), first);
        fs::write(folder.join("src/main.tsx"), "two").unwrap();
        let second = digest(folder, &document).unwrap();
        assert_ne!(second, first);
        fs::write(&document, "{ }").unwrap();
        assert_ne!(digest(folder, &document).unwrap(), second);
    }
}
