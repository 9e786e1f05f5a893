//! Commands and their options.

use clap::{Command, CommandFactory as _};

use super::{Text, texts};
use crate::cli::Cli;

/// What may stand before a command: it begins a line or a text, or stands in quotes or behind a prompt.
const BEFORE: [char; 8] = ['`', '"', '\'', '\n', '(', '|', '=', '$'];
/// What ends one.
const AFTER: [char; 20] = [
    '`', '"', '\'', '\n', '|', ')', '#', '<', '>', '&', ';', '；', '。', '，', '：', '、', '（', '…', '\\',
    '[',
];

#[test]
fn every_command_that_a_text_names_exists_with_its_options() {
    let mut root = Cli::command();
    root.build();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for text in texts() {
        for (before, rest) in text.after("adyton ") {
            if !BEFORE.contains(&before) && !is_prompted(&text, rest) {
                continue;
            }
            let said = rest.split(AFTER).next().unwrap_or(rest);
            // What a command of a list is for stands behind it.
            let said = said.split("  ").next().unwrap_or(said);
            match problem(&root, said) {
                Ok(known) => seen += usize::from(known),
                Err(problem) => wrong.push(format!("{problem}: {}", text.place(rest))),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 900, "{seen}");
}

/// Whether it is indented as a command, or stands behind a prompt or the folder of programs.
fn is_prompted(text: &Text, rest: &str) -> bool {
    let at = rest.as_ptr() as usize - text.text.as_ptr() as usize - "adyton ".len();
    ["  ", "$ ", ": "]
        .iter()
        .any(|mark| text.text[..at].ends_with(mark))
}

/// Whether a command is named at all, or why there is none such.
fn problem(root: &Command, said: &str) -> Result<bool, String> {
    let mut verb = root;
    let mut options: Vec<&Command> = vec![root];
    let mut has_values = false;
    let mut words = said.split_whitespace();
    while let Some(word) = words.next() {
        // What a message puts in may be options.
        let word = word
            .split('{')
            .next()
            .filter(|word| !word.is_empty())
            .unwrap_or(word);
        if let Some(option) = word.strip_prefix("--") {
            let name = option.split(['=', ',', '.', '/', '}']).next().unwrap_or(option);
            let mut known = options.iter().flat_map(|verb| verb.get_arguments());
            let known = known.find(|one| one.get_long() == Some(name));
            if !name.is_empty() && !matches!(name, "help" | "version") && known.is_none() {
                return Err(format!("`{}` has no --{name}", verb.get_name()));
            }
            // Its value may follow; before a verb, the verb follows that.
            if verb.get_name() != root.get_name() {
                has_values = true;
            } else if !option.contains('=') && known.is_some_and(|one| one.get_action().takes_values()) {
                words.next();
            }
            continue;
        }
        if word.starts_with('-') || has_values {
            continue;
        }
        let below = verb.get_subcommands();
        match below
            .into_iter()
            .find(|below| below.get_name() == word || below.get_all_aliases().any(|alias| alias == word))
        {
            Some(found) => {
                verb = found;
                options.push(found);
            }
            None if verb.has_subcommands() && is_verb(word) => {
                return Err(format!("`{}` has no verb `{word}`", verb.get_name()));
            }
            None => has_values = true,
        }
    }
    Ok(verb.get_name() != root.get_name())
}

/// Whether a word would be a verb: values are in capitals, in braces, or hold something else.
fn is_verb(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}
