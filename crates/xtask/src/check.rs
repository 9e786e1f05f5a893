//! `make check`: the quick inner loop. Needs nothing but Rust.

use anyhow::Result;

use crate::process::{command, status};
use crate::{generate, tidy};

/// Format, lints, tidy, generated pages, and the unit tests of all crates; stops at the first that fails.
pub(crate) fn check() -> Result<bool> {
    let cargo =
        |arguments: &[&str]| -> Result<bool> { Ok(status(command("cargo").args(arguments))?.success()) };
    Ok(cargo(&["fmt", "--all", "--check"])?
        && cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ])?
        && tidy::tidy()?
        && generate::generate(true)?
        && cargo(&["test", "--workspace", "--lib", "--bins", "--quiet"])?)
}
