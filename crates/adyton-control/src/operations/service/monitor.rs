//! How the models of a service do: their calls, their instances, and what these take of the machine.

use adyton_core::id::{ModelId, ProjectId, ServiceId};
use adyton_core::instances::{Calls, InstanceSeen};
use adyton_core::usage::Used;

use super::show;
use super::status::Seen;
use crate::failure::{Failure, OperationResult};
use crate::instance_usage;
use crate::shared::Shared;

/// A service, and how its models do.
pub(crate) struct ServiceMonitored {
    /// The service.
    pub(crate) seen: Seen,
    /// Its models, in the order of its versions.
    pub(crate) models: Vec<ModelMonitored>,
}

/// How one model of a service does.
pub(crate) struct ModelMonitored {
    /// The model.
    pub(crate) model: ModelId,
    /// How often it was called.
    pub(crate) calls: Calls,
    /// How many instances are wanted.
    pub(crate) wanted: u32,
    /// How many are ready.
    pub(crate) ready: usize,
    /// Its instances, those of a former configuration included.
    pub(crate) instances: Vec<InstanceMonitored>,
}

/// An instance, and what it takes, where that is known.
pub(crate) struct InstanceMonitored {
    /// The instance.
    pub(crate) seen: InstanceSeen,
    /// What it takes.
    pub(crate) used: Option<Used>,
}

impl ModelMonitored {
    /// How many processor cores its instances use, where that is known of any.
    pub(crate) fn cores(&self) -> Option<f64> {
        let percents = self.used().filter_map(|used| used.cpu_percent());
        percents
            .reduce(|sum, more| sum + more)
            .map(|percent| percent / 100.0)
    }

    /// How much memory their processes have, in bytes, where any has one.
    pub(crate) fn memory(&self) -> Option<u64> {
        let memories = self.used().filter_map(|used| used.memory);
        memories.reduce(|sum, more| sum + more)
    }

    fn used(&self) -> impl Iterator<Item = Used> {
        self.instances.iter().filter_map(|instance| instance.used)
    }
}

/// How the service's models do, or that one alone. A text that is no model's id names none of them.
pub(crate) async fn monitor(
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    alone: Option<&str>,
) -> OperationResult<ServiceMonitored> {
    let seen = show(shared, project, id).await?;
    let usage = instance_usage::now(shared).await?;
    let is_asked = |model: ModelId| alone.is_none_or(|alone| model.to_string() == alone);
    let versions = seen.service.versions.iter().enumerate();
    let models: Vec<ModelMonitored> = versions
        .filter(|(_, version)| is_asked(version.model))
        .map(|(at, version)| ModelMonitored {
            model: version.model,
            calls: shared.instances.calls(id, Some(version.model)),
            wanted: version.instance_count,
            ready: seen.ready(at),
            instances: seen
                .of_model(at)
                .map(|instance| InstanceMonitored {
                    seen: instance.clone(),
                    used: usage.get(&instance.id).copied(),
                })
                .collect(),
        })
        .collect();
    match alone {
        Some(model) if models.is_empty() => Err(Failure::ModelNotInService {
            model: model.to_owned(),
        }),
        Some(_) | None => Ok(ServiceMonitored { seen, models }),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;

    use super::*;
    use crate::operations::service::tests::{deployed, model};
    use crate::rig::Rig;

    #[tokio::test]
    async fn a_model_that_is_no_part_of_the_service_is_not_monitored() {
        let rig = Rig::new().await;
        let model = model(&rig).await;
        let id = deployed(&rig, "a", model).await.id;
        let (shared, project) = (&rig.shared, rig.project());
        let all = monitor(shared, project, id, None).await.unwrap();
        let alone = monitor(shared, project, id, Some(&model.to_string()))
            .await
            .unwrap();
        let models = |found: &ServiceMonitored| found.models.iter().map(|one| one.model).collect::<Vec<_>>();
        assert_eq!((models(&all), models(&alone)), (vec![model], vec![model]));
        for other in ["iris", &sample::MODEL.to_string()] {
            let refused = monitor(shared, project, id, Some(other)).await.err().unwrap();
            assert!(matches!(refused, Failure::ModelNotInService { model } if model == other));
        }
    }

    #[test]
    fn what_instances_take_is_added_up_where_it_is_known() {
        let used = |cpu_us, memory| {
            Some(Used {
                cpu_us,
                over_us: 1_000,
                memory,
            })
        };
        let taken = |all: &[Option<Used>]| {
            let instance = |used: &Option<Used>| InstanceMonitored {
                seen: sample::instance_seen(),
                used: *used,
            };
            let model = ModelMonitored {
                model: sample::MODEL,
                calls: Calls::default(),
                wanted: 3,
                ready: 3,
                instances: all.iter().map(instance).collect(),
            };
            (model.cores(), model.memory())
        };
        assert_eq!(taken(&[]), (None, None));
        assert_eq!(taken(&[None, None]), (None, None));
        assert_eq!(taken(&[used(500, None), None]), (Some(0.5), None));
        assert_eq!(
            taken(&[used(500, Some(3)), used(2_000, Some(4)), None]),
            (Some(2.5), Some(7))
        );
    }
}
