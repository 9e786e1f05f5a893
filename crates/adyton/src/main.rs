//! Adyton's one binary: the server, its demo, and the command line that talks to a server.
//!
//! - [`cli`]: what can be written; [`command`]: the verbs of the server itself. Those that talk to one are `adyton-cli`.
//! - [`completion`]: what a shell is told while a line is typed.
//! - [`archive`]: backups; [`offline_acts`]: audit records of what is done without a server; [`config`]: settings from file, environment and flags; [`server`]: wiring the crates together and ending them.
//! - [`demo`]: what a newcomer is shown; [`usage_error`]: what is wrong with the words of a command, in Chinese.

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
mod usage_error;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use adyton_cli::context::Context;
use adyton_cli::language::{Language, spoken};
use adyton_cli::terminal::Terminal;

/// A request makes many small allocations on one thread, and the journal's thread frees some of them: what this allocator is
/// made for. What it gains alone was not measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells what is wrong with the words of a command, or gives the help that they ask for.
fn wrong_words(error: &clap::Error) -> ExitCode {
    let told = match spoken() {
        Language::Chinese if error.use_stderr() => usage_error::in_chinese(error),
        Language::Chinese | Language::English => None,
    };
    match told {
        Some(told) => Terminal::new(false, &[]).note(told.trim_end()),
        // Nobody is there to read it.
        None => drop(error.print()),
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn main() -> ExitCode {
    // Keys and passwords are in the environment and the memory of most verbs.
    adyton_runtime::keeper::close_to_others();
    if completion::answer(cli::shown) {
        return ExitCode::SUCCESS;
    }
    // What is wrong with the words is told in a language too, which they may name.
    let words: Vec<String> = std::env::args_os()
        .filter_map(|word| word.into_string().ok())
        .collect();
    adyton_cli::language::choose_by_words(&words);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return wrong_words(&cli::shown_safely(cli::nearest_first(error))),
    };
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
        adyton_runtime::heap::one_for_each_core();
    }
    adyton_cli::again::choose(adyton_cli::again::Told {
        context: cli.context.clone(),
        project: cli.project.clone(),
        folder: adyton_cli::again::folder(&words),
    });
    let context = Context::of_process(cli.json, cli.context, cli.project, command::package_check::check);
    // Where the words named none, it stays what the environment says.
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
