//! Keeps large files out of the repository: whatever is committed once is fetched by everybody for ever.

use std::fs;

use anyhow::{Context, Result};

use super::sources;
use crate::repository::root;

/// In bytes. The largest file that belongs here, a sample's, has 430 KiB; a binary that was left behind has many MiB.
const LIMIT: u64 = 1 << 20;

/// Every breach, in words.
pub(super) fn breaches() -> Result<Vec<String>> {
    let mut breaches = Vec::new();
    for path in sources::listed(&[])? {
        let file = root().join(&path);
        let size = fs::metadata(&file)
            .with_context(|| format!("cannot look at {}", file.display()))?
            .len();
        if size > LIMIT {
            breaches.push(format!(
                "{}: has {} KiB, and a file may have {}; what is built or downloaded belongs in .gitignore",
                path.display(),
                size >> 10,
                LIMIT >> 10
            ));
        }
    }
    Ok(breaches)
}
