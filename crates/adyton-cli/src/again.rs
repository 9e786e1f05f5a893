//! The commands that are named to whoever runs one: they can be pasted into the same shell as they stand, so that they carry on with what
//! this command was told before its verb (`--context`, `--project`), and with the data folder that it was given.
//!
//! It is chosen once, as the language is. What must hold: every text of [`said!`](crate::said) passes here, and so does what a server advises.

use std::sync::OnceLock;

use adyton_core::advice::is_plain;

static CHOSEN: OnceLock<Told> = OnceLock::new();

/// What a command was told that the next ones need too.
#[derive(Clone, Default, Debug)]
pub struct Told {
    /// `--context`.
    pub context: Option<String>,
    /// `--project`, where it says from which project to call.
    pub project: Option<String>,
    /// `--data` and `--config` of verbs that need no server, with their values.
    pub folder: Vec<(String, String)>,
}

/// Verbs that call a server, as somebody.
const CALLING: [&str; 20] = [
    "login", "logout", "whoami", "console", "status", "model", "service", "predict", "app", "user", "role",
    "key", "token", "project", "quota", "requests", "audit", "explain", "sign", "errors",
];
/// Of these, what no server is called for.
const ALONE: [&str; 3] = ["errors", "model init", "model check"];
/// Verbs about things of one project.
const OF_PROJECT: [&str; 9] = [
    "status", "model", "service", "predict", "app", "quota", "requests", "audit", "explain",
];
/// Verbs that work on a data folder.
const OF_FOLDER: [&str; 7] = [
    "serve",
    "doctor",
    "health",
    "backup",
    "restore",
    "master-key",
    "config",
];
/// What a refused caller does themselves; all else of their share is for the person whom they ask.
const OF_CALLER: [&str; 5] = ["login", "whoami", "predict", "explain", "sign"];

/// Chooses what is carried on, once for the process.
pub fn choose(told: Told) {
    // A second choice would change the commands in the middle of a text.
    let _ = CHOSEN.set(told);
}

/// What the words of a command say of the data folder, if its verb works on one: elsewhere `--data` is another thing.
pub fn folder(words: &[String]) -> Vec<(String, String)> {
    let words = words.get(1..).unwrap_or_default();
    if !words.iter().any(|word| OF_FOLDER.contains(&word.as_str()))
        || words.iter().any(|word| CALLING.contains(&word.as_str()))
    {
        return Vec::new();
    }
    let options = words.iter().take_while(|word| *word != "--").enumerate();
    let named = options.filter_map(|(at, word)| {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => (word.as_str(), words.get(at + 1)?.clone()),
        };
        ["--data", "--config"]
            .contains(&name)
            .then(|| (name.to_owned(), value))
    });
    named.collect()
}

/// The text with commands that can be run again as they stand.
pub fn pasted(text: String) -> String {
    match CHOSEN.get() {
        Some(told) => told.pasted(&text, |_| true).unwrap_or(text),
        None => text,
    }
}

/// The same of what a refused caller is told: what somebody else is asked to run is theirs.
pub fn pasted_by_caller(text: String) -> String {
    match CHOSEN.get() {
        Some(told) => told
            .pasted(&text, |verb| OF_CALLER.contains(&verb))
            .unwrap_or(text),
        None => text,
    }
}

impl Told {
    /// The text with what was told in its commands; nothing where it stays as it is.
    fn pasted(&self, text: &str, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
        if self.context.is_none() && self.project.is_none() && self.folder.is_empty() {
            return None;
        }
        let mut pieces = text.split("adyton ");
        let mut whole = pieces.next()?.to_owned();
        for piece in pieces {
            let is_command = whole
                .trim_end_matches(' ')
                .ends_with(['`', ':', '：', '|', '\n', '('])
                || whole.is_empty();
            whole.push_str("adyton ");
            let verb = piece
                .split(|letter: char| !letter.is_ascii_lowercase() && letter != '-')
                .next();
            match verb.filter(|verb| is_command && is_wanted(verb)) {
                Some(verb) => whole.push_str(&self.command(verb, piece)),
                None => whole.push_str(piece),
            }
        }
        Some(whole)
    }

