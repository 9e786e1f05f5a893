//! Completion of a command line: a shell calls this program with the words that stand there, and is told what may follow.
//!
//! - [`arguments`]: which argument names what. [`bash`]: how bash takes its words apart and together. zsh and fish are the
//!   library's. The names themselves: `adyton_cli::completion`.
//!
//! What must hold: a shell's line is not disturbed. Nothing is written to standard error, whatever goes wrong; nobody is asked
//! for anything; what takes longer than a second is not waited for.

mod arguments;
mod bash;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use adyton_cli::completion::Typed;
use clap::{ArgMatches, Command};
use clap_complete::CompleteEnv;
use clap_complete::env::{EnvCompleter, Fish, Shells, Zsh};

use self::bash::Bash;

/// The variable in which the scripts name their shell.
const VARIABLE: &str = "ADYTON_COMPLETE";
/// The program that the scripts call, unless this one was called by a path.
const PROGRAM: &str = "adyton";

const SHELLS: [&dyn EnvCompleter; 3] = [&Bash, &Zsh, &Fish];

/// Answers a shell, if it was one that called, about the command line `root`. Then nothing else is to be done.
pub(crate) fn answer(root: fn() -> Command) -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty() || shell == "0") {
        return false;
    }
    std::panic::set_hook(Box::new(|_| {}));
    let words: Vec<OsString> = std::env::args_os().collect();
    let words = bash::whole_words(words);
    let typed = typed(root(), &words);
    let factory = || arguments::completed(root(), &typed);
    let completed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = CompleteEnv::with_factory(factory)
            .var(VARIABLE)
            .shells(Shells(&SHELLS))
            .try_complete(words.clone(), std::env::current_dir().ok().as_deref());
    }));
    // What failed has told nothing; a shell then completes nothing.
    drop(completed);
    let _ = std::io::stdout().flush();
    true
}

/// The script that makes a shell call this program while a line of it is typed.
pub(crate) fn script(shell: &str) -> Option<Vec<u8>> {
    let shell = SHELLS.into_iter().find(|known| known.is(shell))?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, PROGRAM, PROGRAM, &program(), &mut script)
        .ok()?;
    if shell.is("zsh") {
        // From a folder of functions zsh runs this file as the function itself, the first time.
        script.extend_from_slice(
            b"if [ \"$funcstack[1]\" = \"_adyton\" ]; then\n    _clap_dynamic_completer_adyton \"$@\"\nfi\n",
        );
    }
    Some(script)
}

/// What a shell calls: this program by the name by which it was called; a path stays one wherever the shell goes.
fn program() -> String {
    let called = std::env::args_os().next().map(PathBuf::from);
    let called = called.filter(|path| path.components().count() > 1);
    let whole = called.and_then(|path| std::env::current_dir().ok().map(|folder| folder.join(path)));
    whole.map_or_else(|| PROGRAM.to_owned(), |path| path.to_string_lossy().into_owned())
}

/// What the words say before the one that is completed.
fn typed(root: Command, words: &[OsString]) -> Typed {
    let mut typed = Typed {
        since: Some(Instant::now()),
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect(),
        folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        ..Typed::default()
    };
    let line = words
        .iter()
        .position(|word| word == "--")
        .map_or(&[][..], |at| &words[at + 1..]);
    let before = match bash::index() {
        Some(at) => &line[..at.min(line.len())],
        None => &line[..line.len().saturating_sub(1)],
    };
    let Ok(said) = root.ignore_errors(true).try_get_matches_from(before) else {
        return typed;
    };
    let mut deepest = &said;
    loop {
        typed.context = value(deepest, "context").or(typed.context);
        typed.project = value(deepest, "project").or(typed.project);
        typed.service = value(deepest, "service").or(typed.service);
        typed.app = value(deepest, "app").or(typed.app);
        match deepest.subcommand() {
            Some((_, below)) => deepest = below,
            None => return typed,
        }
    }
}

/// A text of the line. Verbs that have no such argument, or a flag of that name, say nothing.
fn value(said: &ArgMatches, name: &str) -> Option<String> {
    said.try_get_one::<String>(name).ok().flatten().cloned()
}
