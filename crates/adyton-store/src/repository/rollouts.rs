//! How rollouts ended.
//!
//! Nodes tell what they see, and what is told first is kept: each end is of a generation, and telling it twice changes nothing. A
//! rollout that failed is taken back in the same transaction: the versions that came through last are wanted again. Once a failure
//! is written down, a restart knows only what is wanted, and would find nothing that works.

use adyton_core::id::ServiceId;
use adyton_core::instances::Rollout;
use adyton_core::service::{Service, Wanted};

use super::{UpdateResult, history, service_models, services};
use crate::transaction::{Kind, Write};
use crate::{Committed, Store, StoreError};

/// The rollouts of services.
#[derive(Clone, Copy)]
pub struct Rollouts<'a>(pub(crate) &'a Store);

impl Rollouts<'_> {
    /// Writes down how the rollout of this generation ended. Gives the service if it was taken back: then the versions that came
    /// through last are wanted of it, in a generation of their own. One that goes on has no end to be written.
    ///
    /// A rollout concerns the newest versions that were given up to its generation: those of a start are older than the start.
    /// Nothing is written where that is known to have come through, for a service that is gone, nor for a failure of a generation
    /// that is over.
    pub async fn end(
        &self,
        service: ServiceId,
        generation: u64,
        rollout: &Rollout,
    ) -> Result<Option<Committed<Service>>, StoreError> {
        // Every start of a node ends rollouts anew; those that came through long ago need no write.
        let known = history::newest(&self.0.read().await?, service, generation).await?;
        if known.is_none_or(|update| update.result == UpdateResult::Success) {
            return Ok(None);
        }
        let mut write = self.0.write().await?;
        let Some(mut of) = services::find_any(&write.session, service).await? else {
            return Ok(None);
        };
        let Some(update) = history::newest(&write.session, service, generation).await? else {
            return Ok(None);
        };
        let is_current = of.generation == generation && of.wanted == Wanted::Running;
        if update.result == UpdateResult::Success {
            return Ok(None);
        }
        match rollout {
            // One that was overtaken or interrupted may have come through all the same; one that failed elsewhere has not.
            Rollout::Done if is_current || update.cause.is_empty() => {
                history::end(&write.session, service, &update, UpdateResult::Success, "").await?;
                write.changed(Kind::Former, service);
                let _ = write.commit(()).await?;
                Ok(None)
            }
            Rollout::RolledBack { cause } | Rollout::Failed { cause } if is_current => {
                write.changed(Kind::Former, service);
                let is_back = self.take_back(&mut write, &mut of).await?;
                // Said here and nowhere else: what serves on one node may be gone when somebody asks.
                let former_serves = matches!(rollout, Rollout::RolledBack { .. });
                let result = match is_back || former_serves {
                    true => UpdateResult::RolledBack,
                    false => UpdateResult::Fail,
                };
                history::end(&write.session, service, &update, result, cause).await?;
                let committed = write.commit(of).await?;
                Ok(is_back.then_some(committed))
            }
            Rollout::Going | Rollout::Done | Rollout::RolledBack { .. } | Rollout::Failed { .. } => Ok(None),
        }
    }

    /// Wants the versions again that came through last. False if there are none, if they are wanted already, or if their models
    /// were deleted since.
    async fn take_back(&self, write: &mut Write, service: &mut Service) -> Result<bool, StoreError> {
        let Some(last) = history::newest_success(&write.session, service.id).await? else {
            return Ok(false);
        };
        if last.versions == service.versions {
            return Ok(false);
        }
        match service_models::require_published(&write.session, service.project, &last.versions).await {
            Ok(()) => {}
            Err(error @ (StoreError::Missing { .. } | StoreError::ModelState { .. })) => {
                tracing::warn!(service.id = %service.id, "a failed update cannot be rolled back: {error}");
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        service.generation = service.generation.saturating_add(1);
        service.updated_at = self.0.now();
        services::give_versions(write, service, last.versions).await?;
        services::save(write, service).await?;
        Ok(true)
    }
}
