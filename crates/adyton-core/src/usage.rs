//! What instances take of the machine: what one has taken so far ([`InstanceUsage`]), and how much that was in a span of time ([`Used`]).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::id::{InstanceId, ModelId, ServiceId};

/// Of a service in one span of time so many instances are told apart; of more, those that took most.
pub const INSTANCES_MOST: usize = 128;

/// What one instance has taken since its present run began, as it was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InstanceUsage {
    /// The instance.
    pub instance: InstanceId,
    /// The service that it is of.
    pub service: ServiceId,
    /// The model that it runs.
    pub model: ModelId,
    /// For how long its present run has gone on: a shorter time than before is another run.
    pub age: Duration,
    /// The processor time of its processes; of a model in the server's own process, what its calls took there.
    pub cpu: Duration,
    /// The memory of its processes, in bytes; `None` of a model in the server's own process, which holds it together with all else.
    pub memory: Option<u64>,
}

/// What one instance took in a span of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Used {
    /// Processor time, in microseconds.
    pub cpu_us: u64,
    /// The time in which it took that, in microseconds: as long as it was looked at.
    pub over_us: u64,
    /// The most memory that it had when it was looked at, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
}

impl Used {
    /// What was taken between two looks at an instance; since the beginning of its run, where there was none before.
    pub fn between(before: Option<&InstanceUsage>, now: &InstanceUsage) -> Self {
        let same_run = before.filter(|before| before.age <= now.age);
        let (cpu, age) = same_run.map_or_else(Default::default, |before| (before.cpu, before.age));
        Self {
            cpu_us: micros(now.cpu.saturating_sub(cpu)),
            over_us: micros(now.age.saturating_sub(age)),
            memory: now.memory,
        }
    }

    /// Adds what it took at another time.
    pub fn add(&mut self, other: &Self) {
        self.cpu_us = self.cpu_us.saturating_add(other.cpu_us);
        self.over_us = self.over_us.saturating_add(other.over_us);
        self.memory = self.memory.max(other.memory);
    }

    /// The share of one processor core, in percent; `None` where it was not looked at long enough to say.
    pub fn cpu_percent(&self) -> Option<f64> {
        (self.over_us > 0).then(|| self.cpu_us as f64 * 100.0 / self.over_us as f64)
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// Adds what instances took at another time, or on another node.
pub(crate) fn add_all(sum: &mut BTreeMap<InstanceId, Used>, more: &BTreeMap<InstanceId, Used>) {
    for (instance, used) in more {
        sum.entry(*instance).or_default().add(used);
    }
    let beyond = sum.len().saturating_sub(INSTANCES_MOST);
    if beyond > 0 {
        let mut by_use: Vec<(u64, Option<u64>, InstanceId)> = sum
            .iter()
            .map(|(instance, used)| (used.cpu_us, used.memory, *instance))
            .collect();
        by_use.sort_unstable();
        for (_, _, instance) in by_use.iter().take(beyond) {
            sum.remove(instance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn seen(age: u64, cpu: u64) -> InstanceUsage {
        InstanceUsage {
            instance: sample::INSTANCE,
            service: sample::SERVICE,
            model: sample::MODEL,
            age: Duration::from_secs(age),
            cpu: Duration::from_secs(cpu),
            memory: Some(7),
        }
    }

    #[test]
    fn what_was_taken_is_counted_from_the_look_before_or_from_the_beginning_of_the_run() {
        let percent = |used: Used| used.cpu_percent();
        assert_eq!(
            percent(Used::between(Some(&seen(60, 10)), &seen(120, 40))),
            Some(50.0)
        );
        assert_eq!(
            percent(Used::between(None, &seen(10, 1))),
            Some(10.0),
            "since it began"
        );
        assert_eq!(
            percent(Used::between(Some(&seen(600, 90)), &seen(10, 1))),
            Some(10.0),
            "another run"
        );
        let fallen = Used::between(Some(&seen(60, 10)), &seen(120, 9));
        assert_eq!((fallen.cpu_us, percent(fallen)), (0, Some(0.0)));
        assert_eq!(percent(Used::default()), None);
    }

    #[test]
    fn of_many_instances_those_that_took_most_are_told_apart() {
        let used = |cpu_us| Used {
            cpu_us,
            ..Used::default()
        };
        let instance = |number: usize| InstanceId::from_bits(number as u128 + 1);
        let many = (0..INSTANCES_MOST + 5).map(|number| (instance(number), used(number as u64)));
        let mut sum = BTreeMap::new();
        add_all(&mut sum, &many.collect());
        assert_eq!(sum.len(), INSTANCES_MOST);
        assert!(!sum.contains_key(&instance(4)) && sum.contains_key(&instance(5)));
        add_all(&mut sum, &[(instance(5), used(7))].into());
        assert_eq!(sum[&instance(5)].cpu_us, 12);
    }
}
