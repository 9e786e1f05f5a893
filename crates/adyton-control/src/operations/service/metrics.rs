//! What became of a service's requests over time: the minutes that are written down, put together to steps of one length.

use std::collections::BTreeMap;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::tally::Tally;
use adyton_store::repository::Counted;

use crate::failure::OperationResult;
use crate::minutes;
use crate::shared::Shared;

/// A span of time up to now, and the length of its steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Range {
    FiveMinutes,
    Hour,
    Day,
    Week,
}

impl Range {
    pub(crate) const ALL: [Self; 4] = [Self::FiveMinutes, Self::Hour, Self::Day, Self::Week];

    /// As it is asked for.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::FiveMinutes => "5m",
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
        }
    }
    const fn minutes(self) -> u64 {
        match self {
            Self::FiveMinutes => 5,
            Self::Hour => 60,
            Self::Day => 24 * 60,
            Self::Week => 7 * 24 * 60,
        }
    }
    /// How long a step is. What is older than a day is kept by the quarter of an hour.
    pub(crate) const fn step(self) -> Duration {
        Duration::from_secs(match self {
            Self::FiveMinutes | Self::Hour => 60,
            Self::Day => 15 * 60,
            Self::Week => 60 * 60,
        })
    }
}

/// What became of requests in a span of time.
pub(crate) struct Measured {
    /// When its first step begins.
    pub(crate) from: Timestamp,
    /// When its last one ends.
    pub(crate) until: Timestamp,
    /// Steps with calls or with instances that took something, by when they begin.
    pub(crate) steps: BTreeMap<Timestamp, Tally>,
    /// All together.
    pub(crate) total: Tally,
}

/// What became of a service's requests.
pub(crate) async fn show(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    range: Range,
) -> OperationResult<Measured> {
    super::show(shared, project, id).await?;
    minutes::refresh_all(shared).await?;
    let (from, until) = bounds(range, shared.clock.now());
    let counted = shared.store.minutes().list(id, from, until).await?;
    Ok(measured(range, from, until, &counted))
}

/// Whole steps: the last one is that of now.
fn bounds(range: Range, now: Timestamp) -> (Timestamp, Timestamp) {
    let until = begin(now, range.step()).after(range.step());
    (until.before(Duration::from_secs(range.minutes() * 60)), until)
}

fn begin(at: Timestamp, step: Duration) -> Timestamp {
    let step = i64::try_from(step.as_micros()).unwrap_or(i64::MAX);
    Timestamp::from_micros(at.micros() - at.micros().rem_euclid(step))
}

fn measured(range: Range, from: Timestamp, until: Timestamp, counted: &[Counted]) -> Measured {
    let (mut steps, mut total) = (BTreeMap::<Timestamp, Tally>::new(), Tally::default());
    for one in counted {
        steps
            .entry(begin(one.at, range.step()))
            .or_default()
            .add(&one.tally);
        total.add(&one.tally);
    }
    Measured {
        from,
        until,
        steps,
        total,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_iso(text).expect("a time")
    }

    #[test]
    fn a_range_has_whole_steps_and_ends_with_that_of_now() {
        let now = at("2026-05-04T03:02:01Z");
        for (range, from, until) in [
            (Range::FiveMinutes, "2026-05-04T02:58:00Z", "2026-05-04T03:03:00Z"),
            (Range::Hour, "2026-05-04T02:03:00Z", "2026-05-04T03:03:00Z"),
            (Range::Day, "2026-05-03T03:15:00Z", "2026-05-04T03:15:00Z"),
            (Range::Week, "2026-04-27T04:00:00Z", "2026-05-04T04:00:00Z"),
        ] {
            assert_eq!(bounds(range, now), (at(from), at(until)), "{}", range.name());
        }
    }

    #[test]
    fn minutes_quarters_and_nodes_of_a_step_are_put_together() {
        let counted = |text: &str, span: u64, calls: u64| {
            let mut tally = Tally::default();
            (0..calls).for_each(|_| tally.count(1, None));
            Counted {
                at: at(text),
                span: Duration::from_secs(span),
                tally,
            }
        };
        let rows = [
            counted("2026-05-04T02:45:00Z", 900, 1),
            counted("2026-05-04T03:00:00Z", 60, 2),
            counted("2026-05-04T03:00:00Z", 60, 4),
            counted("2026-05-04T03:14:00Z", 60, 8),
            counted("2026-05-04T03:15:00Z", 60, 16),
        ];
        let now = at("2026-05-04T03:20:00Z");
        let found = measured(Range::Day, now, now, &rows);
        let steps: Vec<u64> = found.steps.values().map(|tally| tally.calls).collect();
        assert_eq!((steps, found.total.calls), (vec![1, 14, 16], 31));
    }
}
