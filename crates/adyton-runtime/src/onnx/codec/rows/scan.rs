//! Reads a body of rows in one pass, if it is written as nearly all are: `meta.uuid` and `data.req_data` and nothing beside
//! them, rows of numbers and plain texts. Such a body needs no general reader of JSON: most keys are known before they come.
//!
//! What must hold: for whatever is written otherwise (escapes, nesting, further fields, mistakes) it gives `None`, and
//! `careful.rs` reads the body anew; what it does give, `careful.rs` would have given too.

use super::columns::Columns;
use super::written::Written;

/// Reads `body`; `None` where it is written otherwise, or wrong.
pub(super) fn read<'b>(columns: &Columns, body: &'b [u8]) -> Option<Written<'b>> {
    let mut scan = Scan {
        text: std::str::from_utf8(body).ok()?,
        at: 0,
    };
    let written = scan.body(columns)?;
    scan.space();
    (scan.at == body.len()).then_some(written)
}

/// A place in a body. What takes something gives `None` when something else is there; then the place means nothing any more.
struct Scan<'b> {
    text: &'b str,
    at: usize,
}

impl<'b> Scan<'b> {
    fn body(&mut self, columns: &Columns) -> Option<Written<'b>> {
        let (mut uuid, mut cells) = (None, None);
        self.take(b'{')?;
        loop {
            match self.key()? {
                "\"meta\"" if uuid.is_none() => uuid = Some(self.meta()?),
                "\"data\"" if cells.is_none() => cells = Some(self.data(columns)?),
                _ => return None,
            }
            if self.ends(b'}')? {
                return Some(Written {
                    uuid: uuid.flatten(),
                    cells: cells?,
                });
            }
        }
    }

    /// `{}` or `{"uuid":…}`.
    fn meta(&mut self) -> Option<Option<&'b str>> {
        self.take(b'{')?;
        if self.next()? == b'}' {
            self.at += 1;
            return Some(None);
        }
        let uuid = match self.key()? {
            "\"uuid\"" => self.scalar()?,
            _ => return None,
        };
        self.take(b'}')?;
        Some(Some(uuid))
    }

    /// `{"req_data":[…]}`: the cells of all rows.
    fn data(&mut self, columns: &Columns) -> Option<Vec<&'b str>> {
        self.take(b'{')?;
        if self.key()? != "\"req_data\"" {
            return None;
        }
        self.take(b'[')?;
        let mut cells = Vec::with_capacity(columns.names().len());
        if self.next()? == b']' {
            self.at += 1;
        } else {
            loop {
                self.row(columns, &mut cells)?;
                if self.ends(b']')? {
                    break;
                }
            }
        }
        self.take(b'}')?;
        Some(cells)
    }

    /// One row with all of its columns; others are left out.
    fn row(&mut self, columns: &Columns, cells: &mut Vec<&'b str>) -> Option<()> {
        let start = cells.len();
        cells.resize(start + columns.names().len(), "");
        let row = cells.get_mut(start..)?;
        let mut expected = 0;
        self.take(b'{')?;
        loop {
            let column = self.column(columns, expected)?;
            let cell = self.scalar()?;
            if let Some(column) = column {
                // Of a column that is written twice, the last one counts.
                *row.get_mut(column)? = cell;
                expected = column + 1;
            }
            if self.ends(b'}')? {
                return row.iter().all(|cell| !cell.is_empty()).then_some(());
            }
        }
    }

    /// Which column comes; `Some(None)` for one that is not declared.
    fn column(&mut self, columns: &Columns, expected: usize) -> Option<Option<usize>> {
        self.space();
        // The declared order is the usual one.
        let key = columns.key(expected).unwrap_or_default();
        if !key.is_empty() && self.rest().starts_with(key.as_bytes()) {
            self.at += key.len();
            self.take(b':')?;
            return Some(Some(expected));
        }
        let key = self.key()?;
        let name = key.get(1..key.len() - 1)?;
        Some(columns.names().iter().position(|column| column == name))
    }

    /// A key with its quotes, and the colon behind it.
    fn key(&mut self) -> Option<&'b str> {
        if self.next()? != b'"' {
            return None;
        }
        let key = self.plain_text()?;
        self.take(b':')?;
        Some(key)
    }

    /// A number or a text without escapes, as it is written.
    fn scalar(&mut self) -> Option<&'b str> {
        match self.next()? {
            b'"' => self.plain_text(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => None,
        }
    }

    /// From one quote to the next.
    fn plain_text(&mut self) -> Option<&'b str> {
        let start = self.at;
        let inside = self.rest().get(1..)?;
        let end = inside
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
        if inside.get(end) != Some(&b'"') {
            return None;
        }
        self.at += end + 2;
        self.text.get(start..self.at)
    }

    /// A number by the grammar of JSON (RFC 8259, 6).
    fn number(&mut self) -> Option<&'b str> {
        let start = self.at;
        if self.here() == Some(b'-') {
            self.at += 1;
        }
        if self.here() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.here() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.here() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.here() {
                self.at += 1;
            }
            self.digits()?;
        }
        self.text.get(start..self.at)
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.here().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    /// After an item: whether `end` comes, and not a comma and the next one.
    fn ends(&mut self, end: u8) -> Option<bool> {
        let found = self.next()?;
        self.at += 1;
        match found {
            b',' => Some(false),
            found if found == end => Some(true),
            _ => None,
        }
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        let is_here = self.next()? == wanted;
        self.at += 1;
        is_here.then_some(())
    }

    /// The next byte that is not white.
    fn next(&mut self) -> Option<u8> {
        self.space();
        self.here()
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.here() {
            self.at += 1;
        }
    }

    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'b [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
