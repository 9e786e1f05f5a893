//! What a worker counts with: the counts that all may read, and its own way to those of services.

use std::ops::Deref;
use std::sync::Arc;

use adyton_core::catalogue::Reason;

use crate::journal::Closing;
use crate::meters::Meters;
use crate::service_meters::{AnswerKey, InstanceKey, Own};

/// What a worker counts with: the counts that all read, and its own way to those of services.
pub(crate) struct WorkerMeters {
    meters: Arc<Meters>,
    own_answers: Own<AnswerKey>,
    own_instances: Own<InstanceKey>,
}

impl Deref for WorkerMeters {
    type Target = Meters;
    fn deref(&self) -> &Meters {
        &self.meters
    }
}

impl WorkerMeters {
    pub(crate) fn new(meters: Arc<Meters>) -> Self {
        Self {
            meters,
            own_answers: Own::default(),
            own_instances: Own::default(),
        }
    }

    /// The counts that all may read.
    #[cfg(test)]
    pub(crate) fn shared(&self) -> Arc<Meters> {
        Arc::clone(&self.meters)
    }

    /// Counts a request that has ended, everywhere.
    pub(crate) fn count_end(&self, record: &Closing<'_>) {
        self.meters.count(record);
        let Some(service) = record.service else {
            return;
        };
        let key = AnswerKey {
            service,
            model: record.chosen.map(|(model, _)| model),
            status: record.status,
            reason: record.reason.map(|reason: Reason| reason as usize),
        };
        self.own_answers.count(&self.meters.answers, key, record.model_us);
        if let Some((model, instance)) = record.chosen {
            let key = InstanceKey {
                service,
                model,
                instance,
            };
            self.own_instances
                .count(&self.meters.instances, key, record.model_us);
        }
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::evidence::Evidence;
    use adyton_core::id::ServiceId;
    use adyton_core::record::{AnsweredBy, Step};
    use adyton_core::sample;

    use super::*;
    use crate::service_meters::SERIES_MOST;

    fn ended(service: ServiceId, status: u16) -> Closing<'static> {
        Closing {
            project: Some(sample::PROJECT),
            service: Some(service),
            api: Some(sample::API),
            chosen: Some((sample::MODEL, sample::INSTANCE)),
            caller: None,
            status,
            reason: None,
            step: Step::Dispatch,
            answered_by: AnsweredBy::Model,
            request_bytes: 0,
            response_bytes: 0,
            took_us: 10,
            model_us: 7,
            steps_us: None,
            evidence: &Evidence::None,
        }
    }

    /// The requests of every series, and of no series.
    fn read(
        meters: &WorkerMeters,
        is_here: impl Fn(&AnswerKey) -> bool,
    ) -> (Vec<(AnswerKey, [u64; 2])>, [u64; 2]) {
        let mut found = Vec::new();
        let other = meters
            .answers
            .read(is_here, |key, numbers| found.push((*key, numbers)));
        found.sort_by_key(|(key, _)| *key);
        (found, other)
    }

    #[test]
    fn answers_are_counted_by_service_and_status_and_the_model_s_time_beside_them() {
        let meters = WorkerMeters::new(Arc::default());
        for status in [200, 200, 503] {
            meters.count_end(&ended(sample::SERVICE, status));
        }
        meters.count_end(&Closing {
            service: None,
            ..ended(sample::SERVICE, 404)
        });
        let (found, other) = read(&meters, |_| true);
        let told: Vec<_> = found
            .iter()
            .map(|(key, numbers)| (key.status, *numbers))
            .collect();
        assert_eq!(told, [(200, [2, 14]), (503, [1, 7])]);
        assert_eq!(other, [0, 0]);
        assert_eq!(meters.ended.get(), 4, "all of them are counted together too");
    }

    #[test]
    fn what_finds_no_room_counts_as_other_until_there_is_some() {
        let meters = WorkerMeters::new(Arc::default());
        let service = |number: usize| ServiceId::from_bits(number as u128 + 1);
        for number in 0..SERIES_MOST + 5 {
            meters.count_end(&ended(service(number), 200));
        }
        let (found, other) = read(&meters, |_| true);
        assert_eq!((found.len(), other), (SERIES_MOST, [5, 35]));
        // The first is deleted: its count goes to the others, and a new one finds room.
        let (found, other) = read(&meters, |key| key.service != service(0));
        assert_eq!((found.len(), other), (SERIES_MOST - 1, [6, 42]));
        meters.count_end(&ended(service(SERIES_MOST), 200));
        meters.count_end(&ended(service(1), 200));
        let (found, other) = read(&meters, |_| true);
        assert_eq!((found.len(), other), (SERIES_MOST, [6, 42]));
        let of = |wanted| {
            found
                .iter()
                .find(|(key, _)| key.service == wanted)
                .map(|(_, numbers)| numbers[0])
        };
        assert_eq!((of(service(SERIES_MOST)), of(service(1))), (Some(1), Some(2)));
    }
}
