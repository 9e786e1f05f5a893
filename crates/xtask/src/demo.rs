//! `make demo`: sets up, builds, fetches the sample that is not kept in the tree, and becomes `adyton demo`.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use crate::console::Console;
use crate::process::{command, run, shown};
use crate::repository::target;
use crate::setup::{Purpose, Python, setup};

/// Where the fetched vision sample lies; `samples/samples.json` names it too.
const VISION: &str = ".cache/samples/vision";

/// Replaces this process by the demo server, so that a signal ends the server itself.
pub(crate) fn demo(arguments: &[String]) -> Result<()> {
    let python = setup(Purpose::Demo)?;
    Console::prepare(&python)?.build()?;
    run(command("cargo").args(["build", "--release", "--locked", "--package", "adyton"]))?;
    fetch_samples(&python)?;
    let mut server = command(target().join("release/adyton"));
    server.arg("demo").args(arguments);
    if let (None, Some(library)) = (std::env::var_os("ADYTON_ONNX__LIBRARY"), python.onnx_library()) {
        server.env("ADYTON_ONNX__LIBRARY", library);
    }
    Err(server.exec()).with_context(|| format!("cannot start `{}`", shown(&server)))
}

/// Fetches the sample models that come from elsewhere; does nothing where they are already in place.
pub(crate) fn fetch_samples(python: &Python) -> Result<()> {
    run(python.command("python").args(["samples/vision/fetch.py", VISION]))
        .context("cannot fetch the vision sample")
}
