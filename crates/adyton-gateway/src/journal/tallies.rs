//! Counts what became of each service's requests, minute by minute, until somebody takes the counts.
//!
//! What must hold: memory is bounded by [`MOST`]; nobody waits but the writer and whoever takes, for a moment.

use std::collections::HashMap;

use adyton_core::clock::Timestamp;
use adyton_core::id::ServiceId;
use adyton_core::record::AnsweredBy;
use adyton_core::tally::{ServiceTally, Tally, minute_of};
use parking_lot::Mutex;

use super::encoding::view::View;

/// Minutes of services that are counted until somebody takes them; what comes for more of them is not counted.
const MOST: usize = 50_000;
/// The least status of a model's own answer that counts as a failure.
const FAILED: u16 = 400;

/// See the top of the file.
#[derive(Default)]
pub(super) struct Tallies(Mutex<HashMap<(ServiceId, Timestamp), Tally>>);

impl Tallies {
    /// Counts a record of a service's request, in the minute in which it ended.
    pub(super) fn note(&self, record: &View<'_>) {
        let Some(service) = record.fixed.service() else {
            return;
        };
        let took = record.fixed.took_us();
        let ended = record
            .fixed
            .at_time()
            .after(std::time::Duration::from_micros(took));
        let key = (service, minute_of(ended));
        let failure = match (record.reason, record.fixed.status()) {
            (Some(reason), _) => Some(reason.code().entry().wire.to_owned()),
            (None, status) if status >= FAILED && record.fixed.answered_by() == Some(AnsweredBy::Model) => {
                Some(status.to_string())
            }
            (None, _) => None,
        };
        let mut all = self.0.lock();
        if all.len() < MOST || all.contains_key(&key) {
            all.entry(key).or_default().count(took, failure);
        }
    }

    /// All counts since the last time.
    pub(super) fn take(&self) -> Vec<ServiceTally> {
        let all = std::mem::take(&mut *self.0.lock());
        all.into_iter()
            .map(|((service, minute), tally)| ServiceTally {
                service,
                minute,
                tally,
            })
            .collect()
    }
}
