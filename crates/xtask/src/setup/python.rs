//! The Python environment in `.venv`: test clients, and the ONNX Runtime library that `adyton` loads.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{command, run, status};
use crate::repository::root;

/// The environment, filled.
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// Makes the environment, or finds it as `tests/requirements.txt` wants it.
    pub(crate) fn prepare() -> Result<Self> {
        let folder = root().join(".venv");
        let wanted = fs::read_to_string(root().join("tests/requirements.txt"))
            .context("cannot read tests/requirements.txt")?;
        let stamp = folder.join("requirements.installed");
        let python = Self { folder };
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted)
            && python.program("python").exists()
        {
            return Ok(python);
        }
        println!("installing Python packages into .venv (tests/requirements.txt)");
        run(command("python3").args(["-m", "venv"]).arg(&python.folder))
            .context("cannot make a Python environment")?;
        let mut pip = python.command("pip");
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
            "tests/requirements.txt",
        ]);
        run(&mut pip).context("cannot install the Python packages: is the package index reachable?")?;
        fs::write(&stamp, wanted).context("cannot write the stamp in .venv")?;
        Ok(python)
    }

    /// The environment as it is, if there is one.
    pub(crate) fn of_machine() -> Option<Self> {
        let folder = root().join(".venv");
        folder.is_dir().then_some(Self { folder })
    }

    /// Format and lints of the Python programs, by `ruff.toml`.
    pub(crate) fn is_tidy(&self) -> Result<bool> {
        let ruff = |arguments: &[&str]| -> Result<bool> {
            Ok(status(self.command("ruff").args(arguments).arg("--quiet"))?.success())
        };
        Ok(ruff(&["format", "--check"])? && ruff(&["check"])?)
    }

    /// A program of the environment.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join("bin").join(name)
    }

    /// A command that runs a program of the environment in the root of the repository.
    pub(crate) fn command(&self, name: &str) -> Command {
        command(self.program(name))
    }

    /// Where its packages lie.
    pub(crate) fn packages(&self) -> Option<PathBuf> {
        let versions = fs::read_dir(self.folder.join("lib")).ok()?;
        let folders = versions.flatten().map(|entry| entry.path().join("site-packages"));
        folders.filter(|folder| folder.is_dir()).max()
    }

    /// The ONNX Runtime library that the Python package `onnxruntime` ships.
    pub(crate) fn onnx_library(&self) -> Option<PathBuf> {
        let files = fs::read_dir(self.packages()?.join("onnxruntime/capi")).ok()?;
        let mut found: Vec<PathBuf> = files
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("libonnxruntime.so"))
            })
            .collect();
        found.sort();
        found.pop()
    }
}
