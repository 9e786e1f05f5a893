//! Development chores, called through `make` or as `cargo xtask …`.
//!
//! One file a chore. What they share: [`repository`] knows where things are, [`process`] runs other programs,
//! [`tally`] counts what passed, [`production`] builds what is handed out. A chore that lacks something says what, and how to get it.

#![expect(clippy::print_stdout, reason = "a command line tool talks on standard output")]

mod bench;
mod check;
mod console;
mod demo;
mod docs;
mod fuzz;
mod generate;
mod package;
mod process;
mod production;
mod repository;
mod setup;
mod tally;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Development chores of Adyton.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Installs what tests and demo need: Debian packages and a Python environment in `.venv`
    Setup,
    /// Runs every check and test; the last line counts them
    Test(test::TestOptions),
    /// The quick inner loop: format, lints, layers, unit tests
    Check,
    /// Builds the web console into `console/dist`; the binary that is built afterwards brings it along
    Console,
    /// Compares the tree with its rules (layers, documents, names) and prints its sizes
    Tidy,
    /// Writes the generated reference pages
    Generate {
        /// Write nothing, fail if a page is not up to date
        #[arg(long)]
        check: bool,
    },
    /// Builds, starts Adyton with the samples deployed, and keeps serving
    #[command(disable_help_flag = true)]
    Demo {
        /// Handed on to `adyton demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Makes the release archive, the Debian package and the context of the container image
    Package(package::PackageOptions),
    /// Builds the documentation site into `target/site`, and looks for dead links
    Docs,
    /// Fuzzes what strangers' bytes are fed to, each target for the same time
    Fuzz(fuzz::FuzzOptions),
    /// Measures CPU time per request beside nginx
    #[command(disable_help_flag = true)]
    Bench {
        /// Handed on to `bench/run.py`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().chore {
        Chore::Setup => setup::setup(setup::Purpose::Test).map(|_| true),
        Chore::Test(options) => test::test(&options),
        Chore::Check => check::check(),
        Chore::Console => console().map(|()| true),
        Chore::Tidy => tidy::tidy(),
        Chore::Generate { check } => generate::binary().and_then(|binary| generate::generate(check, &binary)),
        Chore::Demo { arguments } => demo::demo(&arguments).map(|()| true),
        Chore::Package(options) => package::package(&options).map(|()| true),
        Chore::Docs => docs::docs(),
        Chore::Fuzz(options) => fuzz::fuzz(&options),
        Chore::Bench { arguments } => bench::bench(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn console() -> anyhow::Result<()> {
    console::Console::prepare(&setup::Python::prepare()?)?.build()
}
