//! Small crates, and what is said of them.

use super::breaches;
use crate::tidy::sources::Source;

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
