//! `fuzz/` is a workspace of its own, so that cargo does not see there what changes here: its lock file must fit all the same, or the
//! next long run of fuzzing does not build. Compared as text, without the network.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};

use super::manifests::Package;
use crate::repository::root;

/// How a lock file that fell behind is mended.
const FIX: &str = "run `cargo update --workspace --manifest-path fuzz/Cargo.toml`";

/// What a lock file says of one version of a crate.
#[derive(Default)]
struct Locked {
    name: String,
    version: String,
    uses: BTreeSet<String>,
}

/// Every breach, in words.
pub(super) fn breaches(packages: &[Package]) -> Result<Vec<String>> {
    let read = |path: &str| -> Result<Vec<Locked>> {
        let text = fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {path}"))?;
        Ok(locked(&text))
    };
    let (ours, theirs) = (read("Cargo.lock")?, read("fuzz/Cargo.lock")?);
    let mut breaches = other_versions(&ours, &theirs);
    breaches.extend(other_uses(packages, &theirs));
    Ok(breaches)
}

/// The crates of a lock file.
fn locked(text: &str) -> Vec<Locked> {
    let mut all: Vec<Locked> = Vec::new();
    for line in text.lines() {
        if line == "[[package]]" {
            all.push(Locked::default());
        }
        let Some(last) = all.last_mut() else { continue };
        let value = |key: &str| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"');
        if let Some(name) = value("name") {
            last.name = name.to_owned();
        } else if let Some(version) = value("version") {
            last.version = version.to_owned();
        } else if let Some(used) = line.strip_prefix(" \"").and_then(|rest| rest.strip_suffix("\",")) {
            // Where there are several of a name, its version stands behind it.
            last.uses.extend(used.split(' ').next().map(str::to_owned));
        }
    }
    all
}

/// Crates that both use, and that are built in another version for fuzzing.
fn other_versions(ours: &[Locked], theirs: &[Locked]) -> Vec<String> {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for one in ours {
        known.entry(&one.name).or_default().insert(&one.version);
    }
    let differs = |one: &&Locked| {
        known
            .get(one.name.as_str())
            .is_some_and(|versions| !versions.contains(one.version.as_str()))
    };
    let said = theirs.iter().filter(differs).map(|one| {
        let (name, version) = (&one.name, &one.version);
        format!("fuzz/Cargo.lock: {name} is {version} there, and not in Cargo.lock; {FIX}")
    });
    said.collect()
}

/// Crates of ours whose manifests say something else.
fn other_uses(packages: &[Package], theirs: &[Locked]) -> Vec<String> {
    let mut breaches = Vec::new();
    for one in theirs {
        let Some(package) = packages.iter().find(|package| package.name == one.name) else {
            continue;
        };
        let used: BTreeSet<String> = package.used().map(str::to_owned).collect();
        let differing: Vec<&str> = used.symmetric_difference(&one.uses).map(String::as_str).collect();
        if !differing.is_empty() {
            breaches.push(format!(
                "fuzz/Cargo.lock: does not fit what {} uses ({}); {FIX}",
                one.name,
                differing.join(", ")
            ));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = r#"# This file is generated
version = 4

[[package]]
name = "adyton-one"
version = "0.1.0"
dependencies = [
 "adyton-core",
 "getrandom 0.4.3",
]

[[package]]
name = "getrandom"
version = "0.4.3"
source = "registry"
"#;

    fn package(uses: &str) -> Package {
        let each = uses
            .split(' ')
            .map(|name| format!(r#"{{"name": "{name}", "kind": null, "optional": false}}"#));
        let list = each.collect::<Vec<_>>().join(",");
        serde_json::from_str(&format!(r#"{{"name": "adyton-one", "dependencies": [{list}]}}"#)).unwrap()
    }

    #[test]
    fn a_lock_file_is_read() {
        let all = locked(LOCK);
        assert_eq!(all.len(), 2);
        assert_eq!(
            all[0].uses.iter().collect::<Vec<_>>(),
            ["adyton-core", "getrandom"]
        );
        assert_eq!((&*all[1].name, &*all[1].version), ("getrandom", "0.4.3"));
    }

    #[test]
    fn what_fits_is_no_breach() {
        let all = locked(LOCK);
        assert!(other_uses(&[package("adyton-core getrandom")], &all).is_empty());
        assert!(other_versions(&all, &all).is_empty());
    }

    #[test]
    fn a_use_that_came_or_went_is_named() {
        let breaches = other_uses(&[package("adyton-core memchr")], &locked(LOCK));
        assert_eq!(breaches.len(), 1);
        assert!(
            breaches[0].contains("adyton-one uses (getrandom, memchr)"),
            "{breaches:?}"
        );
    }

    #[test]
    fn another_version_is_named_and_a_crate_of_fuzzing_alone_is_not() {
        let newer = LOCK.replace("\"0.4.3\"", "\"0.5.0\"");
        let breaches = other_versions(&locked(LOCK), &locked(&newer));
        assert_eq!(breaches.len(), 1);
        assert!(breaches[0].contains("getrandom is 0.5.0 there"), "{breaches:?}");
        assert!(other_versions(&[], &locked(&newer)).is_empty());
    }
}
