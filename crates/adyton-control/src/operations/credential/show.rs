//! Look at access keys; their secrets are never shown again.

use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;

use super::allowed;
use crate::call::Call;
use crate::failure::{Failure, Outcome, Thing};

/// One key. Another domain's looks like none.
pub(crate) async fn show(call: &Call, id: &AccessKeyId, action: Action) -> Outcome<AccessKey> {
    let unknown = || Failure::missing(Thing::Credential, id);
    let key = call
        .plane
        .store
        .access_keys()
        .get(id)
        .await?
        .ok_or_else(unknown)?;
    match allowed(call, key.user, action).await {
        Ok(()) => Ok(key),
        Err(Failure::Missing { .. } | Failure::Forbidden { .. }) => Err(unknown()),
        Err(other) => Err(other),
    }
}

/// A user's keys, oldest first.
pub(crate) async fn list(call: &Call, user: UserId) -> Outcome<Vec<AccessKey>> {
    allowed(call, user, Action::CredentialList).await?;
    Ok(call.plane.store.access_keys().list(Some(user)).await?)
}
