//! `make check`: the quick inner loop. Needs nothing but Rust; without Node.js the console is left out, without the Python environment of
//! `make setup` what is written in Python.

use anyhow::Result;

use crate::console::Console;
use crate::process::{command, status};
use crate::setup::Python;
use crate::{generate, tidy};

/// Format and lints of Rust and Python, tidy, generated pages, links in the documentation, and the unit tests of all crates and of the console; stops at the first that fails.
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
        && generate::generate(true, &generate::binary()?)?
        && links()?
        && cargo(&["test", "--workspace", "--lib", "--bins", "--quiet"])?
        && python()?
        && console()?)
}

/// Whether every link in the documentation of the code leads somewhere, also in that of private items.
fn links() -> Result<bool> {
    let mut doc = command("cargo");
    doc.args([
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
        "--quiet",
    ])
    .env(
        "RUSTDOCFLAGS",
        "-D rustdoc::broken_intra_doc_links -A rustdoc::private_intra_doc_links",
    );
    Ok(status(&mut doc)?.success())
}

fn python() -> Result<bool> {
    let Some(python) = Python::of_machine().filter(|python| python.program("ruff").is_file()) else {
        println!("Python: left out, `make setup` brings what checks it");
        return Ok(true);
    };
    python.is_tidy()
}

fn console() -> Result<bool> {
    let Some(console) = Console::of_machine()? else {
        println!(
            "console: left out, there is no Node.js that is new enough (`cargo xtask console` brings one)"
        );
        return Ok(true);
    };
    Ok(console.check()? && console.test()?)
}
