//! Who may use whom. The list here, the table in ARCHITECTURE.md and what cargo sees must say the same.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

use super::manifests::Package;
use crate::repository::root;

/// Each crate of ours, and the crates of ours that it may use.
pub(super) const ALLOWED: &[(&str, &[&str])] = &[
    ("adyton-core", &[]),
    ("adyton-api", &["core"]),
    ("adyton-sign", &["core"]),
    ("adyton-cli", &["core", "api", "sign"]),
    ("adyton-identity", &["core", "sign"]),
    ("adyton-store", &["core"]),
    ("adyton-runtime", &["core"]),
    ("adyton-listener", &["core"]),
    (
        "adyton-gateway",
        &["core", "identity", "sign", "runtime", "listener"],
    ),
    (
        "adyton-control",
        &["core", "api", "identity", "sign", "store", "runtime", "listener"],
    ),
    (
        "adyton",
        &[
            "core", "api", "cli", "sign", "identity", "store", "runtime", "listener", "gateway", "control",
        ],
    ),
    ("adyton-fuzz", &["core", "identity", "sign", "runtime", "gateway"]),
    (
        "xtask",
        &[
            "core", "api", "cli", "sign", "identity", "store", "runtime", "listener", "gateway", "control",
        ],
    ),
];

/// The heading over the table in ARCHITECTURE.md.
const HEADING: &str = "### Who may use whom";

type Edges = BTreeMap<String, BTreeSet<String>>;

/// Every breach, in words.
pub(super) fn breaches(packages: &[Package]) -> Vec<String> {
    let allowed = allowed();
    let mut breaches = compare_used(&allowed, &used(packages));
    match fs::read_to_string(root().join("ARCHITECTURE.md")) {
        Ok(text) => breaches.extend(compare_documented(&allowed, &documented(&text))),
        Err(error) => breaches.push(format!("ARCHITECTURE.md: cannot be read: {error}")),
    }
    breaches
}

fn allowed() -> Edges {
    let entries = ALLOWED.iter();
    entries
        .map(|(name, uses)| {
            (
                (*name).to_owned(),
                uses.iter().map(|short| format!("adyton-{short}")).collect(),
            )
        })
        .collect()
}

/// What the manifests say. Crates used by tests only do not count: they are not in the product.
fn used(packages: &[Package]) -> Edges {
    let edges = packages.iter().map(|package| {
        let ours = package.used().filter(|name| name.starts_with("adyton"));
        (package.name.clone(), ours.map(str::to_owned).collect())
    });
    edges.collect()
}

/// The rows of the table under the heading: a crate of ours, then the crates that it may use.
fn documented(text: &str) -> Edges {
    let mut edges = Edges::new();
    for line in text.lines().skip_while(|line| !line.starts_with(HEADING)) {
        let Some(row) = line.strip_prefix('|') else {
            continue;
        };
        let cells: Vec<&str> = row
            .trim_end()
            .trim_end_matches('|')
            .split('|')
            .map(str::trim)
            .collect();
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
            continue;
        };
        let Some(name) = first.strip_prefix('`').and_then(|name| name.strip_suffix('`')) else {
            continue;
        };
        if !ALLOWED.iter().any(|(known, _)| *known == name) {
            continue;
        }
        edges.insert(name.to_owned(), crates_in(last, name));
    }
    edges
}

fn crates_in(cell: &str, of: &str) -> BTreeSet<String> {
    match cell {
        all if all.starts_with("all") => allowed().remove(of).unwrap_or_default(),
        _ => {
            let words = cell.split([',', '·']).map(|word| word.trim().trim_matches('`'));
            let short = words.map(|word| word.strip_prefix("adyton-").unwrap_or(word));
            short
                .filter(|word| !word.is_empty() && !word.starts_with("none"))
                .map(|word| format!("adyton-{word}"))
                .collect()
        }
    }
}

fn compare_used(allowed: &Edges, used: &Edges) -> Vec<String> {
    let mut breaches = Vec::new();
    for (name, uses) in used {
        match allowed.get(name) {
            None => breaches.push(format!(
                "{name}: a crate that crates/xtask/src/tidy/layers.rs does not list"
            )),
            Some(may) => breaches.extend(
                uses.difference(may)
                    .map(|other| format!("{name}: must not use {other}")),
            ),
        }
    }
    let gone = allowed.keys().filter(|name| !used.contains_key(*name));
    breaches.extend(gone.map(|name| {
        format!("{name}: listed in crates/xtask/src/tidy/layers.rs, but there is no such crate")
    }));
    breaches
}

fn compare_documented(allowed: &Edges, documented: &Edges) -> Vec<String> {
    let list = |names: &BTreeSet<String>| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.iter().cloned().collect::<Vec<_>>().join(", ")
        }
    };
    let mut breaches = Vec::new();
    for (name, may) in allowed {
        match documented.get(name) {
            None => breaches.push(format!(
                "ARCHITECTURE.md: no row for `{name}` in a table of who may use whom"
            )),
            Some(says) if says != may => breaches.push(format!(
                "ARCHITECTURE.md: says that {name} may use {}; crates/xtask/src/tidy/layers.rs says {}",
                list(says),
                list(may)
            )),
            Some(_) => {}
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::{allowed, compare_documented, compare_used, documented};

    #[test]
    fn a_forbidden_edge_is_named() {
        let mut used = allowed();
        used.entry("adyton-gateway".to_owned())
            .or_default()
            .insert("adyton-store".to_owned());
        assert_eq!(
            compare_used(&allowed(), &used),
            ["adyton-gateway: must not use adyton-store"]
        );
    }

    #[test]
    fn the_list_has_no_circle() {
        // A crate may only use crates whose own uses are already placed; with a circle nothing more can be placed.
        let mut left = allowed();
        while !left.is_empty() {
            let before = left.len();
            let placed: Vec<String> = left
                .keys()
                .filter(|name| left[*name].iter().all(|other| !left.contains_key(other)))
                .cloned()
                .collect();
            left.retain(|name, _| !placed.contains(name));
            assert!(left.len() < before, "a circle among {:?}", left.keys());
        }
    }

    #[test]
    fn a_table_that_differs_is_named() {
        let table = "| `adyton-store` | persistence |\n### Who may use whom\n| crate | may use |\n| --- | --- |\n\
                     | `adyton-core` | |\n| `adyton-sign` | `adyton-core`, `adyton-store` |\n| `adyton` | all but `xtask` |\n";
        let rows = documented(table);
        assert!(rows["adyton-core"].is_empty());
        assert_eq!(rows["adyton"], allowed()["adyton"]);
        let breaches = compare_documented(&allowed(), &rows);
        assert!(
            breaches
                .iter()
                .any(|breach| breach.contains("adyton-sign may use adyton-core, adyton-store")),
            "{breaches:?}"
        );
        assert!(
            breaches
                .iter()
                .any(|breach| breach.contains("no row for `adyton-gateway`")),
            "{breaches:?}"
        );
    }
}
