//! What people and scripts see: documents and tables on standard output, notes and progress on standard error.
//!
//! What must hold: with `--json` exactly one document goes to standard output; a reader that leaves early (`| head`) ends
//! the output, not the program, with an error.

mod table;

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

use table::Table;

/// The widest and the narrowest that texts are wrapped to.
const WIDEST: usize = 110;
const NARROWEST: usize = 60;

/// Standard output and standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terminal {
    json: bool,
    colour: bool,
    lively: bool,
}

/// The colours that are used; plain when the output is not a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
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

impl Terminal {
    /// For this process. `NO_COLOR` and a dumb terminal turn colours off.
    pub(crate) fn new(json: bool, environment: &[(String, String)]) -> Self {
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
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }
    /// Whether texts on standard output have colours.
    pub(crate) fn is_coloured(&self) -> bool {
        self.colour
    }
    /// How many columns a line may have; long texts are wrapped there.
    pub(crate) fn width(&self) -> usize {
        self.columns()
            .map_or(WIDEST, |columns| columns.clamp(NARROWEST, WIDEST))
    }
    /// Prints a text, and ends its last line if that is not ended.
    pub(crate) fn print(&self, text: impl AsRef<str>) {
        let mut out = std::io::stdout().lock();
        // Whoever reads has left: there is nobody to tell.
        let text = text.as_ref();
        let _ = write!(out, "{text}{}", if text.ends_with('\n') { "" } else { "\n" });
        let _ = out.flush();
    }
    /// Prints bytes as they are, for answers of models; ends the line of a text on a terminal.
    pub(crate) fn print_bytes(&self, bytes: &[u8]) {
        let mut out = std::io::stdout().lock();
        let _ = out.write_all(bytes);
        if std::io::stdout().is_terminal() && !bytes.ends_with(b"\n") {
            let _ = out.write_all(b"\n");
        }
        let _ = out.flush();
    }
    /// Prints a document.
    pub(crate) fn document(&self, document: &Value) {
        self.print(serde_json::to_string_pretty(document).unwrap_or_default());
    }
    /// Prints a document in one line, for streams of them.
    pub(crate) fn document_line(&self, document: &Value) {
        self.print(document.to_string());
    }
    /// Says something beside the output.
    pub(crate) fn note(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
    }
    /// A text in a tone.
    pub(crate) fn tone(&self, tone: Tone, text: impl AsRef<str>) -> String {
        let text = text.as_ref();
        if !self.colour {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Bold => "1",
            Tone::Dim => "2",
            Tone::Good => "32",
            Tone::Bad => "31",
            Tone::Warn => "33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
    /// A state (`running`, `failed`, …) in its tone.
    pub(crate) fn state(&self, state: &str) -> String {
        let tone = match state {
            "running" | "published" | "ready" | "ok" | "SUCCESS" | "normal" => Tone::Good,
            "failed" | "FAIL" | "abnormal" | "missing" => Tone::Bad,
            "deploying" | "concerning" | "publishing" | "stopping" | "deleting" | "notReady" => Tone::Warn,
            _ => return state.to_owned(),
        };
        self.tone(tone, state)
    }
    /// How many columns standard output has, if it is a terminal.
    fn columns(&self) -> Option<usize> {
        rustix::termios::tcgetwinsize(std::io::stdout())
            .ok()
            .map(|size| usize::from(size.ws_col))
            .filter(|columns| *columns > 0)
    }
    /// A table; columns whose title begins with `#` are numbers.
    pub(crate) fn table(&self, titles: &[&str], rows: Vec<Vec<String>>) -> String {
        Table::new(titles, self.columns(), self.colour).with_titles(rows)
    }
    /// A table that grows: its titles and first rows now, more rows later.
    pub(crate) fn growing_table(&self, titles: &[&str]) -> Table {
        Table::new(titles, self.columns(), self.colour)
    }
    /// Facts, one a line, their names aligned.
    pub(crate) fn facts(&self, facts: &[(&str, String)]) -> String {
        let width = facts
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        let lines = facts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let name = self.tone(Tone::Dim, format!("{name:width$}"));
                format!("{name}  {}", value.replace('\n', &format!("\n{:width$}  ", "")))
            });
        lines.collect::<Vec<_>>().join("\n")
    }
    /// A bar for a known amount of bytes; invisible unless standard error is a terminal.
    pub(crate) fn bar(&self, total: u64, what: &str) -> ProgressBar {
        let bar = ProgressBar::with_draw_target(Some(total), self.target());
        if let Ok(style) =
            ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec}")
        {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar
    }
    /// A sign of life for work of unknown length; invisible unless standard error is a terminal.
    pub(crate) fn spinner(&self, what: &str) -> ProgressBar {
        let spinner = ProgressBar::with_draw_target(None, self.target());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
            spinner.set_style(style);
        }
        spinner.set_message(what.to_owned());
        if self.lively {
            spinner.enable_steady_tick(Duration::from_millis(120));
        }
        spinner
    }
    fn target(&self) -> ProgressDrawTarget {
        if self.lively {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        }
    }
}
