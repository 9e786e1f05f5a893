//! What can be written on the command line. Each verb's own arguments stand in its file.

use adyton_cli::command::user::User;
use adyton_cli::context::Context;
use adyton_cli::failure::Outcome;
use adyton_cli::language::{self, Language};
use adyton_cli::verb::Verb as ClientVerb;
use adyton_core::shown::shown_line;
use adyton_core::spelling::distance;
use clap::error::{ContextKind, ContextValue};
use clap::{Command, CommandFactory as _, Parser, Subcommand};

use crate::command;

/// Runs models as real-time services behind an API gateway, and explains every request that it refuses.
#[derive(Parser)]
#[command(name = "adyton", version, max_term_width = 110, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Print one JSON document, with the field names of the API
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub(crate) json: bool,
    /// Use this context of `adyton context list` (ADYTON_CONTEXT)
    #[arg(
        long,
        alias = "profile",
        global = true,
        value_name = "NAME",
        help_heading = "Everywhere"
    )]
    pub(crate) context: Option<String>,
    /// In this project, instead of the context's: name or id
    #[arg(long, global = true, value_name = "NAME|ID", help_heading = "Everywhere")]
    pub(crate) project: Option<String>,
    /// The language of messages: en or zh (ADYTON_LANG)
    #[arg(long, global = true, value_name = "LANGUAGE", help_heading = "Everywhere", value_parser = language::parse)]
    pub(crate) lang: Option<Language>,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// The verbs.
#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Start the server
    Serve(command::serve::Serve),
    /// Start the server with samples that are deployed and called once
    Demo(command::demo::Demo),
    /// Check, show and document the configuration
    #[command(subcommand)]
    Config(command::config::ConfigVerb),
    #[command(flatten)]
    Client(ClientVerb),
    /// Check this installation and say what to fix
    Doctor(command::doctor::Doctor),
    /// Say whether the server that runs on a data folder is ready
    Health(command::health::Health),
    /// Write everything that a restore needs into one archive
    ///
    /// Database, packages and master key at one point in time; the server may keep running. Anyone who has the archive has its secrets.
    Backup(command::backup::Backup),
    /// Restore a backup into an empty or new data folder
    ///
    /// With PostgreSQL, also into the empty database that `database_url` names. Nothing is restored before the whole
    /// archive was read and checked against its checksums.
    Restore(command::restore::Restore),
    /// Change the master key that seals secrets in the database
    #[command(subcommand)]
    MasterKey(command::master_key::MasterKey),
    /// Print a script that completes verbs, options and names in a shell
    ///
    /// Names of services, models, users and so on are fetched from the server that the command line calls.
    Completion(command::completion::Completion),
    /// Write the man pages, one a verb
    #[command(hide = true)]
    Man(command::man::Man),
    /// Print the reference of the command line as Markdown
    #[command(hide = true)]
    Reference(command::reference::Reference),
    /// Start and guard the programs of models (used by the server)
    #[command(hide = true)]
    Keeper(command::keeper::Keeper),
}

/// The command line as people see it: without the verbs that only programs use.
pub(crate) fn shown() -> Command {
    let root = Cli::command();
    let verbs = root.get_subcommands().filter(|verb| !verb.is_hide_set());
    let about = root.get_about().cloned().unwrap_or_default();
    Command::new("adyton")
        .about(about)
        .version(env!("CARGO_PKG_VERSION"))
        .args(root.get_arguments())
        .subcommands(verbs)
}

/// A wrong verb's message, with the verb that is nearest to it named first: of `serv`, `serve` before `user`.
pub(crate) fn nearest_first(mut error: clap::Error) -> clap::Error {
    let (Some(ContextValue::String(said)), Some(ContextValue::Strings(similar))) = (
        error.get(ContextKind::InvalidSubcommand),
        error.get(ContextKind::SuggestedSubcommand),
    ) else {
        return error;
    };
    let mut similar = similar.clone();
    similar.sort_by_key(|verb| {
        let steps = distance(said, verb, verb.len().max(said.len()));
        (!verb.starts_with(said.as_str()), steps)
    });
    error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(similar));
    error
}

/// What was typed, as a message repeats it, steers no terminal.
pub(crate) fn shown_safely(mut error: clap::Error) -> clap::Error {
    let repeated: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| match value {
            ContextValue::String(text) => Some((kind, ContextValue::String(shown_line(text).into_owned()))),
            ContextValue::Strings(texts) => {
                let texts = texts.iter().map(|text| shown_line(text).into_owned());
                Some((kind, ContextValue::Strings(texts.collect())))
            }
            _ => None,
        })
        .collect();
    for (kind, value) in repeated {
        error.insert(kind, value);
    }
    error
}

