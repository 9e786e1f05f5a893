//! Adyton's one binary: the server, its demo, and the command line that talks to a server.
//!
//! - [`cli`]: what can be written; [`command`]: one file a verb.
//! - [`config`]: settings from file, environment and flags; [`server`]: wiring the crates together and ending them.
//! - [`client`]: finding, signing and sending, as any client of the public interfaces would.
//!
//! It owns no logic of the product: what a verb decides, it decides by asking another crate or the server.

mod cli;
mod client;
mod command;
mod config;
mod context;
mod demo;
mod failure;
mod server;
mod telemetry;
mod terminal;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::context::Context;

/// A request makes many small allocations on one thread, and the journal's thread frees some of them: what this allocator is
/// made for. What it gains alone was not measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Keys and passwords are in the environment and the memory of most verbs.
    adyton_runtime::keeper::close_to_others();
    let cli = Cli::parse();
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
    let context = Context::of_process(&cli);
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
