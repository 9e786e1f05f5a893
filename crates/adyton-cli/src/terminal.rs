//! What people and scripts see: documents and tables on standard output, notes and progress on standard error.
//!
//! What must hold: with `--json` exactly one document goes to standard output; a reader that leaves early (`| head`) ends
//! the output, not the program, with an error. Nothing that somebody else wrote steers the terminal: whatever is printed is
//! a [`Printable`].

mod printable;
mod progress;
mod table;

use std::io::{IsTerminal, Write};

use adyton_core::columns::{columns, padded, wrapped};
use adyton_core::explain::Explanation;
use adyton_core::shown::shown_json;
use serde::Serialize;

pub use printable::Printable;
pub use progress::Progress;
use table::Table;

use crate::language::spoken;

/// The widest and the narrowest that texts are wrapped to.
const WIDEST: usize = 110;
const NARROWEST: usize = 60;

/// Standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    json: bool,
    colour: bool,
    lively: bool,
}

/// The colours that are used; plain when the output is not a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// A heading.
    Bold,
    /// Less important.
    Dim,
    /// As it should be.
    Good,
    /// Needs attention.
    Bad,
    /// In between.
    Warn,
}

impl Tone {
    /// The tone of a state (`running`, `failed`, …) as the management APIs name it; `None` for one that needs no colour.
    fn of_state(state: &str) -> Option<Self> {
        match state {
            "running" | "published" | "ready" | "normal" => Some(Tone::Good),
            "failed" | "abnormal" => Some(Tone::Bad),
            "deploying" | "concerning" | "publishing" | "stopping" | "deleting" | "notReady" => {
                Some(Tone::Warn)
            }
            // Stopped is as wanted; what a newer server says is not judged.
            _ => None,
        }
    }
}

impl Tone {
    /// The tone of an HTTP status: the caller's mistakes need less attention than the server's.
    fn of_http(status: &str) -> Option<Self> {
        match status.as_bytes().first() {
            Some(b'2') => Some(Tone::Good),
            Some(b'4') => Some(Tone::Warn),
            Some(b'5') => Some(Tone::Bad),
            _ => None,
        }
    }
}

