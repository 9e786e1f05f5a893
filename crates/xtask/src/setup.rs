//! Installs what tests, demo and benchmark need, and says so. A second time it finds everything in place and needs no network.

mod cargo;
mod debian;
mod node;
mod python;

use anyhow::Result;

pub(crate) use cargo::tool;
pub(crate) use node::Node;
pub(crate) use python::Python;

/// What the things are needed for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// `make demo`.
    Demo,
    /// `make test`.
    Test,
    /// `make bench`.
    Bench,
}

/// Makes sure that everything is there; gives the Python environment.
pub(crate) fn setup(purpose: Purpose) -> Result<Python> {
    debian::install_missing(purpose)?;
    Python::prepare()
}
