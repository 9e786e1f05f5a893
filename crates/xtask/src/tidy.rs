//! Compares the tree with its own rules, and prints its sizes.
//!
//! It fails on layers, circles of modules, public types of one name, missing documents, forbidden names, forgotten marks, names of files
//! that are gone and a lock file of `fuzz/` that fell behind, on functions of more than 70 lines, and on files of more than 1 MiB.

mod fuzz_lock;
mod layers;
mod manifests;
mod modules;
mod named_files;
mod size_limit;
mod sizes;
mod sources;

use anyhow::Result;

/// Whether the tree keeps its rules; says each breach in one line.
pub(crate) fn tidy() -> Result<bool> {
    let files = sources::files()?;
    let packages = manifests::packages()?;
    let mut breaches = layers::breaches(&packages);
    breaches.extend(fuzz_lock::breaches(&packages)?);
    breaches.extend(sources::breaches(&files));
    breaches.extend(modules::breaches(&files));
    breaches.extend(sizes::breaches(&files));
    breaches.extend(size_limit::breaches()?);
    breaches.extend(named_files::breaches(&files)?);
    for breach in &breaches {
        println!("tidy: {breach}");
    }
    println!("{}", sizes::summary(&files));
    Ok(breaches.is_empty())
}
