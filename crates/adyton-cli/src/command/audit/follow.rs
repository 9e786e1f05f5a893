//! `adyton audit --follow`: the newest records, then those that come, newest last.

use std::time::Duration;

use super::row::{TITLES, row};
use super::trail::Trail;
use crate::failure::Outcome;
use crate::terminal::Terminal;

/// How often the server is asked.
const PAUSE: Duration = Duration::from_secs(1);

/// Prints the newest `shown` records, then goes on until interrupted.
pub(super) fn run(terminal: &Terminal, trail: &Trail<'_>, shown: usize) -> Outcome {
    // Where to go on from is asked for even where nothing is to be shown.
    let newest = trail.newest(shown.max(1))?;
    let mut last = newest
        .records
        .first()
        .map_or_else(|| "0".to_owned(), |record| record.number.clone());
    let first: Vec<_> = newest.records.iter().take(shown).rev().collect();
    let mut table = terminal.growing_table(&TITLES);
    if terminal.is_json() {
        first
            .into_iter()
            .for_each(|record| terminal.document_line(record));
    } else {
        terminal.print(table.with_titles(first.into_iter().map(row).collect()));
    }
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "between two looks at a server, for somebody who watches"
        )]
        std::thread::sleep(PAUSE);
        for record in trail.after(&last)? {
            if terminal.is_json() {
                terminal.document_line(&record);
            } else {
                terminal.print(table.more(vec![row(&record)]));
            }
            last = record.number;
        }
    }
}
