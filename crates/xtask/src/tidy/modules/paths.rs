//! Where a path in a file leads: through re-exports, to the module that defines the name.

use std::collections::{BTreeMap, BTreeSet};

use super::Module;
use super::contents::Contents;

/// The other modules of the crate that a module uses.
pub(super) fn arrows_of<'m>(
    modules: &'m BTreeMap<Module, Contents>,
    module: &'m Module,
    contents: &'m Contents,
) -> BTreeSet<&'m Module> {
    let used = contents.used.iter();
    used.filter_map(|path| leads_to(modules, module, path, 8))
        .filter(|to| *to != module)
        .collect()
}

/// The module that defines what a path in `from` names; nothing for what is not of this crate.
fn leads_to<'m>(
    modules: &'m BTreeMap<Module, Contents>,
    from: &Module,
    path: &[String],
    hops: usize,
) -> Option<&'m Module> {
    let mut at = from.clone();
    let mut left = path.iter().peekable();
    match path.first()?.as_str() {
        "crate" => {
            at.clear();
            left.next();
        }
        "self" => {
            left.next();
        }
        "super" => {
            while left.next_if(|part| *part == "super").is_some() {
                at.pop()?;
            }
        }
        child => {
            at.push(child.to_owned());
            if !modules.contains_key(&at) {
                return None;
            }
            left.next();
        }
    }
    while let Some(part) = left.peek() {
        at.push((*part).clone());
        if !modules.contains_key(&at) {
            at.pop();
            break;
        }
        left.next();
    }
    let (found, contents) = modules.get_key_value(&at)?;
    let Some(name) = left.next() else {
        return Some(found);
    };
    if contents.defined.contains(name) || hops == 0 {
        return Some(found);
    }
    if let Some(origin) = contents.handed_on.get(name) {
        return leads_to(modules, &at, origin, hops - 1).or(Some(found));
    }
    let whole = contents.handed_on_whole.iter();
    let origins = whole.filter_map(|origin| leads_to(modules, &at, origin, hops - 1));
    let mut defining = origins.filter(|origin| modules[*origin].defined.contains(name));
    Some(defining.next().unwrap_or(found))
}
