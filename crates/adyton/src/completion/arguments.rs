//! Which argument names what: told by the name that its value has in the help.

use std::ffi::OsStr;

use adyton_cli::completion::{NameKind, Suggestion, Typed, names};
use adyton_core::shown::is_unseen;
use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, PathCompleter, ValueCompleter as _};

/// What stands in the place of an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Expected {
    /// A name.
    Name(NameKind),
    /// A path; `true` where only folders are meant.
    Path(bool),
    /// `@` and a path; whatever else is a text of the caller's own.
    AtPath,
    /// Something that only whoever types knows.
    Own,
}

/// The command line, with what completes its arguments.
pub(super) fn completed(mut root: Command, typed: &Typed) -> Command {
    // Then `--help` is there too.
    root.build();
    below(root, "", typed)
}

fn below(command: Command, verb: &str, typed: &Typed) -> Command {
    let verb = format!("{verb} {}", command.get_name());
    let verbs = verb.as_str();
    command
        .mut_args(|arg| with(arg, verbs, typed))
        .mut_subcommands(|command| below(command, verbs, typed))
}

fn with(arg: Arg, verb: &str, typed: &Typed) -> Arg {
    let is_option = arg.get_long().is_some();
    let expected = expected(&arg, verb);
    // Options are offered where nothing else is, or once a dash is typed.
    let arg = arg.hide(is_option);
    match expected {
        Some(Expected::Name(kind)) => {
            let typed = typed.clone();
            arg.add(ArgValueCompleter::new(move |current: &OsStr| {
                let current = current.to_string_lossy();
                let names = names(kind, &typed).into_iter();
                let fitting = names.filter(|one| one.text.starts_with(current.as_ref()));
                fitting.map(candidate).collect::<Vec<_>>()
            }))
        }
        Some(Expected::Path(is_folder)) => arg.add(ArgValueCompleter::new(move |current: &OsStr| {
            paths(current, is_folder)
        })),
        Some(Expected::AtPath) => arg.add(ArgValueCompleter::new(|current: &OsStr| {
            let path = current.to_str().and_then(|text| text.strip_prefix('@'));
            let paths = path
                .map(|path| paths(OsStr::new(path), false))
                .unwrap_or_default();
            paths
                .into_iter()
                .map(|path| path.add_prefix("@"))
                .collect::<Vec<_>>()
        })),
        Some(Expected::Own) | None => arg,
    }
}

/// Paths that begin so, without those whose names would steer a terminal.
fn paths(current: &OsStr, is_folder: bool) -> Vec<CompletionCandidate> {
    let completer = match is_folder {
        true => PathCompleter::dir(),
        false => PathCompleter::any(),
    };
    let mut paths = completer.complete(current);
    paths.retain(|path| !path.get_value().to_string_lossy().contains(is_unseen));
    paths
}

fn candidate(one: Suggestion) -> CompletionCandidate {
    CompletionCandidate::new(one.text).help(one.about.map(Into::into))
}

