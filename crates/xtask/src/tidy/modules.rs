//! The modules of a crate: no two public types of one name, and no circle of modules that use each other.
//!
//! Read from the source with `syn`: a file is a module, and it uses another where a path leads there, through re-exports to
//! the file that defines the name. Handing a name on (`pub use`) is not using it. Tests are left out.

mod circles;
mod contents;
mod paths;

use std::collections::BTreeMap;
use std::path::{Component, Path};

use self::circles::circles;
use self::contents::Contents;
use super::sources::Source;

/// A module's path inside its crate; the root's is empty.
type Module = Vec<String>;

/// Every breach, in words.
pub(super) fn breaches(files: &[Source]) -> Vec<String> {
    let mut crates: BTreeMap<String, BTreeMap<Module, Contents>> = BTreeMap::new();
    let mut breaches = Vec::new();
    for source in files.iter().filter(|source| source.is_rust()) {
        let Some((name, module)) = place(&source.path) else {
            continue;
        };
        match syn::parse_file(&source.text) {
            Ok(file) => {
                crates
                    .entry(name)
                    .or_default()
                    .insert(module, Contents::of(&file));
            }
            Err(error) => breaches.push(format!("{}: cannot be parsed: {error}", source.path.display())),
        }
    }
    for (name, modules) in &mut crates {
        forget_tests(modules);
        breaches.extend(names_twice(name, modules));
        breaches.extend(circles(name, modules));
    }
    breaches
}

/// Takes away what is compiled for tests only.
fn forget_tests(modules: &mut BTreeMap<Module, Contents>) {
    let declared = modules.iter().flat_map(|(module, contents)| {
        contents
            .for_tests
            .iter()
            .map(|part| [module.as_slice(), std::slice::from_ref(part)].concat())
    });
    let for_tests: Vec<Module> = declared.collect();
    modules.retain(|module, _| !for_tests.iter().any(|tests| module.starts_with(tests)));
}

/// The crate and module of a source file; nothing for tests and for what is not below `crates/*/src`.
fn place(path: &Path) -> Option<(String, Module)> {
    let parts: Vec<&str> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        })
        .collect();
    let ["crates", name, "src", inside @ ..] = parts.as_slice() else {
        return None;
    };
    if inside.first() == Some(&"bin") || inside.iter().any(|part| matches!(*part, "tests" | "tests.rs")) {
        return None;
    }
    let mut module: Module = inside.iter().map(|part| (*part).to_owned()).collect();
    let last = module.pop()?;
    let stem = last.strip_suffix(".rs")?;
    if !(module.is_empty() && matches!(stem, "lib" | "main")) {
        module.push(stem.to_owned());
    }
    Some(((*name).to_owned(), module))
}

/// Names that SeaORM's derive demands of every table.
const TABLE_NAMES: [&str; 2] = ["Model", "Relation"];

fn names_twice(name: &str, modules: &BTreeMap<Module, Contents>) -> Vec<String> {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (module, contents) in modules {
        let is_table = contents.defined.contains("Model") && contents.defined.contains("Relation");
        for public in &contents.public_types {
            if is_table && TABLE_NAMES.contains(&public.as_str()) {
                continue;
            }
            places.entry(public).or_default().push(shown(module));
        }
    }
    let twice = places.into_iter().filter(|(_, places)| places.len() > 1);
    twice
        .map(|(public, places)| format!("{name}: `{public}` names a type in each of {}", places.join(", ")))
        .collect()
}

fn shown(module: &[String]) -> String {
    if module.is_empty() {
        "the root".to_owned()
    } else {
        module.join("::")
    }
}

#[cfg(test)]
mod tests;
