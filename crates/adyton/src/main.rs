//! Adyton's one binary: the server, its demo, and the command line that talks to a server.
//!
//! - [`cli`]: what can be written; [`command`]: the verbs of the server itself. Those that talk to one are `adyton-cli`.
//! - [`completion`]: what a shell is told while a line is typed.
//! - [`archive`]: backups; [`offline_acts`]: audit records of what is done without a server; [`config`]: settings from file, environment and flags; [`server`]: wiring the crates together and ending them.
//! - [`demo`]: what a newcomer is shown.

mod archive;
mod cli;
mod command;
mod completion;
mod config;
mod demo;
#[cfg(test)]
mod names;
mod offline_acts;
mod server;
mod telemetry;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use adyton_cli::context::Context;

/// A request makes many small allocations on one thread, and the journal's thread frees some of them: what this allocator is
/// made for. What it gains alone was not measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Keys and passwords are in the environment and the memory of most verbs.
    adyton_runtime::keeper::close_to_others();
    if completion::answer(cli::shown) {
        return ExitCode::SUCCESS;
    }
    let cli = Cli::try_parse().unwrap_or_else(|error| cli::shown_safely(cli::nearest_first(error)).exit());
    if let cli::Verb::Keeper(keeper) = &cli.verb {
        keeper.prepare();
        // It needs nothing of what follows.
        return adyton_runtime::keeper::main();
    }
    if matches!(
        cli.verb,
        cli::Verb::Serve(_) | cli::Verb::Demo(_) | cli::Verb::Doctor(_)
    ) {
        telemetry::refuse();
    }
    let context = Context::of_process(cli.json, cli.context, cli.project, command::package_check::check);
    adyton_cli::language::choose(cli.lang, cli.json, &context.environment);
    match cli.verb.run(&context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if context.terminal.is_json() {
                context.terminal.document(&failure.to_document());
            }
            context.terminal.note(failure.to_string());
            ExitCode::from(failure.exit().code())
        }
    }
}
