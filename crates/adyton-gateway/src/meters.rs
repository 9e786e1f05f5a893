//! What one worker counts: written by its thread alone, read by any.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;

use crate::count::Count;
use crate::journal::Closing;
use crate::service_meters::{AnswerKey, InstanceKey, SharedSeries};

/// Upper bounds of the latency buckets, in microseconds.
pub(super) const BOUNDS: [u64; 18] = [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000, 40_000_000,
];

/// How often something took how long.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    pub(super) buckets: [Count; BOUNDS.len()],
    pub(super) count: Count,
    pub(super) sum_us: Count,
}

impl Histogram {
    pub(super) fn observe(&self, micros: u64) {
        if let Some(bucket) = self.buckets.get(BOUNDS.partition_point(|bound| *bound < micros)) {
            bucket.add(1);
        }
        self.count.add(1);
        self.sum_us.add(micros);
    }
}

/// How many reasons there are.
const REASONS: usize = Reason::ALL.len();

/// What one worker counts. Aligned, so that two workers' counts never share a cache line.
#[derive(Debug)]
#[repr(align(128))]
pub(crate) struct Meters {
    pub(crate) connections_opened: Count,
    pub(crate) connections_closed: Count,
    pub(crate) accept_failed: Count,
    pub(crate) turned_away: Count,
    pub(crate) unreadable: Count,
    pub(crate) health: Count,
    pub(crate) explanations: Count,
    pub(crate) begun: Count,
    pub(crate) ended: Count,
    pub(super) request_bytes: Count,
    pub(super) response_bytes: Count,
    pub(crate) upstream_opened: Count,
    pub(crate) upstream_reused: Count,
    pub(crate) upstream_retried: Count,
    pub(super) stripped: Count,
    pub(super) refused: [Count; REASONS],
    /// Answers of models, by the first digit of their status.
    pub(super) answered: [Count; 6],
    pub(super) ours: Histogram,
    pub(super) models: Histogram,
    /// Answers of services.
    pub(crate) answers: SharedSeries<AnswerKey>,
    /// Calls of instances.
    pub(crate) instances: SharedSeries<InstanceKey>,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            connections_opened: Count::default(),
            connections_closed: Count::default(),
            accept_failed: Count::default(),
            turned_away: Count::default(),
            unreadable: Count::default(),
            health: Count::default(),
            explanations: Count::default(),
            begun: Count::default(),
            ended: Count::default(),
            request_bytes: Count::default(),
            response_bytes: Count::default(),
            upstream_opened: Count::default(),
            upstream_reused: Count::default(),
            upstream_retried: Count::default(),
            stripped: Count::default(),
            refused: [const { Count::new() }; REASONS],
            answered: Default::default(),
            ours: Histogram::default(),
            models: Histogram::default(),
            answers: SharedSeries::default(),
            instances: SharedSeries::default(),
        }
    }
}

impl Meters {
    /// Counts a request that has ended. The record and the count come from one place, so they agree.
    pub(crate) fn count(&self, record: &Closing<'_>) {
        self.ended.add(1);
        self.request_bytes.add(record.request_bytes);
        self.response_bytes.add(record.response_bytes);
        match record.reason {
            Some(reason) => {
                if let Some(count) = self.refused.get(reason as usize) {
                    count.add(1);
                }
            }
            None => {
                if let Some(count) = self.answered.get(usize::from(record.status / 100)) {
                    count.add(1);
                }
            }
        }
        if matches!(record.evidence, Evidence::Dropped { headers, .. } if !headers.is_empty()) {
            self.stripped.add(1);
        }
        self.ours.observe(record.took_us.saturating_sub(record.model_us));
        if record.model_us > 0 {
            self.models.observe(record.model_us);
        }
    }
}
