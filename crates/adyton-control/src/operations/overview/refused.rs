//! What requests failed with most often, each with an example from the journal.
//!
//! Requests to services are counted by the minute, whether or not their records are kept. What matched no service is counted by its
//! records alone: of many, those that the journal gave.

use std::collections::BTreeMap;

use adyton_core::evidence::Evidence;
use adyton_core::id::RequestId;
use adyton_core::record::{AnsweredBy, Record};
use adyton_core::tally::Tally;

/// How many codes are shown.
const MOST: usize = 5;

/// How often requests failed with a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CodeCount {
    /// The wire code, or the status of what a model answered.
    pub(crate) code: String,
    /// How often.
    pub(crate) count: u64,
    /// The newest record of it: its sub-code, where it was refused, and its id.
    pub(crate) example: Option<(Option<&'static str>, RequestId)>,
}

/// The most frequent ones. `records` are the newest refused ones, newest first.
pub(super) fn most<'t>(tallies: impl Iterator<Item = &'t Tally>, records: &[Record]) -> Vec<CodeCount> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (code, count) in tallies.flat_map(|tally| &tally.failures) {
        *counts.entry(code.clone()).or_default() += count;
    }
    let mut examples: BTreeMap<String, (Option<&'static str>, RequestId)> = BTreeMap::new();
    for record in records {
        let Some(code) = code(record) else {
            continue;
        };
        if record.service.is_none() {
            *counts.entry(code.clone()).or_default() += stands_for(record);
        }
        let reason = record.reason.map(|reason| reason.sub_code());
        examples.entry(code).or_insert((reason, record.id));
    }
    let mut all: Vec<CodeCount> = counts
        .into_iter()
        .map(|(code, count)| CodeCount {
            example: examples.get(&code).copied(),
            code,
            count,
        })
        .collect();
    all.sort_by_key(|one| std::cmp::Reverse(one.count));
    all.truncate(MOST);
    all
}

/// The code that a request is counted under.
fn code(record: &Record) -> Option<String> {
    match (record.reason, record.answered_by) {
        (Some(reason), _) => Some(reason.code().entry().wire.to_owned()),
        (None, AnsweredBy::Model) => Some(record.status.to_string()),
        (None, _) => None,
    }
}

/// For how many requests a record stands.
fn stands_for(record: &Record) -> u64 {
    match &record.evidence {
        Evidence::LeftOut { count, .. } => (*count).max(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::catalogue::Reason;
    use adyton_core::sample;

    use super::*;

    fn tally(failures: &[(&str, u64)]) -> Tally {
        Tally {
            failures: failures
                .iter()
                .map(|(code, count)| ((*code).to_owned(), *count))
                .collect(),
            ..Tally::default()
        }
    }

    fn record(number: u64, reason: Option<Reason>, status: u16) -> Record {
        Record {
            id: RequestId::compose(number, 0, 0, number),
            reason,
            status,
            answered_by: match reason {
                Some(_) => AnsweredBy::Gateway,
                None => AnsweredBy::Model,
            },
            service: Some(sample::SERVICE),
            ..sample::record()
        }
    }

    #[test]
    fn codes_are_summed_over_services_and_have_the_newest_record_as_an_example() {
        let tallies = [
            tally(&[("APIG.0301", 3), ("500", 1)]),
            tally(&[("APIG.0301", 2), ("APIG.0201", 9)]),
        ];
        let records = [
            record(9, Some(Reason::TokenUndecryptable), 401),
            record(8, Some(Reason::TokenExpired), 401),
            record(7, None, 500),
        ];
        let found = most(tallies.iter(), &records);
        let told: Vec<_> = found.iter().map(|one| (one.code.as_str(), one.count)).collect();
        assert_eq!(told, [("APIG.0201", 9), ("APIG.0301", 5), ("500", 1)]);
        assert_eq!(found[0].example, None, "its records are gone");
        assert_eq!(
            found[1].example,
            Some((Some("token.undecryptable"), records[0].id))
        );
        assert_eq!(found[2].example, Some((None, records[2].id)));
    }

    #[test]
    fn what_matched_no_service_is_counted_by_its_records() {
        let unmatched = |number, evidence| Record {
            service: None,
            evidence,
            ..record(number, Some(Reason::NoSuchService), 404)
        };
        let left_out = Evidence::LeftOut {
            source: String::new(),
            count: 7,
            limit: 50,
            until: sample::long_ago(),
            setting: String::new(),
        };
        let records = [unmatched(3, left_out), unmatched(2, Evidence::None)];
        let found = most(std::iter::empty(), &records);
        assert_eq!((found.len(), found[0].count), (1, 8));
    }

    #[test]
    fn five_codes_are_shown() {
        let codes: Vec<(String, u64)> = (400..420)
            .map(|status: u64| (status.to_string(), status))
            .collect();
        let many = Tally {
            failures: codes.into_iter().collect(),
            ..Tally::default()
        };
        let found = most([many].iter(), &[]);
        assert_eq!((found.len(), found[0].code.as_str()), (5, "419"));
    }
}
