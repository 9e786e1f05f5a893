//! Compares the tree with its own rules, and prints its sizes.
//!
//! It fails on layers, circles of modules, public types of one name, missing documents, forbidden names and forgotten
//! marks only. Sizes are a compass, not a gate: a good file is not split to please a number.

mod layers;
mod modules;
mod sizes;
mod sources;

use anyhow::Result;

/// Whether the tree keeps its rules; says each breach in one line.
pub(crate) fn tidy() -> Result<bool> {
    let files = sources::files()?;
    let mut breaches = layers::breaches()?;
    breaches.extend(sources::breaches(&files));
    breaches.extend(modules::breaches(&files));
    for breach in &breaches {
        println!("tidy: {breach}");
    }
    println!("{}", sizes::summary(&files));
    Ok(breaches.is_empty())
}
