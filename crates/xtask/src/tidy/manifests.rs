//! What the manifests of our crates say, as cargo reads them.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::command;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A crate of ours.
#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    optional: bool,
}

impl Package {
    /// The crates that it is built with. Those of tests only do not count: they are not in the product.
    pub(super) fn used(&self) -> impl Iterator<Item = &str> {
        self.dependencies
            .iter()
            .filter(|dependency| dependency.kind.as_deref() != Some("dev") && !dependency.optional)
            .map(|dependency| dependency.name.as_str())
    }
}

/// All crates of the workspace.
pub(super) fn packages() -> Result<Vec<Package>> {
    let mut cargo = command("cargo");
    cargo.args(["metadata", "--no-deps", "--format-version", "1", "--offline"]);
    let output = cargo.output().context("cannot run cargo metadata")?;
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).context("cannot read what cargo metadata says")?;
    Ok(metadata.packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_tests_use_does_not_count() {
        let manifest = r#"{"name": "adyton-one", "dependencies": [
            {"name": "adyton-core", "kind": null, "optional": false},
            {"name": "cc", "kind": "build", "optional": false},
            {"name": "proptest", "kind": "dev", "optional": false},
            {"name": "perhaps", "kind": null, "optional": true}
        ]}"#;
        let package: Package = serde_json::from_str(manifest).unwrap();
        assert_eq!(package.used().collect::<Vec<_>>(), ["adyton-core", "cc"]);
    }
}
