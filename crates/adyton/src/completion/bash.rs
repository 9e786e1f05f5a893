//! bash: it takes a line apart at `:` and `=` too, and takes what it is told as it stands. So this program reads the line by
//! itself, and what it offers is escaped as bash wants it typed.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use adyton_core::shown::is_unseen;
use clap::Command;
use clap_complete::engine::{CompletionCandidate, complete};
use clap_complete::env::EnvCompleter;

/// The line up to the cursor.
const LINE: &str = "_ADYTON_LINE";
/// The part of its last word that bash puts an offer in the place of.
const WORD: &str = "_ADYTON_WORD";

/// Characters that mean themselves wherever they stand in a line.
const PLAIN: &str = "_-./:=@%+,";

/// How bash is told what may follow.
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }
    fn is(&self, name: &str) -> bool {
        name == "bash"
    }
    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let completer = quoted(completer);
        write!(
            buf,
            r#"_{name}_complete() {{
    local offer
    COMPREPLY=()
    while IFS= read -r offer; do
        COMPREPLY+=("$offer")
    done < <({var}=bash {LINE}="${{COMP_LINE:0:COMP_POINT}}" {WORD}="$2" {completer} -- "$1" 2>/dev/null)
    if [[ ${{#COMPREPLY[@]}} -eq 1 && ${{COMPREPLY[0]}} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}}
complete -o bashdefault -o nosort -F _{name}_complete {bin} 2>/dev/null ||
    complete -o bashdefault -F _{name}_complete {bin}
"#
        )
    }
    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> Result<(), Error> {
        let line = line();
        let replaced = std::env::var(WORD).unwrap_or_default();
        let index = args.len().saturating_sub(1);
        for candidate in complete(cmd, args, index, current_dir)? {
            if let Some(offer) = offer(&candidate, &line, &replaced) {
                writeln!(buf, "{offer}")?;
            }
        }
        Ok(())
    }
}

/// Which word is completed, if a shell said so by number.
pub(super) fn index() -> Option<usize> {
    // What the library's script for zsh says.
    std::env::var("_CLAP_COMPLETE_INDEX").ok()?.parse().ok()
}

/// The words that this program was called with; from bash, with those of its line in the place of what stands behind `--`.
pub(super) fn whole_words(words: Vec<OsString>) -> Vec<OsString> {
    if std::env::var_os(LINE).is_none() {
        return words;
    }
    let called = words.into_iter().next().unwrap_or_default();
    let mut whole = vec![called, "--".into()];
    whole.extend(line().words.into_iter().map(OsString::from));
    whole
}

fn line() -> Line {
    Line::read(&std::env::var(LINE).unwrap_or_default())
}

/// A line, taken apart as bash does once it is run.
#[derive(PartialEq, Eq, Debug, Default)]
struct Line {
    /// Its words; the last is the one that is typed, which may be empty.
    words: Vec<String>,
    /// The last word as it stands there.
    raw: String,
    /// The quote that is open at its end.
    open: Option<char>,
}

impl Line {
    fn read(text: &str) -> Self {
        let (mut words, mut word, mut raw, mut open) = (Vec::new(), String::new(), String::new(), None);
        let mut letters = text.trim_start().chars();
        while let Some(letter) = letters.next() {
            if open.is_none() && letter.is_whitespace() {
                if !raw.is_empty() {
                    words.push(std::mem::take(&mut word));
                    raw.clear();
                }
                continue;
            }
            raw.push(letter);
            match (letter, open) {
                ('\\', None | Some('"')) => {
                    if let Some(next) = letters.next() {
                        raw.push(next);
                        // Within double quotes a backslash stays before most letters.
                        if open.is_some() && !matches!(next, '"' | '\\' | '$' | '`') {
                            word.push('\\');
                        }
                        word.push(next);
                    }
                }
                ('\'' | '"', None) => open = Some(letter),
                (letter, Some(quote)) if letter == quote => open = None,
                (letter, _) => word.push(letter),
            }
        }
        words.push(word);
        // Variables that are set for this call alone stand before the program.
        let set = words.iter().take_while(|word| is_assignment(word)).count();
        words.drain(..set.min(words.len() - 1));
        Self { words, raw, open }
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    })
}

/// What bash puts in the place of `replaced`, the end of the line's last word.
fn offer(candidate: &CompletionCandidate, line: &Line, replaced: &str) -> Option<String> {
    let text = candidate.get_value().to_str()?;
    if text.contains(is_unseen) {
        return None;
    }
    if line.open.is_some() {
        let is_plain = !text.contains(['\'', '"', '\\', '$', '`', '!']);
        return is_plain.then(|| text.to_owned());
    }
    let escaped = escaped(text, line.raw.starts_with('~'));
    let kept = line.raw.strip_suffix(replaced).unwrap_or_default();
    Some(escaped.strip_prefix(kept).unwrap_or(&escaped).to_owned())
}

/// A text as it is typed. A `~` at its beginning is a home where one was typed.
fn escaped(text: &str, is_home: bool) -> String {
    let mut typed = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        let is_plain =
            letter.is_alphanumeric() || PLAIN.contains(letter) || (at == 0 && letter == '~' && is_home);
        if !is_plain {
            typed.push('\\');
        }
        typed.push(letter);
    }
    typed
}