impl Verb {
    /// Carries it out.
    pub(crate) fn run(self, context: &Context) -> Outcome {
        match self {
            Verb::Serve(verb) => verb.run(context),
            Verb::Demo(verb) => verb.run(context),
            Verb::Config(verb) => verb.run(context),
            Verb::Client(ClientVerb::User(User::Password(verb))) if verb.offline => {
                command::offline_password::run(verb, context)
            }
            Verb::Client(verb) => verb.run(context),
            Verb::Doctor(verb) => verb.run(context),
            Verb::Health(verb) => verb.run(context),
            Verb::Backup(verb) => verb.run(context),
            Verb::Restore(verb) => verb.run(context),
            Verb::MasterKey(verb) => verb.run(context),
            Verb::Completion(verb) => verb.run(context),
            Verb::Man(verb) => verb.run(context, shown()),
            Verb::Reference(verb) => verb.run(context, Cli::command()),
            // `main` has taken care of it, before there was a context.
            Verb::Keeper(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _, Parser as _};

    use super::{Cli, shown_safely};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// Every verb that people see, with all words of its name.
    fn verbs() -> Vec<(String, Command)> {
        fn below(name: &str, verb: &Command, found: &mut Vec<(String, Command)>) {
            found.push((name.to_owned(), verb.clone()));
            let shown = verb
                .get_subcommands()
                .filter(|verb| !verb.is_hide_set() && verb.get_name() != "help");
            for verb in shown {
                below(&format!("{name} {}", verb.get_name()), verb, found);
            }
        }
        let mut root = Cli::command().term_width(80);
        root.build();
        let mut found = Vec::new();
        below("adyton", &root, &mut found);
        found
    }

    /// The words of a line that is typed into a shell, up to what the shell takes for itself.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
        for letter in line.chars() {
            match (letter, quote) {
                (letter, Some(open)) if letter == open => quote = None,
                (letter, Some(_)) => word.get_or_insert_default().push(letter),
                ('\'' | '"', None) => {
                    quote = Some(letter);
                    word.get_or_insert_default();
                }
                (' ', None) => words.extend(word.take()),
                (letter, None) => word.get_or_insert_default().push(letter),
            }
        }
        words.extend(word);
        let end = words
            .iter()
            .position(|word| matches!(word.as_str(), "<" | ">" | "|"));
        words.truncate(end.unwrap_or(words.len()));
        words
    }

    #[test]
    fn a_wrong_value_is_repeated_without_what_steers_a_terminal() {
        for words in [
            ["adyton", "role", "revoke", "ann", "x\u{9b}2J\u{202e}"].as_slice(),
            &["adyton", "x\u{9b}2J\u{202e}"],
            &[
                "adyton",
                "service",
                "metrics",
                "iris",
                "--range",
                "x\u{9b}2J\u{202e}",
            ],
        ] {
            let error = Cli::try_parse_from(words).err().unwrap();
            let text = shown_safely(error).to_string();
            assert!(text.contains("x\\u{9b}2J\\u{202e}"), "{text}");
        }
    }

    #[test]
    fn every_verb_has_an_example_and_each_example_is_one() {
        for (name, verb) in verbs() {
            if verb.has_subcommands() {
                continue;
            }
            let after = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            let (head, examples) = after.split_once('\n').unwrap_or_default();
            assert!(matches!(head, "Example:" | "Examples:"), "{name}: {after:?}");
            let mut own = 0;
            for line in examples.lines() {
                assert!(line.starts_with("  adyton "), "{name}: {line}");
                assert!(line.chars().count() <= 80, "{name}: {line}");
                // What it is for stands behind it.
                let typed = line.trim_start();
                let typed = typed.split("  ").next().unwrap_or(typed);
                let words = words(typed);
                if let Err(problem) = Cli::try_parse_from(&words) {
                    panic!("{name}: {typed}: {problem}");
                }
                own += usize::from(words.join(" ").starts_with(&name));
            }
            assert!(own > 0, "{name}: the examples are of other verbs");
        }
    }

    /// Lists of verbs read as one set: each says what it does in one line, beginning with the deed.
    #[test]
    fn what_verbs_say_of_themselves_is_one_line_each() {
        for (name, verb) in verbs() {
            let widest = verb.get_subcommands().map(|one| one.get_name().len()).max();
            for below in verb.get_subcommands().filter(|one| !one.is_hide_set()) {
                let mut said = below.get_about().map(ToString::to_string).unwrap_or_default();
                let name = format!("{name} {}: {said}", below.get_name());
                let is_named = said.starts_with(char::is_uppercase) && !said.ends_with('.');
                assert!(is_named && !said.contains('\n'), "{name}");
                let deed = said.split(' ').next().unwrap_or_default();
                assert!(!deed.ends_with('s'), "{name}");
                let aliases: Vec<_> = below.get_visible_aliases().collect();
                if !aliases.is_empty() {
                    said += &format!(" [aliases: {}]", aliases.join(", "));
                }
                let columns = "  ".len() + widest.unwrap_or(0) + "  ".len() + said.chars().count();
                assert!(columns <= 80, "{name}: {columns} columns");
            }
        }
    }

    #[test]
    fn every_help_fits_80_columns() {
        for (name, mut verb) in verbs() {
            for help in [
                verb.render_help().to_string(),
                verb.render_long_help().to_string(),
            ] {
                for line in help.lines() {
                    assert!(line.chars().count() <= 80, "{name} --help: {line}");
                }
            }
        }
    }

    #[test]
    fn of_similar_verbs_the_nearest_is_named_first() {
        let error = Cli::try_parse_from(["adyton", "serv"]).err().unwrap();
        let told = super::nearest_first(error).to_string();
        assert!(told.contains("exist: 'serve', 'service'"), "{told}");
    }
}
