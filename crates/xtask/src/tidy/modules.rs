//! The modules of a crate: no two public types of one name, and no circle of modules that use each other.
//!
//! Read from the source with `syn`: a file is a module, and it uses another where a path leads there, through re-exports to
//! the file that defines the name. Handing a name on (`pub use`) is not using it. Tests are left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use syn::visit::Visit;
use syn::{Attribute, Item, Meta, UseTree, Visibility};

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

/// What one file defines, hands on and uses.
#[derive(Default)]
struct Contents {
    /// Every name that it defines.
    defined: BTreeSet<String>,
    /// The types among them that others can see.
    public_types: Vec<String>,
    /// Names handed on, and the paths that they come from.
    handed_on: BTreeMap<String, Vec<String>>,
    /// Modules of which every name is handed on.
    handed_on_whole: Vec<Vec<String>>,
    /// Paths that it uses.
    used: BTreeSet<Vec<String>>,
    /// Modules below it that are for tests only.
    for_tests: BTreeSet<String>,
}

impl Contents {
    fn of(file: &syn::File) -> Self {
        let mut contents = Contents::default();
        contents.visit_file(file);
        contents
    }

    fn define(&mut self, name: &syn::Ident, visibility: Option<&Visibility>) {
        self.defined.insert(name.to_string());
        if visibility.is_some_and(|visibility| !matches!(visibility, Visibility::Inherited)) {
            self.public_types.push(name.to_string());
        }
    }

    fn take_use(&mut self, tree: &UseTree, before: &[String], handed_on: bool) {
        let mut path = before.to_vec();
        match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                self.take_use(&part.tree, &path, handed_on);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.take_use(tree, before, handed_on);
                }
            }
            UseTree::Glob(_) if handed_on => self.handed_on_whole.push(path),
            UseTree::Glob(_) => {
                self.used.insert(path);
            }
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                self.take_name(path, name.ident.to_string(), handed_on);
            }
            UseTree::Rename(rename) => {
                path.push(rename.ident.to_string());
                self.take_name(path, rename.rename.to_string(), handed_on);
            }
        }
    }

    fn take_name(&mut self, mut path: Vec<String>, name: String, handed_on: bool) {
        if path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if handed_on {
            self.handed_on.insert(name, path);
        } else {
            self.used.insert(path);
        }
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) => attribute.path().is_ident("cfg") && list.tokens.to_string().contains("test"),
        Meta::Path(path) => path.is_ident("test"),
        Meta::NameValue(_) => false,
    })
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes: &[Attribute] = match item {
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            _ => &[],
        };
        if is_test(attributes) {
            if let Item::Mod(module) = item {
                self.for_tests.insert(module.ident.to_string());
            }
            return;
        }
        match item {
            Item::Struct(item) => self.define(&item.ident, Some(&item.vis)),
            Item::Enum(item) => self.define(&item.ident, Some(&item.vis)),
            Item::Trait(item) => self.define(&item.ident, Some(&item.vis)),
            Item::Type(item) => self.define(&item.ident, Some(&item.vis)),
            Item::Fn(item) => self.define(&item.sig.ident, None),
            Item::Const(item) => self.define(&item.ident, None),
            Item::Static(item) => self.define(&item.ident, None),
            Item::Macro(item) => {
                if let Some(name) = &item.ident {
                    self.define(name, None);
                }
            }
            Item::Use(item) => {
                let handed_on = !matches!(item.vis, Visibility::Inherited);
                self.take_use(&item.tree, &[], handed_on);
            }
            _ => {}
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.used
                .insert(path.segments.iter().map(|part| part.ident.to_string()).collect());
        }
        syn::visit::visit_path(self, path);
    }
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

/// Circles among the parts of one module: a file or folder counts with all below it. A module and the parts below it may know
/// each other, as a part sees what its parent keeps private.
fn circles(name: &str, modules: &BTreeMap<Module, Contents>) -> Vec<String> {
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

fn arrows_of<'m>(
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

#[cfg(test)]
mod tests {
    use super::super::sources::Source;
    use super::breaches;

    fn breaches_of(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(path, text)| Source {
                path: path.into(),
                text: (*text).to_owned(),
            })
            .collect();
        breaches(&sources)
    }

    #[test]
    fn modules_that_use_each_other_are_named() {
        let found = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one; mod two;"),
            ("crates/a/src/one.rs", "use crate::two::Two; pub struct One(Two);"),
            (
                "crates/a/src/two.rs",
                "pub struct Two; fn make(_: &super::one::One) {}",
            ),
        ]);
        assert_eq!(
            found,
            ["a: modules use each other in a circle: one → two, two → one"]
        );
    }

    #[test]
    fn a_parent_that_hands_names_on_uses_nothing() {
        let found = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one;"),
            (
                "crates/a/src/one.rs",
                "mod part; pub use part::Part; pub struct Shared;",
            ),
            (
                "crates/a/src/one/part.rs",
                "use super::Shared; pub struct Part(Shared);",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn a_part_may_know_its_parent_but_folders_must_not_use_each_other() {
        let parent = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one;"),
            (
                "crates/a/src/one.rs",
                "mod part; pub struct Shared; fn f() { part::g() }",
            ),
            ("crates/a/src/one/part.rs", "pub(super) fn g(_: super::Shared) {}"),
        ]);
        assert!(parent.is_empty(), "{parent:?}");
        let folders = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one; mod two;"),
            ("crates/a/src/one/low.rs", "pub struct Low;"),
            ("crates/a/src/one/high.rs", "use crate::two::Two; fn f(_: Two) {}"),
            ("crates/a/src/one.rs", "pub mod low; mod high;"),
            ("crates/a/src/two.rs", "pub struct Two(crate::one::low::Low);"),
        ]);
        assert_eq!(folders.len(), 1, "{folders:?}");
    }

    #[test]
    fn a_name_that_was_handed_on_leads_to_where_it_is_defined() {
        let found = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one; mod two; pub use two::Two;"),
            ("crates/a/src/one.rs", "use crate::Two; pub struct One(Two);"),
            (
                "crates/a/src/two.rs",
                "pub struct Two; fn f() { crate::one::g() }",
            ),
        ]);
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn tests_may_use_what_they_test() {
        let found = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one; mod two;"),
            ("crates/a/src/one.rs", "use crate::two::Two; pub struct One(Two);"),
            (
                "crates/a/src/two.rs",
                "pub struct Two; #[cfg(test)] mod tests { use crate::one::One; }",
            ),
        ]);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn two_public_types_of_one_name_are_named() {
        let found = breaches_of(&[
            ("crates/a/src/lib.rs", "mod one; mod two; mod three;"),
            ("crates/a/src/one.rs", "pub struct Order;"),
            ("crates/a/src/two.rs", "pub(crate) enum Order {}"),
            ("crates/a/src/three.rs", "struct Order;"),
        ]);
        assert_eq!(found, ["a: `Order` names a type in each of one, two"]);
    }
}