/// The same between quotes.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, String) {
        let line = Line::read(text);
        (line.words, line.raw)
    }

    #[test]
    fn a_line_is_taken_apart_at_white_space_alone() {
        for (text, words, raw) in [
            ("adyton ", vec!["adyton", ""], ""),
            (
                "adyton service show ir",
                vec!["adyton", "service", "show", "ir"],
                "ir",
            ),
            (
                "adyton model show iris:0",
                vec!["adyton", "model", "show", "iris:0"],
                "iris:0",
            ),
            (
                "adyton --project=vi",
                vec!["adyton", "--project=vi"],
                "--project=vi",
            ),
            (r"adyton x my\ wi", vec!["adyton", "x", "my wi"], r"my\ wi"),
            ("adyton x 'my wi", vec!["adyton", "x", "my wi"], "'my wi"),
            (
                r#"adyton x "a\"b\c" d"#,
                vec!["adyton", "x", r#"a"b\c"#, "d"],
                "d",
            ),
            ("A=1 B= adyton x", vec!["adyton", "x"], "x"),
            ("A=1", vec!["A=1"], "A=1"),
            ("", vec![""], ""),
            (r"adyton \", vec!["adyton", ""], r"\"),
        ] {
            assert_eq!(
                read(text),
                (words.into_iter().map(str::to_owned).collect(), raw.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn an_offer_stands_in_the_place_of_what_bash_replaces_and_runs_nothing() {
        let told = |text: &str, line: &str, replaced: &str| {
            offer(&CompletionCandidate::new(text), &Line::read(line), replaced)
        };
        for (text, line, replaced, offered) in [
            ("iris", "adyton x ir", "ir", Some("iris")),
            ("iris:0.0.1", "adyton x iris:0", "0", Some("0.0.1")),
            ("--model=iris:0.0.1", "adyton x --model=iris:", "", Some("0.0.1")),
            ("my wine", "adyton x my", "my", Some(r"my\ wine")),
            ("my wine", r"adyton x my\ w", r"my\ w", Some(r"my\ wine")),
            ("my wine", "adyton x 'my w", "my w", Some("my wine")),
            ("$(reboot)", "adyton x ", "", Some(r"\$\(reboot\)")),
            ("a;b&c|d>e`f`", "adyton x ", "", Some(r"a\;b\&c\|d\>e\`f\`")),
            ("~root", "adyton x ", "", Some(r"\~root")),
            ("~/models/", "adyton x ~/mo", "~/mo", Some("~/models/")),
            ("模型", "adyton x ", "", Some("模型")),
            ("a$b", "adyton x \"", "", None),
            ("a\u{1b}b", "adyton x ", "", None),
        ] {
            assert_eq!(told(text, line, replaced).as_deref(), offered, "{line}{text}");
        }
    }
}