    /// A command that begins with this verb, and what follows it.
    fn command(&self, verb: &str, piece: &str) -> String {
        // Up to where the command ends, as far as that can be seen.
        let words = piece.split(['`', '\n', '|']).next().unwrap_or_default();
        let has = |flag: &str| words.split(' ').any(|word| word == flag);
        let is_alone = ALONE.iter().any(|alone| words.starts_with(alone));
        if CALLING.contains(&verb) && !is_alone {
            let context = self.context.as_deref().filter(|_| !has("--context"));
            let project = self.project.as_deref();
            let project = project.filter(|_| OF_PROJECT.contains(&verb) && !has("--project"));
            let said = [("--context", context), ("--project", project)];
            let flags = said
                .into_iter()
                .filter_map(|(flag, value)| Some((flag, quoted(value?)?)));
            let flags: String = flags.map(|(flag, value)| format!("{flag} {value} ")).collect();
            return flags + piece;
        }
        if OF_FOLDER.contains(&verb) {
            let folder = self.folder.iter().filter(|(flag, _)| !has(flag));
            let flags = folder.filter_map(|(flag, value)| Some(format!(" {flag} {}", quoted(value)?)));
            let flags: String = flags.collect();
            return format!("{verb}{flags}{}", &piece[verb.len()..]);
        }
        piece.to_owned()
    }
}

/// The word as a shell takes it; nothing for what cannot stand in a line between backticks.
fn quoted(word: &str) -> Option<String> {
    match word {
        plain if is_plain(plain) => Some(plain.to_owned()),
        other if other.contains(['\'', '`']) || other.chars().any(char::is_control) => None,
        other => Some(format!("'{other}'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(context: Option<&str>, project: Option<&str>, folder: &[(&str, &str)]) -> Told {
        let owned = |text: &str| text.to_owned();
        Told {
            context: context.map(owned),
            project: project.map(owned),
            folder: folder
                .iter()
                .map(|(flag, value)| (owned(flag), owned(value)))
                .collect(),
        }
    }

    #[track_caller]
    fn says(told: &Told, text: &str, wanted: &str) {
        assert_eq!(told.pasted(text, |_| true).as_deref().unwrap_or(text), wanted);
    }

    #[test]
    fn commands_carry_on_with_what_this_one_was_told() {
        let ada = told(Some("ada"), Some("vision"), &[]);
        for (text, wanted) in [
            (
                "run `adyton app list`",
                "run `adyton --context ada --project vision app list`",
            ),
            (
                "Deploy it with: adyton service deploy iris:0.0.1",
                "Deploy it with: adyton --context ada --project vision service deploy iris:0.0.1",
            ),
            ("部署：adyton user list", "部署：adyton --context ada user list"),
            (
                "Try it with:  adyton predict a --example | adyton predict a",
                "Try it with:  adyton --context ada --project vision predict a --example | adyton --context ada --project vision predict a",
            ),
            // One that names its own.
            ("`adyton login --context NAME`", "`adyton login --context NAME`"),
            (
                "`adyton role grant ada caller --project demo`",
                "`adyton --context ada role grant ada caller --project demo`",
            ),
            // No server is called, or it is no command.
            (
                "`adyton errors x`, `adyton doctor`",
                "`adyton errors x`, `adyton doctor`",
            ),
            ("adyton model check my-model", "adyton model check my-model"),
            ("an adyton service", "an adyton service"),
        ] {
            says(&ada, text, wanted);
        }
        says(
            &told(None, None, &[]),
            "run `adyton app list`",
            "run `adyton app list`",
        );
        says(
            &told(Some("a b"), None, &[]),
            "`adyton app list`",
            "`adyton --context 'a b' app list`",
        );
        says(
            &told(Some("a`b"), None, &[]),
            "`adyton app list`",
            "`adyton app list`",
        );
    }

    #[test]
    fn verbs_of_a_data_folder_stay_with_it() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let there = told(None, None, &[("--data", "/srv/adyton")]);
        assert_eq!(folder(&words("adyton doctor --data /srv/adyton")), there.folder);
        assert_eq!(
            folder(&words("adyton --lang zh doctor --data=/srv/adyton")),
            there.folder
        );
        assert_eq!(folder(&words("adyton predict iris --data x")), []);
        says(
            &there,
            "`adyton doctor --fix`; `adyton app list`",
            "`adyton doctor --data /srv/adyton --fix`; `adyton app list`",
        );
        says(&there, "`adyton backup --data x`", "`adyton backup --data x`");
    }

    #[test]
    fn what_another_person_is_asked_to_run_is_theirs() {
        let ada = told(Some("ada"), None, &[]);
        let text = "ask for `adyton role grant x caller`, then `adyton predict iris`";
        assert_eq!(
            ada.pasted(text, |verb| OF_CALLER.contains(&verb)).as_deref(),
            Some("ask for `adyton role grant x caller`, then `adyton --context ada predict iris`")
        );
    }
}
