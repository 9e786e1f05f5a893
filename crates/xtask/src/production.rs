//! The binary for production: what is packaged, and what the benchmark measures.
//!
//! Guided by a profile, which takes two builds: the first counts what its code does while the benchmark's load calls it, and the second is optimised by
//! these counts (PGO). Only our own crates count and are guided: most of what they use of hyper and tokio is generic and compiled
//! with them, and the other crates are built once for both.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::demo::fetch_samples;
use crate::process::{command, run, succeeds};
use crate::repository::{root, target};
use crate::setup::{Purpose, Python, setup};

/// Whether the build is guided by a profile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// By that of the benchmark's load.
    Guided,
    /// By none: half the time to build, for 5 to 10 % more processor time a request.
    Unguided,
}

/// Builds the binary, with the console that is built already; where it is.
pub(crate) fn build(profile: Profile) -> Result<PathBuf> {
    if profile == Profile::Unguided {
        return cargo(None);
    }
    let profdata =
        llvm_profdata().context("cannot build guided by a profile (`--unguided` builds without)")?;
    let python = setup(Purpose::Bench)?;
    let folder = target().join("guided");
    let counts = folder.join("counts");
    if counts.exists() {
        fs::remove_dir_all(&counts).with_context(|| format!("cannot empty {}", counts.display()))?;
    }
    fs::create_dir_all(&counts).with_context(|| format!("cannot make {}", counts.display()))?;

    println!("production: building the binary that counts");
    let counting = with_flag(&folder, &format!("-Cprofile-generate={}", counts.display()))?;
    let copy = folder.join("adyton");
    fs::copy(counting, &copy).with_context(|| format!("cannot copy the binary to {}", copy.display()))?;
    println!("production: calling it as the benchmark does");
    fetch_samples(&python)?;
    let mut load = benchmark(&python, &copy);
    run(load.args(["--rounds", "2", "--seconds", "2", "--load-only"]))?;
    let merged = folder.join("adyton.profdata");
    run(command(profdata)
        .arg("merge")
        .arg("--output")
        .arg(&merged)
        .arg(&counts))
    .context("cannot merge what was counted")?;

    println!("production: building the binary that is guided by it");
    with_flag(&folder, &format!("-Cprofile-use={}", merged.display()))
}

/// One build, our own crates compiled with this flag.
///
/// The compiler is called through a program that adds it. It is the same file for every flag: its path is a part of the names that
/// functions have in the binary, and by these names the compiler finds what was counted. So cargo cannot tell the builds apart,
/// and what the last one left of our crates is removed first.
fn with_flag(folder: &Path, flag: &str) -> Result<PathBuf> {
    if flag.contains(['\'', '\n']) {
        bail!(
            "the path of this checkout has a quote in it, which a build that is guided by a profile cannot pass on"
        );
    }
    let file = folder.join("rustc");
    let write = || {
        fs::write(&file, format!("#!/bin/sh\nexec \"$@\" '{flag}'\n"))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))
    };
    write().with_context(|| format!("cannot write {}", file.display()))?;
    let mut clean = command("cargo");
    clean.args(["clean", "--quiet", "--profile", "dist"]);
    for own in fs::read_dir(root().join("crates"))?.flatten() {
        clean.arg("--package").arg(own.file_name());
    }
    run(&mut clean)?;
    cargo(Some(&file))
}

/// One build, the compiler called through `wrapper` for our own crates.
fn cargo(wrapper: Option<&Path>) -> Result<PathBuf> {
    let mut cargo = command("cargo");
    cargo.args(["build", "--profile", "dist", "--locked", "--package", "adyton"]);
    if let Some(wrapper) = wrapper {
        cargo.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
    }
    run(&mut cargo)?;
    Ok(target().join("dist/adyton"))
}

/// `bench/run.py` for this binary.
pub(crate) fn benchmark(python: &Python, binary: &Path) -> Command {
    let mut bench = python.command("python");
    bench.arg("bench/run.py").env("ADYTON_BINARY", binary);
    if let Some(library) = python.onnx_library() {
        bench.env("ADYTON_ONNX__LIBRARY", library);
    }
    bench
}

/// What merges counts, as the compiler's own version of LLVM writes them: a component of the toolchain, added where it is missing.
fn llvm_profdata() -> Result<PathBuf> {
    let sysroot = command("rustc").args(["--print", "sysroot"]).output()?;
    let libraries = Path::new(String::from_utf8_lossy(&sysroot.stdout).trim()).join("lib/rustlib");
    let find = || {
        let targets = fs::read_dir(&libraries).ok()?.flatten();
        let mut programs = targets.map(|target| target.path().join("bin/llvm-profdata"));
        programs.find(|program| program.is_file())
    };
    if find().is_none() {
        println!("adding the component llvm-tools to the Rust toolchain");
        succeeds(command("rustup").args(["component", "add", "llvm-tools"]));
    }
    find().with_context(|| {
        format!(
            "there is no llvm-profdata below {}, and `rustup component add llvm-tools` did not bring it",
            libraries.display()
        )
    })
}
