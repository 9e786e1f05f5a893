//! `make bench`: builds as for production and hands over to `bench/run.py`.

use anyhow::Result;

use crate::demo::fetch_samples;
use crate::process::{command, run, status};
use crate::repository::target;
use crate::setup::{Purpose, setup};

/// Whether the benchmark ran and its goals were met.
pub(crate) fn bench(arguments: &[String]) -> Result<bool> {
    let python = setup(Purpose::Bench)?;
    run(command("cargo").args(["build", "--profile", "dist", "--locked", "--package", "adyton"]))?;
    fetch_samples(&python)?;
    let mut bench = python.command("python");
    bench
        .arg("bench/run.py")
        .args(arguments)
        .env("ADYTON_BINARY", target().join("dist/adyton"));
    if let Some(library) = python.onnx_library() {
        bench.env("ADYTON_ONNX__LIBRARY", library);
    }
    Ok(status(&mut bench)?.success())
}
