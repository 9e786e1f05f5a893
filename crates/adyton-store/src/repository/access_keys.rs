//! Access keys (AK/SK): at most two a user, the secret half sealed.

use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;

use crate::{Committed, Store, StoreError};

/// How many access keys a user may have (IAM API Reference, "Creating a Permanent Access Key").
pub const MOST_OF_A_USER: u64 = 2;

/// What to change of an access key; `None` leaves it as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AccessKeyChange {
    /// Whether it works.
    pub enabled: Option<bool>,
    /// What its owner says of it.
    pub description: Option<String>,
}

/// The access keys.
#[derive(Clone, Copy)]
pub struct AccessKeys<'a>(pub(crate) &'a Store);

impl AccessKeys<'_> {
    /// Makes a key with random halves. Quota: two a user. Missing: the user. The answer holds the secret half; show it once.
    pub async fn create(&self, user: UserId, description: &str) -> Result<Committed<AccessKey>, StoreError> {
        todo!()
    }
    /// The key with this public half.
    pub async fn get(&self, id: &AccessKeyId) -> Result<Option<AccessKey>, StoreError> {
        todo!()
    }
    /// The keys of a user (of all users), oldest first.
    pub async fn list(&self, user: Option<UserId>) -> Result<Vec<AccessKey>, StoreError> {
        todo!()
    }
    /// Changes a key.
    pub async fn update(
        &self,
        id: &AccessKeyId,
        change: AccessKeyChange,
    ) -> Result<Option<Committed<AccessKey>>, StoreError> {
        todo!()
    }
    /// Deletes a key: it stops working at once.
    pub async fn delete(&self, id: &AccessKeyId) -> Result<Option<Committed<AccessKey>>, StoreError> {
        todo!()
    }
}
