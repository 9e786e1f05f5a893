//! Rollouts: what the reconciler's plan says of them is written down and shown. Nothing is decided here: the plan knows whether a
//! change goes on, came through or was given up, and the store what that means for what is wanted.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::instances::{Rollout, ServiceSeen};
use adyton_core::service::Wanted;
use adyton_store::repository::{Update, UpdateResult};

use super::status::Seen;
use crate::failure::{Failure, OperationResult};
use crate::plane::Plane;

/// How long until an end that could not be written down is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Writes down how rollouts end, for as long as it is polled. What a node of before did not come to write is written now: the
/// reconciler begins each service's rollout again when the node starts.
pub(crate) async fn record(plane: Arc<Plane>) {
    let mut changes = plane.instances.rollouts();
    loop {
        changes.borrow_and_update();
        let are_written = write_ends(&plane).await;
        let changed = changes.changed();
        let is_over = match are_written {
            true => changed.await.is_err(),
            false => matches!(tokio::time::timeout(RETRY, changed).await, Ok(Err(_))),
        };
        // The reconciler is gone: the process ends.
        if is_over {
            return;
        }
    }
}

/// Writes down all ends that are not yet; whether that succeeded.
async fn write_ends(plane: &Plane) -> bool {
    let live = plane.feed.cell().load();
    plane.rollouts.retain(|id| live.service(id).is_some());
    let ids: Vec<ServiceId> = live.services().map(|service| service.service.id).collect();
    drop(live);
    let mut are_written = true;
    for id in ids {
        let Some(ServiceSeen {
            generation,
            rollout: Some(rollout),
            ..
        }) = plane.instances.service(id)
        else {
            continue;
        };
        let outcome = match &rollout {
            Rollout::Going => continue,
            Rollout::Done => Ok(()),
            Rollout::RolledBack { cause } | Rollout::Failed { cause } => Err(cause.as_str()),
        };
        if plane.rollouts.has(id, generation) {
            continue;
        }
        match plane.store.rollouts().end(id, generation, outcome).await {
            Ok(taken_back) => {
                // A live state that is slow shows the change a moment later; it is written.
                if let Some(service) = taken_back
                    && let Err(failure) = plane.settled(service).await
                {
                    tracing::warn!(service.id = %id, "an update was taken back, and is not live yet: {failure}");
                }
                plane.rollouts.note(id, generation);
            }
            Err(error) => {
                are_written = false;
                tracing::warn!(service.id = %id, "the end of an update could not be written: {error}");
            }
        }
    }
    are_written
}

/// How far the rollout of a generation has come, for whoever made the change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// Instances are on their way.
    Going,
    /// All instances became ready.
    Done,
    /// An instance was given up; the configuration that came through last is wanted again, or still serves.
    RolledBack(String),
    /// An instance was given up, and there was no configuration to go back to.
    Failed(String),
    /// Another change followed before it had ended.
    Replaced,
    /// The service is to be stopped.
    Stopped,
}

/// The rollout of a service's generation, or of its present one.
pub(crate) async fn show(
    plane: &Plane,
    project: ProjectId,
    id: ServiceId,
    generation: Option<u64>,
) -> OperationResult<(Seen, u64, Progress)> {
    let seen = super::show(plane, project, id).await?;
    let generation = generation.unwrap_or(seen.service.generation);
    if generation == 0 || generation > seen.service.generation {
        return Err(Failure::Query {
            field: "generation".to_owned(),
            problem: format!(
                "must be 1 to {}, the service's present one",
                seen.service.generation
            ),
        });
    }
    let progress = if generation < seen.service.generation {
        past(&plane.store.history().list(id).await?, generation)
    } else {
        present(&seen)
    };
    Ok((seen, generation, progress))
}

/// What is seen of the present generation.
fn present(seen: &Seen) -> Progress {
    let rollout = seen.seen.as_ref().and_then(|seen| seen.rollout.as_ref());
    match (seen.service.wanted, rollout) {
        (Wanted::Stopped, _) => Progress::Stopped,
        (Wanted::Running, _) if seen.is_rolling_out => Progress::Going,
        (Wanted::Running, None | Some(Rollout::Going)) => Progress::Going,
        (Wanted::Running, Some(Rollout::Done)) => Progress::Done,
        (Wanted::Running, Some(Rollout::RolledBack { cause })) => Progress::RolledBack(cause.clone()),
        (Wanted::Running, Some(Rollout::Failed { cause })) => Progress::Failed(cause.clone()),
    }
}

/// What the history, newest first, says of a generation that is over.
fn past(history: &[Update], generation: u64) -> Progress {
    let at = history.iter().position(|update| update.generation == generation);
    // A start has no entry of its own: its end is not known any more.
    let Some((update, before)) = at.and_then(|at| history[at..].split_first()) else {
        return Progress::Replaced;
    };
    let came_through = |update: &Update| update.result == UpdateResult::Success;
    match update.result {
        UpdateResult::Success => Progress::Done,
        UpdateResult::Running => Progress::Replaced,
        UpdateResult::Fail if update.cause.is_empty() => Progress::Replaced,
        UpdateResult::Fail if before.iter().any(came_through) => Progress::RolledBack(update.cause.clone()),
        UpdateResult::Fail => Progress::Failed(update.cause.clone()),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;

    use super::*;

    fn update(generation: u64, result: UpdateResult, cause: &str) -> Update {
        Update {
            generation,
            at: Timestamp::from_seconds(1),
            result,
            versions: Vec::new(),
            cause: cause.to_owned(),
        }
    }

    #[test]
    fn the_end_of_a_generation_that_is_over_is_the_history_s() {
        use UpdateResult::{Fail, Running, Success};
        let history = [
            update(9, Running, ""),
            update(8, Fail, "broken"),
            update(6, Fail, ""),
            update(5, Success, ""),
            update(2, Fail, "no such module"),
        ];
        for (generation, progress) in [
            (8, Progress::RolledBack("broken".to_owned())),
            (7, Progress::Replaced),
            (6, Progress::Replaced),
            (5, Progress::Done),
            (2, Progress::Failed("no such module".to_owned())),
            (1, Progress::Replaced),
        ] {
            assert_eq!(past(&history, generation), progress, "{generation}");
        }
    }
}
