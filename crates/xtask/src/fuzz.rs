//! `make fuzz`: the long run of all targets by libFuzzer. The short one is a test of `adyton-fuzz`.

use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::process::{command, status};
use crate::repository::root;

/// How long, and what.
#[derive(Args)]
pub(crate) struct FuzzOptions {
    /// Seconds for each target
    #[arg(long, default_value_t = 600)]
    seconds: u32,
    /// What else is looked for: `none`, `address`, …; nothing of ours is `unsafe`, and without it more is tried in the same time
    #[arg(long, default_value = "none")]
    sanitizer: String,
    /// Only these targets
    targets: Vec<String>,
}

/// The most that one input may take, in MiB and in seconds: more is a finding.
const MEMORY: &str = "-rss_limit_mb=2048";
const TIME: &str = "-timeout=10";

/// Whether nothing was found. What is found lies in `fuzz/artifacts/`; new inputs are kept in `fuzz/grown/`, as few as reach all
/// that was reached.
pub(crate) fn fuzz(options: &FuzzOptions) -> Result<bool> {
    if !status(command("cargo").args(["fuzz", "--version"]))?.success() {
        bail!("cargo-fuzz is not there: `cargo install --locked cargo-fuzz` brings it");
    }
    let mut clean = true;
    for target in targets(options)? {
        println!("--- fuzz {target}");
        let grown = root().join("fuzz/grown").join(&target);
        std::fs::create_dir_all(&grown).with_context(|| format!("cannot make {}", grown.display()))?;
        let mut run = cargo_fuzz("run", options);
        run.arg(&target).arg(&grown);
        run.arg(root().join("fuzz/corpus").join(&target));
        run.args(["--", MEMORY, TIME])
            .arg(format!("-max_total_time={}", options.seconds));
        if !status(&mut run)?.success() {
            println!(
                "{target}: see fuzz/artifacts/{target}; add the input to fuzz/corpus/{target} with the fix"
            );
            clean = false;
        }
        let mut shrink = cargo_fuzz("cmin", options);
        shrink.arg(&target).arg(&grown).args(["--", MEMORY, TIME]);
        if !status(&mut shrink)?.success() {
            println!("{target}: fuzz/grown/{target} stays as large as it is");
        }
    }
    Ok(clean)
}

/// A verb of cargo-fuzz.
fn cargo_fuzz(verb: &str, options: &FuzzOptions) -> Command {
    let mut cargo = command("cargo");
    // Coverage and sanitizers are unstable options; this lets the stable compiler take them, for this command alone.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo.args(["fuzz", verb, "--sanitizer", &options.sanitizer]);
    cargo
}

/// The wanted targets: those that have a program.
fn targets(options: &FuzzOptions) -> Result<Vec<String>> {
    let folder = root().join("fuzz/fuzz_targets");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        all.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
    }
    all.sort();
    if let Some(unknown) = options.targets.iter().find(|target| !all.contains(target)) {
        bail!("there is no target `{unknown}`; there are {}", all.join(", "));
    }
    if !options.targets.is_empty() {
        all.retain(|target| options.targets.contains(target));
    }
    Ok(all)
}