/// What an argument of a verb expects. Nothing is known of those that list their values themselves.
fn expected(arg: &Arg, verb: &str) -> Option<Expected> {
    if !arg.get_action().takes_values() || !arg.get_possible_values().is_empty() {
        return None;
    }
    // Before the command line is built, a value without a name of its own has that of its argument.
    let value = arg.get_value_names().and_then(|names| names.first());
    let value = value.map_or_else(|| arg.get_id().as_str().to_uppercase(), ToString::to_string);
    let name = |kind| Some(Expected::Name(kind));
    match (value.as_str(), arg.get_id().as_str()) {
        ("NAME", "context") => name(NameKind::Context),
        ("NAME" | "NAMES", _) if verb.starts_with(" adyton context ") => name(NameKind::Context),
        ("NAME|ID", "project") => name(NameKind::Project),
        ("NAME|ID", "user") | ("USER" | "USERS", _) => name(NameKind::User),
        ("SERVICE" | "SERVICES", _) => name(NameKind::Service),
        ("MODEL" | "MODELS", _) => name(NameKind::Model),
        ("MODEL=WEIGHT", _) => name(NameKind::ModelShare),
        ("APP" | "APPS", _) => name(NameKind::App),
        ("CODE_ID", _) => name(NameKind::AppCode),
        ("ROLE", _) => name(NameKind::Role),
        ("KEY", "delete") => name(NameKind::TagKey),
        ("KEY" | "KEYS", _) => name(NameKind::AccessKey),
        ("KEY=VALUE" | "KEY[=VALUE]", _) => name(NameKind::Tag),
        ("ID", "instance") => name(NameKind::Instance),
        ("PATH", _) if verb == " adyton predict" => name(NameKind::Path),
        ("REQUEST_ID", _) => name(NameKind::Request),
        ("CODE", _) => name(NameKind::Code),
        ("STEP", _) => name(NameKind::Step),
        ("STATUS", _) => name(NameKind::Status),
        ("TYPE", _) => name(NameKind::Quota),
        ("OPERATION", _) => name(NameKind::Operation),
        ("THING", _) => name(NameKind::Thing),
        ("METHOD", _) => name(NameKind::Method),
        ("LANGUAGE", _) => name(NameKind::Language),
        ("DIR" | "FOLDER", _) => Some(Expected::Path(true)),
        ("FILE" | "PATH", _) => Some(Expected::Path(false)),
        ("@FILE" | "JSON|@FILE" | "TEXT|@FILE" | "@FILE|TEXT", _) => Some(Expected::AtPath),
        (
            // Names of what is about to be made, of somebody elsewhere, and texts.
            "NAME" | "DESCRIPTION" | "REMARK" | "VERSION" | "TEXT" | "NAME=VALUE" | "NAME: VALUE"
            | "NAME=@FILE" | "URL" | "AK" | "ADDR" | "TIME|AGE" | "YYYYMMDDTHHMMSSZ" | "NUMBER" | "INSTANCES"
            | "SECONDS" | "LIMIT" | "LINES",
            _,
        ) => Some(Expected::Own),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    /// Every argument that takes a value of its own, with the verb that it is of.
    fn arguments(command: &Command, verb: &str, found: &mut Vec<(String, Arg)>) {
        let verb = format!("{verb} {}", command.get_name());
        found.extend(command.get_arguments().map(|arg| (verb.clone(), arg.clone())));
        for one in command.get_subcommands() {
            arguments(one, &verb, found);
        }
    }

    #[test]
    fn of_every_argument_it_is_said_what_completes_it() {
        let mut found = Vec::new();
        arguments(&cli::shown(), "", &mut found);
        assert!(found.len() > 100);
        for (verb, arg) in found {
            if arg.get_action().takes_values() && arg.get_possible_values().is_empty() {
                assert!(expected(&arg, &verb).is_some(), "{verb}: {}", arg.get_id());
            }
        }
    }

    #[test]
    fn the_same_word_means_what_its_verb_is_about() {
        let mut found = Vec::new();
        arguments(&cli::shown(), "", &mut found);
        let of = |verb: &str, id: &str| {
            let (verb, arg) = found
                .iter()
                .find(|(own, arg)| own == verb && arg.get_id() == id)
                .unwrap();
            expected(arg, verb).unwrap()
        };
        for (verb, id, kind) in [
            (" adyton context use", "name", NameKind::Context),
            (" adyton service tag", "delete", NameKind::TagKey),
            (" adyton key delete", "keys", NameKind::AccessKey),
            (" adyton predict", "path", NameKind::Path),
            (" adyton service traffic", "shares", NameKind::ModelShare),
            (" adyton key create", "user", NameKind::User),
        ] {
            assert_eq!(of(verb, id), Expected::Name(kind), "{verb} {id}");
        }
        for (verb, id) in [(" adyton app create", "name"), (" adyton login", "user")] {
            assert_eq!(of(verb, id), Expected::Own, "{verb} {id}");
        }
        assert_eq!(of(" adyton model check", "path"), Expected::Path(false));
    }
}
