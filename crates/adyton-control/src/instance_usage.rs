//! What the instances of this node take of the machine: looked at once a minute, and when somebody asks. What they took between two
//! looks waits for the store with the counts of requests, in the minute in which most of that time was.

use std::collections::HashMap;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::InstanceId;
use adyton_core::tally::{ServiceTally, Tally, minute_of};
use adyton_core::usage::{InstanceUsage, Used};
use tokio::time::Instant;

use crate::blocking::blocking;
use crate::failure::OperationResult;
use crate::shared::Shared;
use crate::unwritten_minutes::UnwrittenMinutes;

/// How often they are looked at while nobody asks. A little less than a minute: whoever looks comes by every ten seconds.
pub(crate) const EVERY: Duration = Duration::from_secs(55);
/// Whoever asks is told of a look that is no older.
pub(crate) const FRESH: Duration = Duration::from_secs(1);

/// Looks at all instances, unless that was done within `fresh`.
pub(crate) async fn look(
    shared: &Shared,
    state: &mut UnwrittenMinutes,
    fresh: Duration,
) -> OperationResult<()> {
    if state.looked.is_some_and(|looked| looked.elapsed() < fresh) {
        return Ok(());
    }
    let instances = shared.instances.clone();
    let usage = blocking(move || instances.usage()).await?;
    state.looked = Some(Instant::now());
    take(state, shared.clock.now(), usage);
    Ok(())
}

fn take(state: &mut UnwrittenMinutes, now: Timestamp, usage: Vec<InstanceUsage>) {
    let before = std::mem::take(&mut state.seen);
    for one in usage {
        let used = Used::between(before.get(&one.instance).map(|(seen, _)| seen), &one);
        // Of a model in the server that is not called there is nothing to tell.
        if used.cpu_us > 0 || used.memory.is_some() {
            let middle = now.before(Duration::from_micros(used.over_us / 2));
            state.waiting.push(ServiceTally {
                service: one.service,
                minute: minute_of(middle),
                tally: Tally {
                    used: [(one.instance, used)].into(),
                    ..Tally::default()
                },
            });
        }
        state.seen.insert(one.instance, (one, used));
    }
}

/// What instances take now: their memory, and their processor time since the look before.
pub(crate) async fn now(shared: &Shared) -> OperationResult<HashMap<InstanceId, Used>> {
    let mut state = shared.unwritten.lock().await;
    look(shared, &mut state, FRESH).await?;
    let seen = state.seen.iter();
    Ok(seen.map(|(instance, (_, used))| (*instance, *used)).collect())
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;

    use super::*;

    fn usage(age: u64, cpu: u64, memory: Option<u64>) -> InstanceUsage {
        InstanceUsage {
            instance: sample::INSTANCE,
            service: sample::SERVICE,
            model: sample::MODEL,
            age: Duration::from_secs(age),
            cpu: Duration::from_secs(cpu),
            memory,
        }
    }

    #[test]
    fn what_was_taken_between_two_looks_waits_in_the_minute_where_most_of_it_was() {
        let at = |text| Timestamp::from_iso(text).expect("a time");
        let mut state = UnwrittenMinutes::default();
        take(&mut state, at("2026-05-04T03:02:10Z"), vec![usage(4, 1, Some(7))]);
        take(
            &mut state,
            at("2026-05-04T03:03:10Z"),
            vec![usage(64, 31, Some(9))],
        );
        let told: Vec<_> = state
            .waiting
            .iter()
            .map(|one| (one.minute, one.tally.used[&sample::INSTANCE]))
            .collect();
        let used = |cpu: u64, over: u64, memory| Used {
            cpu_us: cpu * 1_000_000,
            over_us: over * 1_000_000,
            memory: Some(memory),
        };
        assert_eq!(
            told,
            [
                (at("2026-05-04T03:02:00Z"), used(1, 4, 7)),
                (at("2026-05-04T03:02:00Z"), used(30, 60, 9)),
            ]
        );
        take(&mut state, at("2026-05-04T03:04:10Z"), vec![]);
        assert!(state.seen.is_empty(), "it has ended");
    }

    #[test]
    fn of_a_model_in_the_server_that_is_not_called_nothing_is_written() {
        let now = sample::long_ago();
        let mut state = UnwrittenMinutes::default();
        take(&mut state, now, vec![usage(4, 0, None)]);
        take(&mut state, now, vec![usage(9, 0, None)]);
        assert!(state.waiting.is_empty());
        take(&mut state, now, vec![usage(14, 1, None)]);
        assert_eq!(state.waiting.len(), 1);
    }
}
