//! What one file defines, hands on and uses, as `syn` reads it; what is compiled for tests only is left out.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::Visit;
use syn::{Attribute, Item, Meta, UseTree, Visibility};

/// What one file defines, hands on and uses.
#[derive(Default)]
pub(super) struct Contents {
    /// Every name that it defines.
    pub(super) defined: BTreeSet<String>,
    /// The types among them that others can see.
    pub(super) public_types: Vec<String>,
    /// Names handed on, and the paths that they come from.
    pub(super) handed_on: BTreeMap<String, Vec<String>>,
    /// Modules of which every name is handed on.
    pub(super) handed_on_whole: Vec<Vec<String>>,
    /// Paths that it uses.
    pub(super) used: BTreeSet<Vec<String>>,
    /// Modules below it that are for tests only.
    pub(super) for_tests: BTreeSet<String>,
}

impl Contents {
    pub(super) fn of(file: &syn::File) -> Self {
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
