//! Tables: columns under titles, no lines. On a terminal they fit its width; elsewhere they are as wide as what they hold, one
//! row a line, for `grep` and `awk`.
//!
//! What must hold: what a server sends neither breaks the table nor steers the terminal.

use adyton_core::columns::columns;
use adyton_core::shown::shown;
use comfy_table::ColumnConstraint::Absolute;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ContentArrangement, Width, presets};

use super::{Printable, Tone};

/// Spaces between two columns.
const GAP: usize = 2;
/// What may be wrapped is made no narrower than this before ids, which people copy, are wrapped too.
const NARROW: usize = 10;
/// No column is made narrower than this.
const NARROWEST: usize = 4;

/// A table whose columns keep their widths while rows are added.
pub struct Table {
    titles: Vec<String>,
    /// The terminal's columns, if it is one.
    room: Option<usize>,
    has_colour: bool,
    /// What the rows so far need.
    needed: Vec<usize>,
}

impl Table {
    /// An empty one. Columns whose title begins with `#` are numbers.
    pub(super) fn new(titles: &[&str], room: Option<usize>, has_colour: bool) -> Self {
        Self {
            titles: titles.iter().map(|title| (*title).to_owned()).collect(),
            room,
            has_colour,
            needed: vec![0; titles.len()],
        }
    }
    /// The titles, and rows below them.
    pub fn with_titles(&mut self, rows: Vec<Vec<String>>) -> Printable {
        Printable::laid_out(self.lines(rows, true))
    }
    /// More rows, below those that are shown.
    pub fn more(&mut self, rows: Vec<Vec<String>>) -> Printable {
        Printable::laid_out(self.lines(rows, false))
    }

    fn lines(&mut self, rows: Vec<Vec<String>>, with_titles: bool) -> String {
        let tamed = |row: Vec<String>| row.iter().map(|text| tame(text)).collect();
        let rows: Vec<Vec<String>> = rows.into_iter().map(tamed).collect();
        for row in &rows {
            for (needed, text) in self.needed.iter_mut().zip(row) {
                let widest = text.lines().map(columns).max();
                *needed = (*needed).max(widest.unwrap_or(0));
            }
        }
        if with_titles {
            for (needed, title) in self.needed.iter_mut().zip(&self.titles) {
                *needed = (*needed).max(title.trim_start_matches('#').chars().count());
            }
        }
        match (self.room, self.titles.split_last()) {
            (Some(room), Some((last, titles)))
                if is_copied(last) && !titles.is_empty() && self.narrowest() > room =>
            {
                self.with_ids_below(titles.to_vec(), rows, with_titles)
            }
            _ => self.side_by_side(rows, with_titles),
        }
    }

    /// How wide it is when all has given what it can, and ids are whole.
    fn narrowest(&self) -> usize {
        let columns = self.needed.iter().zip(&self.titles);
        let widths = columns.map(|(needed, title)| {
            if is_copied(title) {
                *needed
            } else {
                (*needed).min(NARROW)
            }
        });
        widths.sum::<usize>() + GAP * self.titles.len().saturating_sub(1)
    }

    /// Each row with its id, the last column, on a line below, where it can be copied.
    fn with_ids_below(&self, titles: Vec<String>, rows: Vec<Vec<String>>, with_titles: bool) -> String {
        let mut rest = Self {
            needed: self.needed[..titles.len()].to_vec(),
            titles,
            ..*self
        };
        let mut lines = Vec::new();
        if with_titles {
            lines.push(rest.side_by_side(Vec::new(), true));
        }
        for mut row in rows {
            let id = row.pop().unwrap_or_default();
            lines.push(rest.side_by_side(vec![row], false));
            lines.push(format!("{:GAP$}{id}", ""));
        }
        lines.join("\n")
    }

    fn side_by_side(&mut self, rows: Vec<Vec<String>>, with_titles: bool) -> String {
        let mut table = comfy_table::Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if self.has_colour {
            table.enforce_styling();
        }
        if with_titles {
            table.set_header(self.titles.iter().map(|title| self.title(title)));
        }
        for row in rows {
            table.add_row(
                row.into_iter()
                    .zip(&self.titles)
                    .map(|(text, title)| match title.as_str() {
                        "status" => self.toned(Tone::of_state(&text), text),
                        "#http" => self.toned(Tone::of_http(&text), text),
                        _ => Cell::new(text),
                    }),
            );
        }
        for (needed, own) in self.needed.iter_mut().zip(table.column_max_content_widths()) {
            *needed = (*needed).max(usize::from(own));
        }
        let widths = fitted(&self.needed, &self.titles, self.room);
        for (at, (title, width)) in self.titles.iter().zip(widths).enumerate() {
            if let Some(column) = table.column_mut(at) {
                column.set_padding((0, GAP as u16));
                let width = u16::try_from(width + GAP).unwrap_or(u16::MAX);
                column.set_constraint(Absolute(Width::Fixed(width)));
                if title.starts_with('#') {
                    column.set_cell_alignment(CellAlignment::Right);
                }
            }
        }
        table
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn title(&self, title: &str) -> Cell {
        let cell = Cell::new(title.trim_start_matches('#').to_uppercase());
        if self.has_colour {
            cell.add_attribute(Attribute::Dim)
        } else {
            cell
        }
    }

    fn toned(&self, tone: Option<Tone>, text: String) -> Cell {
        let cell = Cell::new(text);
        match tone.filter(|_| self.has_colour) {
            None => cell,
            Some(Tone::Good) => cell.fg(Color::Green),
            Some(Tone::Bad) => cell.fg(Color::Red),
            Some(Tone::Warn) => cell.fg(Color::Yellow),
            Some(Tone::Bold) => cell.add_attribute(Attribute::Bold),
            Some(Tone::Dim) => cell.add_attribute(Attribute::Dim),
        }
    }
}

/// How wide a table is that gives all its columns what they need.
pub(super) fn needed(titles: &[&str], rows: &[Vec<String>]) -> usize {
    let widths = titles.iter().enumerate().map(|(at, title)| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let widest = cells.map(|text| text.chars().count()).max().unwrap_or(0);
        widest.max(title.trim_start_matches('#').chars().count())
    });
    widths.sum::<usize>() + GAP * titles.len().saturating_sub(1)
}

