//! Lines on a page of fixed width: titles, facts in two columns, wrapped paragraphs, verbatim blocks.

use crate::columns::{columns, padded, wrapped};
use crate::shown::shown_line;

/// Columns of the labels of facts.
const LABEL: usize = 12;
const INDENT: usize = 2;

/// How a piece of text looks in colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Strong,
    Good,
    Bad,
    Faint,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Style::Plain => "",
            Style::Strong => "\u{1b}[1m",
            Style::Good => "\u{1b}[32m",
            Style::Bad => "\u{1b}[31m",
            Style::Faint => "\u{1b}[2m",
        }
    }
}

/// A page that is written from top to bottom.
pub(super) struct Paper {
    text: String,
    width: usize,
    has_colour: bool,
}

impl Paper {
    pub(super) fn new(width: usize, has_colour: bool) -> Self {
        Self {
            text: String::new(),
            width,
            has_colour,
        }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    pub(super) fn gap(&mut self) {
        self.text.push('\n');
    }

    pub(super) fn title(&mut self, style: Style, text: &str) {
        let text = self.styled(style, &shown_line(text));
        let text = self.styled(Style::Strong, &text);
        self.line(0, &text);
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.gap();
        let text = self.styled(Style::Strong, text);
        self.line(0, &text);
    }

    pub(super) fn label(&mut self, text: &str) {
        self.paragraph(INDENT, text);
    }

    /// A label and its value, the value wrapped in its column.
    pub(super) fn fact(&mut self, label: &str, value: &str) {
        self.column(INDENT, label, Style::Plain, value);
    }

    /// The same, one step further in, with a style.
    pub(super) fn pair(&mut self, label: &str, style: Style, value: &str) {
        self.column(INDENT * 2, label, style, value);
    }

    /// A numbered item.
    pub(super) fn item(&mut self, number: &str, text: &str) {
        let hang = INDENT + 3;
        for (at, line) in wrapped(&shown_line(text), self.width - hang).iter().enumerate() {
            let front = if at == 0 { number } else { "" };
            self.line(INDENT, &format!("{front:<3}{line}"));
        }
    }

    /// A label and words in styles of their own, wrapped between words.
    pub(super) fn words(&mut self, label: &str, words: &[(Style, String)]) {
        let room = self.width - INDENT - LABEL;
        let mut lines = vec![(0, String::new())];
        for (style, word) in words {
            let length = columns(word);
            let styled = self.styled(*style, word);
            match lines.last_mut() {
                Some((used, line)) if *used == 0 || *used + 2 + length <= room => {
                    if *used > 0 {
                        line.push_str("  ");
                        *used += 2;
                    }
                    line.push_str(&styled);
                    *used += length;
                }
                _ => lines.push((length, styled)),
            }
        }
        let label = self.labelled(label);
        for (at, (_, line)) in lines.iter().enumerate() {
            let front = if at == 0 { &label } else { "            " };
            self.line(INDENT, &format!("{front}{line}"));
        }
    }

    pub(super) fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrapped(&shown_line(text), self.width - indent) {
            self.line(indent, &line);
        }
    }

    /// Paragraphs, one a line of the text, each as far in as it begins.
    pub(super) fn block(&mut self, indent: usize, text: &str) {
        for line in text.trim_end().split('\n') {
            let own = line.len() - line.trim_start_matches(' ').len();
            let most = self.width / 2;
            self.paragraph(indent + own.min(most), line);
        }
    }

    /// Lines as they are: people compare them letter by letter, so they are not wrapped.
    pub(super) fn verbatim(&mut self, text: &str) {
        for line in text.split('\n') {
            let bar = self.styled(Style::Faint, "│");
            self.line(INDENT, &format!("{bar} {}", shown_line(line)));
        }
    }

    fn column(&mut self, indent: usize, label: &str, style: Style, value: &str) {
        let front = self.labelled(label);
        for (at, line) in wrapped(&shown_line(value), self.width - indent - LABEL)
            .iter()
            .enumerate()
        {
            let front = if at == 0 { front.clone() } else { " ".repeat(LABEL) };
            let line = self.styled(style, line);
            self.line(indent, &format!("{front}{line}"));
        }
    }

    fn labelled(&self, label: &str) -> String {
        self.styled(Style::Faint, &padded(label, LABEL))
    }

    fn styled(&self, style: Style, text: &str) -> String {
        if style == Style::Plain || !self.has_colour {
            return text.to_owned();
        }
        format!("{}{text}\u{1b}[0m", style.code())
    }

    fn line(&mut self, indent: usize, text: &str) {
        let start = self.text.len();
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(text);
        let kept = self.text.trim_end_matches(' ').len().max(start);
        self.text.truncate(kept);
        self.text.push('\n');
    }
}
