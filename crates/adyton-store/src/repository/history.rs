//! The update history of a service (`logs` of ModelArts): one row for each set of versions that it was given.

use adyton_core::clock::Timestamp;
use adyton_core::id::ServiceId;
use adyton_core::service::Version;

use crate::{Store, StoreError};

/// How an update ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdateResult {
    /// It goes on.
    Running,
    /// All instances became ready.
    Success,
    /// They did not.
    Fail,
}

impl UpdateResult {
    /// The word of the management API.
    pub const fn name(self) -> &'static str {
        match self {
            UpdateResult::Running => "RUNNING",
            UpdateResult::Success => "SUCCESS",
            UpdateResult::Fail => "FAIL",
        }
    }
}

/// One update.
#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    /// The generation that the service had from then on.
    pub generation: u64,
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub result: UpdateResult,
    /// The versions that it was given.
    pub versions: Vec<Version>,
}

/// The update history.
#[derive(Clone, Copy)]
pub struct History<'a>(pub(crate) &'a Store);

impl History<'_> {
    /// The updates of a service, newest first; the last hundred are kept.
    pub async fn list(&self, service: ServiceId) -> Result<Vec<Update>, StoreError> {
        todo!()
    }
    /// Notes how the update to this generation ended, unless that is noted already. Whether it was noted now.
    pub async fn finish(
        &self,
        service: ServiceId,
        generation: u64,
        result: UpdateResult,
    ) -> Result<bool, StoreError> {
        todo!()
    }
}
