//! Modules that use each other.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::Contents;
use super::paths::arrows_of;
use super::{Module, shown};

/// Circles among the parts of one module: a file or folder counts with all below it. A module and the parts below it may know
/// each other, as a part sees what its parent keeps private.
pub(super) fn circles(name: &str, modules: &BTreeMap<Module, Contents>) -> Vec<String> {
    let mut levels: BTreeMap<Module, Ties> = BTreeMap::new();
    for (from, contents) in modules {
        for to in arrows_of(modules, from, contents) {
            let common = from
                .iter()
                .zip(to)
                .take_while(|(one, other)| one == other)
                .count();
            if let (Some(part), Some(other)) = (from.get(common), to.get(common)) {
                let ties = levels.entry(from[..common].to_vec()).or_default();
                let tie = format!("{} → {}", shown(from), shown(to));
                ties.entry(part.clone())
                    .or_default()
                    .entry(other.clone())
                    .or_default()
                    .push(tie);
            }
        }
    }
    levels.values().flat_map(|ties| circles_of(name, ties)).collect()
}

/// Which part uses which others, and by what.
type Ties = BTreeMap<String, BTreeMap<String, Vec<String>>>;

fn circles_of(name: &str, ties: &Ties) -> Vec<String> {
    let reachable: BTreeMap<&str, BTreeSet<&str>> = ties
        .keys()
        .map(|part| (part.as_str(), reachable_from(ties, part)))
        .collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut breaches = Vec::new();
    for (part, reached) in &reachable {
        if !reached.contains(part) || seen.contains(part) {
            continue;
        }
        let back = |other: &&&str| {
            reachable
                .get(**other)
                .is_some_and(|reached| reached.contains(part))
        };
        let circle: BTreeSet<&str> = reached.iter().filter(back).copied().collect();
        let inside = circle.iter().flat_map(|from| &ties[*from]);
        let inside = inside.filter(|(to, _)| circle.contains(to.as_str()));
        let shown: Vec<String> = inside
            .flat_map(|(_, ties)| ties.iter().take(2).cloned())
            .collect();
        breaches.push(format!(
            "{name}: modules use each other in a circle: {}",
            shown.join(", ")
        ));
        seen.extend(circle);
    }
    breaches
}

fn reachable_from<'t>(ties: &'t Ties, from: &str) -> BTreeSet<&'t str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = ties
        .get(from)
        .into_iter()
        .flat_map(BTreeMap::keys)
        .map(String::as_str)
        .collect();
    while let Some(part) = next.pop() {
        if reached.insert(part) {
            next.extend(
                ties.get(part)
                    .into_iter()
                    .flat_map(BTreeMap::keys)
                    .map(String::as_str),
            );
        }
    }
    reached
}