impl Terminal {
    /// For this process. `NO_COLOR` and a dumb terminal turn colours off.
    pub fn new(json: bool, environment: &[(String, String)]) -> Self {
        let value = |name: &str| {
            environment
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.as_str())
        };
        let plain = value("NO_COLOR").is_some_and(|value| !value.is_empty()) || value("TERM") == Some("dumb");
        Self {
            json,
            colour: !plain && std::io::stdout().is_terminal(),
            lively: std::io::stderr().is_terminal(),
        }
    }
    /// Whether documents are wanted.
    pub fn is_json(&self) -> bool {
        self.json
    }
    /// How many columns a line may have; long texts are wrapped there.
    pub fn width(&self) -> usize {
        self.columns()
            .map_or(WIDEST, |columns| columns.clamp(NARROWEST, WIDEST))
    }
    /// Prints a text, and ends its last line if that is not ended.
    pub fn print(&self, text: impl Into<Printable>) {
        let text = text.into();
        self.write(text.as_str());
    }
    fn write(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        // Whoever reads has left: there is nobody to tell.
        let _ = write!(out, "{text}{}", if text.ends_with('\n') { "" } else { "\n" });
        let _ = out.flush();
    }
    /// Prints an answer of a model. Elsewhere than on a terminal, or `raw`, its bytes are printed as they are; on a terminal
    /// what would steer it is escaped, and the line of a text is ended.
    pub fn print_answer(&self, bytes: &[u8], raw: bool) {
        let mut out = std::io::stdout().lock();
        if raw || !std::io::stdout().is_terminal() {
            let _ = out.write_all(bytes);
            let _ = out.flush();
            return;
        }
        drop(out);
        self.print(String::from_utf8_lossy(bytes));
    }
    /// Prints a document.
    pub fn document(&self, document: &impl Serialize) {
        self.write(&shown_json(
            &serde_json::to_string_pretty(document).unwrap_or_default(),
        ));
    }
    /// Prints a document in one line, for streams of them.
    pub fn document_line(&self, document: &impl Serialize) {
        self.write(&shown_json(&serde_json::to_string(document).unwrap_or_default()));
    }
    /// Says something beside the output.
    pub fn note(&self, text: impl Into<Printable>) {
        let _ = writeln!(std::io::stderr().lock(), "{}", text.into().as_str());
    }
    /// A text in a tone.
    pub fn tone(&self, tone: Tone, text: impl Into<Printable>) -> Printable {
        if !self.colour {
            return text.into();
        }
        let code = match tone {
            Tone::Bold => "1",
            Tone::Dim => "2",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Warn => "33",
        };
        Printable::painted(code, text)
    }
    /// A state (`running`, `failed`, …) in its tone.
    fn state(&self, state: &str) -> Printable {
        match Tone::of_state(state) {
            Some(tone) => self.tone(tone, state),
            None => state.into(),
        }
    }
    /// A text, wrapped on a terminal, whole elsewhere.
    pub fn paragraph(&self, text: &str) -> String {
        self.lines(text, 0).join("\n")
    }
    fn lines(&self, text: &str, indent: usize) -> Vec<String> {
        match self.columns() {
            Some(room) => wrapped(text, room.clamp(NARROWEST, WIDEST) - indent),
            None => vec![text.to_owned()],
        }
    }
    /// A text behind its name: wrapped on a terminal, whole elsewhere, later lines under the first.
    pub fn entry(&self, name: &str, text: &str) -> String {
        let indent = 2 + columns(name).max(6) + 1;
        let lines = self.lines(text, indent);
        format!(
            "  {} {}",
            padded(name, indent - 3),
            lines.join(&format!("\n{:indent$}", ""))
        )
    }
    /// How many columns standard output has, if it is a terminal.
    fn columns(&self) -> Option<usize> {
        rustix::termios::tcgetwinsize(std::io::stdout())
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0)
    }
    /// A table; columns whose title begins with `#` are numbers.
    pub fn table(&self, titles: &[&str], rows: Vec<Vec<String>>) -> Printable {
        Table::new(titles, self.columns(), self.colour).with_titles(rows)
    }
    /// Whether a table needs no more columns than there are; elsewhere than on a terminal there is no end of them.
    pub fn has_room_for(&self, titles: &[&str], rows: &[Vec<String>]) -> bool {
        self.columns()
            .is_none_or(|columns| table::needed(titles, rows) <= columns)
    }
    /// A table that grows: its titles and first rows now, more rows later.
    pub fn growing_table(&self, titles: &[&str]) -> Table {
        Table::new(titles, self.columns(), self.colour)
    }
    /// An explanation.
    pub fn explanation(&self, explanation: &Explanation, width: usize) -> Printable {
        // It escapes what others wrote itself, before it adds its colours.
        Printable::laid_out(explanation.to_text_in(width, self.colour, spoken()))
    }
    /// Facts, one a line, their names aligned; a `status` is in its tone.
    pub fn facts(&self, facts: &[(&str, String)]) -> Printable {
        let width = facts.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
        let lines = facts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let shown = match *name {
                    "status" => self.state(value),
                    _ => value.replace('\n', &format!("\n{:width$}  ", "")).into(),
                };
                self.tone(Tone::Dim, padded(name, width)) + "  " + shown
            });
        Printable::joined(lines, "\n")
    }
    /// A bar for a known amount of bytes; invisible unless standard error is a terminal.
    pub fn bar(&self, total: u64, what: &str) -> Progress {
        Progress::bar(total, what, self.lively)
    }
    /// A sign of life for work of unknown length; invisible unless standard error is a terminal.
    pub fn spinner(&self, what: &str) -> Progress {
        Progress::spinner(what, self.lively)
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::model::ModelStatus;
    use adyton_core::service::ServiceStatus;

    use super::*;

    #[test]
    fn every_state_of_a_service_and_of_a_model_has_the_tone_that_it_deserves() {
        for (status, tone) in [
            (ServiceStatus::Deploying, Some(Tone::Warn)),
            (ServiceStatus::Running, Some(Tone::Good)),
            (ServiceStatus::Concerning, Some(Tone::Warn)),
            (ServiceStatus::Failed, Some(Tone::Bad)),
            (ServiceStatus::Stopping, Some(Tone::Warn)),
            (ServiceStatus::Stopped, None),
            (ServiceStatus::Deleting, Some(Tone::Warn)),
        ] {
            assert_eq!(Tone::of_state(status.name()), tone, "{status:?}");
        }
        for (status, tone) in [
            (ModelStatus::Publishing, Tone::Warn),
            (ModelStatus::Published, Tone::Good),
            (ModelStatus::Failed, Tone::Bad),
        ] {
            assert_eq!(Tone::of_state(status.name()), Some(tone), "{status:?}");
        }
        assert_eq!(Tone::of_state("of a newer server"), None);
    }

    #[test]
    fn facts_are_aligned_and_empty_ones_left_out() {
        let terminal = Terminal {
            json: false,
            colour: false,
            lively: false,
        };
        let facts = [
            ("status", "running".to_owned()),
            ("owner", String::new()),
            ("address", "one\ntwo".to_owned()),
        ];
        let text = "status   running\naddress  one\n         two";
        assert_eq!(terminal.facts(&facts).as_str(), text);
    }

    #[test]
    fn nobody_gets_colours_who_did_not_ask_for_them() {
        let variable = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        for environment in [variable("NO_COLOR", "1"), variable("TERM", "dumb")] {
            let terminal = Terminal::new(false, &environment);
            assert_eq!(terminal.tone(Tone::Bad, "failed").as_str(), "failed");
        }
    }
}
