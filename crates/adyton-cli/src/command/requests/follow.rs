//! `adyton requests --follow`: the newest records, then those that come, newest last.
//!
//! Records are listed in the order in which requests arrived, and appear when they end: one that took long appears below others
//! that are shown already. So what is new is told by the ids that are known, not by their order.

use std::collections::BTreeSet;
use std::time::Duration;

use adyton_api::adyton::requests::RequestShown;

use super::journal::{Journal, PAGE};
use super::names::ServiceNames;
use super::row::{TITLES, row};
use super::services;
use crate::failure::Outcome;
use crate::terminal::Terminal;

/// How often the server is asked.
const PAUSE: Duration = Duration::from_millis(700);
/// How many ids are remembered.
const REMEMBERED: usize = 10_000;

/// Prints the newest `shown` records, then goes on until interrupted.
pub(super) fn run(terminal: &Terminal, journal: &Journal<'_>, shown: usize) -> Outcome {
    // More is asked for than is shown, so that requests that still run are told from those that are only old.
    let newest = journal.newest(shown.max(PAGE))?;
    let mut known = Known {
        floor: newest.next.unwrap_or_default(),
        ids: newest.requests.iter().map(id).collect(),
    };
    let (mut table, mut names) = (terminal.growing_table(&TITLES), ServiceNames::default());
    let first: Vec<&RequestShown> = newest.requests.iter().take(shown).rev().collect();
    if terminal.is_json() {
        first.iter().for_each(|record| terminal.document_line(*record));
    } else {
        names.learn(journal.client, services(first.iter().copied()));
        let rows = first.into_iter().map(|record| row(record, &names));
        terminal.print(table.with_titles(rows.collect()));
    }
    loop {
        #[expect(
            clippy::disallowed_methods,
            reason = "between two looks at a server, for somebody who watches"
        )]
        std::thread::sleep(PAUSE);
        for record in since(journal, &known)? {
            if terminal.is_json() {
                terminal.document_line(&record);
            } else {
                names.learn(journal.client, services([&record]));
                terminal.print(table.more(vec![row(&record, &names)]));
            }
            known.add(id(&record));
        }
    }
}

/// Which records were there before. Ids begin with the time of arrival, so they sort by it.
struct Known {
    /// Whatever is below was there before, too.
    floor: String,
    ids: BTreeSet<String>,
}

impl Known {
    fn holds(&self, id: &String) -> bool {
        *id < self.floor || self.ids.contains(id)
    }
    fn add(&mut self, id: String) {
        self.ids.insert(id);
        if self.ids.len() > REMEMBERED
            && let Some(oldest) = self.ids.pop_first()
        {
            self.floor = self.floor.clone().max(oldest + "\u{0}");
        }
    }
}

/// The records that are new, oldest first: pages are read until all of one are known.
fn since(journal: &Journal<'_>, known: &Known) -> Outcome<Vec<RequestShown>> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = journal.page(PAGE, before.as_deref())?;
        let is_known = page.requests.iter().all(|record| known.holds(&id(record)));
        found.extend(
            page.requests
                .into_iter()
                .filter(|record| !known.holds(&id(record))),
        );
        before = page.next;
        if is_known || before.is_none() || found.len() >= REMEMBERED {
            break;
        }
    }
    found.reverse();
    Ok(found)
}

fn id(shown: &RequestShown) -> String {
    shown.record.id.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_still_old() {
        let mut known = Known {
            floor: "b".to_owned(),
            ids: BTreeSet::new(),
        };
        for number in 0..=REMEMBERED {
            known.add(format!("c{number:06}"));
        }
        assert_eq!(known.ids.len(), REMEMBERED);
        for old in ["a", "c000000", "c000001", "c010000"] {
            assert!(known.holds(&old.to_owned()), "{old}");
        }
        assert!(!known.holds(&"c010001".to_owned()));
    }
}