/// The widths of the columns: what they need, or less where that is wider than the room. The widest give first; ids last.
fn fitted(needed: &[usize], titles: &[String], room: Option<usize>) -> Vec<usize> {
    let mut widths = needed.to_vec();
    let Some(room) = room else { return widths };
    let room = room.saturating_sub(GAP * widths.len().saturating_sub(1));
    let shrink = |widths: &mut Vec<usize>, narrowest: usize, may: &dyn Fn(usize) -> bool| {
        while widths.iter().sum::<usize>() > room {
            let widest = (0..widths.len())
                .filter(|at| may(*at) && widths[*at] > narrowest)
                .max_by_key(|at| widths[*at]);
            let Some(widest) = widest else { return };
            widths[widest] -= 1;
        }
    };
    shrink(&mut widths, NARROW, &|at| !is_copied(&titles[at]));
    shrink(&mut widths, NARROWEST, &|_| true);
    widths
}

/// Whether people copy what stands in a column.
fn is_copied(title: &str) -> bool {
    title.ends_with("id") || matches!(title, "appkey" | "setting")
}

/// A cell's text: line feeds make lines in its column, tabs are spaces, and nothing steers the terminal.
fn tame(text: &str) -> String {
    shown(text.trim_end()).replace('\t', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: [&str; 3] = ["time", "path", "request id"];

    fn row() -> Vec<String> {
        [
            "2026-01-15 08:15:30",
            "/v1/infers/2e934724/predictions/poetry",
            "01a2097c3fcd00000100000000000003",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    #[test]
    fn elsewhere_than_on_a_terminal_a_row_is_a_line() {
        let text = Table::new(&TITLES, None, false).with_titles(vec![row()]);
        let text = text.as_str();
        assert_eq!(text.lines().count(), 2);
        assert_eq!(text.lines().nth(1).unwrap(), row().join("  "));
    }

    #[test]
    fn on_a_terminal_every_line_fits_and_ids_stay_whole() {
        for room in [200, 93, 80, 66, 40, 34] {
            let text = Table::new(&TITLES, Some(room), false).with_titles(vec![row()]);
            let text = text.as_str();
            for line in text.lines() {
                assert!(line.chars().count() <= room, "{room}: {line}");
            }
            assert!(text.contains(&row()[2]), "{room}:\n{text}");
        }
    }

    #[test]
    fn what_a_table_needs_is_how_wide_it_is() {
        let text = Table::new(&TITLES, None, false).with_titles(vec![row()]);
        let widest = text.as_str().lines().map(|line| line.chars().count()).max();
        assert_eq!(Some(needed(&TITLES, &[row()])), widest);
    }

    #[test]
    fn rows_that_come_later_stand_below_those_of_before() {
        let mut table = Table::new(&["#ms", "answer", "id"], None, false);
        let cells = |ms: &str, answer: &str| vec![ms.to_owned(), answer.to_owned(), "1".to_owned()];
        let first = table.with_titles(vec![cells("103.5", "by the model")]);
        let later = table.more(vec![cells("0.1", "by us")]);
        assert_eq!(first.as_str(), "   MS  ANSWER        ID\n103.5  by the model  1");
        assert_eq!(later.as_str(), "  0.1  by us         1");
    }

    #[test]
    fn han_characters_are_two_columns_wide() {
        let mut table = Table::new(&["name", "answer"], None, false);
        let rows =
            [("服务", "已停止"), ("iris", "ok")].map(|(name, answer)| vec![name.into(), answer.into()]);
        let text = table.with_titles(rows.to_vec());
        assert_eq!(text.as_str(), "NAME  ANSWER\n服务  已停止\niris  ok");
        let narrow = Table::new(&["name", "text"], Some(20), false)
            .with_titles(vec![vec!["iris".into(), "模型没有在预测超时时间内响应".into()]]);
        for line in narrow.as_str().lines() {
            assert!(columns(line) <= 20, "{line}");
        }
    }

    #[test]
    fn line_feeds_stay_in_their_column_and_control_characters_are_escaped() {
        let mut table = Table::new(&["time", "event"], None, false);
        let text = table.with_titles(vec![vec!["now".to_owned(), "one\ntwo\u{1b}[31m\n".to_owned()]]);
        assert_eq!(text.as_str(), "TIME  EVENT\nnow   one\n      two\\u{1b}[31m");
    }
}
