//! Rollouts: what the reconciler's plan says of them is written down and shown. Nothing is decided here: the plan knows whether a
//! change goes on, came through or was given up, and the store what that means for what is wanted.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::instances::{Rollout, ServiceSeen};
use adyton_core::language::both;
use adyton_core::service::Wanted;
use adyton_store::repository::{Update, UpdateResult};

use super::status::Seen;
use crate::failure::{Failure, OperationResult};
use crate::shared::Shared;

/// How long until an end that could not be written down is tried again.
const RETRY: Duration = Duration::from_secs(2);

/// Writes down how rollouts end, for as long as it is polled. What a node of before did not come to write is written now: the
/// reconciler begins each service's rollout again when the node starts.
pub(crate) async fn record(shared: Arc<Shared>) {
    let mut changes = shared.instances.rollouts();
    loop {
        changes.borrow_and_update();
        let are_written = write_ends(&shared).await;
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
async fn write_ends(shared: &Shared) -> bool {
    let live = shared.live();
    shared.rollouts.retain(|id| live.service(id).is_some());
    let ids: Vec<ServiceId> = live.services().map(|service| service.service.id).collect();
    drop(live);
    let mut are_written = true;
    for id in ids {
        let Some(ServiceSeen {
            generation,
            rollout: Some(rollout),
            ..
        }) = shared.instances.service(id)
        else {
            continue;
        };
        if !rollout.has_ended() || shared.rollouts.has(id, generation) {
            continue;
        }
        match shared.store.rollouts().end(id, generation, &rollout).await {
            Ok(taken_back) => {
                // A live state that is slow shows the change a moment later; it is written.
                if let Some(service) = taken_back
                    && let Err(failure) = shared.settled(service).await
                {
                    tracing::warn!(service.id = %id, "an update was rolled back, and the rollback is not live yet: {failure}");
                }
                shared.rollouts.note(id, generation);
            }
            Err(error) => {
                are_written = false;
                tracing::warn!(service.id = %id, "the result of an update could not be stored: {error}");
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
    shared: &Shared,
    project: ProjectId,
    id: ServiceId,
    generation: Option<u64>,
) -> OperationResult<(Seen, u64, Progress)> {
    let seen = super::show(shared, project, id).await?;
    let generation = generation.unwrap_or(seen.service.generation);
    if generation == 0 || generation > seen.service.generation {
        let newest = seen.service.generation;
        let problem = both!(
            "must be between 1 and {}, the service's current generation",
            "必须在 1 到服务当前的代次 {} 之间",
            newest
        );
        return Err(Failure::query("generation", problem));
    }
    let is_past = generation < seen.service.generation;
    let history = match is_past || !seen.is_rolling_out {
        true => shared.store.history().list(id).await?,
        false => Vec::new(),
    };
    let written = history.iter().find(|update| update.generation == generation);
    let progress = if is_past {
        past(written)
    } else {
        present(&seen, written)
    };
    Ok((seen, generation, progress))
}

/// How far the present generation has come: what is seen of it, and `written`, its entry in the history.
fn present(seen: &Seen, written: Option<&Update>) -> Progress {
    let rollout = seen.seen.as_ref().and_then(|seen| seen.rollout.as_ref());
    match (seen.service.wanted, rollout) {
        (Wanted::Stopped, _) => Progress::Stopped,
        (Wanted::Running, _) if seen.is_rolling_out => Progress::Going,
        (Wanted::Running, None | Some(Rollout::Going)) => Progress::Going,
        (Wanted::Running, Some(Rollout::Done)) => Progress::Done,
        (Wanted::Running, Some(Rollout::RolledBack { cause })) => {
            given_up(written, cause).unwrap_or_else(|| Progress::RolledBack(cause.clone()))
        }
        (Wanted::Running, Some(Rollout::Failed { cause })) => {
            given_up(written, cause).unwrap_or_else(|| Progress::Failed(cause.clone()))
        }
    }
}

/// Whether there was something to go back to, as it was written down when the rollout was given up. `None` for a start, which has no
/// entry of its own, and for what came through once and fails now that it is tried again.
fn given_up(written: Option<&Update>, cause: &str) -> Option<Progress> {
    match written?.result {
        UpdateResult::RolledBack => Some(Progress::RolledBack(cause.to_owned())),
        UpdateResult::Fail => Some(Progress::Failed(cause.to_owned())),
        UpdateResult::Running | UpdateResult::Success => None,
    }
}

/// What the history says of a generation that is over. A start has no entry of its own: its end is not known any more.
fn past(written: Option<&Update>) -> Progress {
    let Some(update) = written else {
        return Progress::Replaced;
    };
    match update.result {
        UpdateResult::Success => Progress::Done,
        UpdateResult::Running => Progress::Replaced,
        UpdateResult::Fail if update.cause.is_empty() => Progress::Replaced,
        UpdateResult::Fail => Progress::Failed(update.cause.clone()),
        UpdateResult::RolledBack => Progress::RolledBack(update.cause.clone()),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::clock::Timestamp;
    use adyton_core::sample;
    use adyton_core::service::ServiceStatus;

    use super::*;

    fn update(result: UpdateResult, cause: &str) -> Update {
        Update {
            generation: 1,
            at: Timestamp::from_seconds(1),
            result,
            versions: Vec::new(),
            cause: cause.to_owned(),
        }
    }

    #[test]
    fn the_end_of_a_generation_that_is_over_is_the_history_s() {
        use UpdateResult::{Fail, RolledBack, Running, Success};
        for (written, progress) in [
            (None, Progress::Replaced),
            (Some(update(Running, "")), Progress::Replaced),
            (Some(update(Fail, "")), Progress::Replaced),
            (Some(update(Success, "")), Progress::Done),
            (
                Some(update(RolledBack, "broken")),
                Progress::RolledBack("broken".to_owned()),
            ),
            (
                Some(update(Fail, "no such module")),
                Progress::Failed("no such module".to_owned()),
            ),
        ] {
            assert_eq!(past(written.as_ref()), progress, "{written:?}");
        }
    }

    #[test]
    fn the_present_generation_is_told_as_it_will_be_when_it_is_over() {
        let seen = |rollout, is_rolling_out| Seen {
            service: sample::service(),
            status: ServiceStatus::Running,
            progress: 100,
            is_rolling_out,
            seen: Some(ServiceSeen {
                rollout: Some(rollout),
                ..sample::service_seen()
            }),
        };
        let cause = || "broken".to_owned();
        let back = update(UpdateResult::RolledBack, "broken");
        let fail = update(UpdateResult::Fail, "broken");
        // After a restart nothing of before serves, so the plan of then calls the same end a failure.
        for rollout in [
            Rollout::RolledBack { cause: cause() },
            Rollout::Failed { cause: cause() },
        ] {
            let seen = seen(rollout, false);
            assert_eq!(present(&seen, Some(&back)), Progress::RolledBack(cause()));
            assert_eq!(past(Some(&back)), Progress::RolledBack(cause()));
            assert_eq!(present(&seen, Some(&fail)), Progress::Failed(cause()));
        }
        let start = seen(Rollout::Failed { cause: cause() }, false);
        assert_eq!(
            present(&start, None),
            Progress::Failed(cause()),
            "a start has no entry"
        );
        assert_eq!(present(&seen(Rollout::Done, false), None), Progress::Done);
        assert_eq!(
            present(&seen(Rollout::Done, true), None),
            Progress::Going,
            "not written yet"
        );
        let mut stopped = seen(Rollout::Done, false);
        stopped.service.wanted = Wanted::Stopped;
        assert_eq!(present(&stopped, None), Progress::Stopped);
    }
}
