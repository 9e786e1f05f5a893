//! Access keys: one's own, or those of other users with the permission.
//!
//! Their secrets are shown when they are made and never again.

use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;
use adyton_store::repository::AccessKeyChange;

use crate::call::Call;
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::{text, user};

/// A description: at most 255 characters.
pub(crate) fn check_description(description: &str) -> Outcome<()> {
    text::check("credential.description", description, text::REMARK_MOST)
}

/// Lets pass who asks for their own, or who may do this to other users of the domain.
pub(crate) async fn allowed(call: &Call, owner: UserId, action: Action) -> Outcome<()> {
    let caller = call.user()?;
    if caller.id == owner {
        return Ok(());
    }
    if !call.may(action) {
        return Err(Failure::Forbidden {
            action: action.name().to_owned(),
        });
    }
    user::show(&call.plane, caller.domain, owner).await.map(drop)
}

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

/// Makes a key; the answer holds its secret, which is shown this once. At most two a user.
pub(crate) async fn create(call: &Call, user: UserId, description: &str) -> Outcome<AccessKey> {
    allowed(call, user, Action::CredentialCreate).await?;
    check_description(description)?;
    let committed = call.plane.store.access_keys().create(user, description).await?;
    call.plane.settled(committed).await
}

/// A key that is turned off does not count any more once this answers.
pub(crate) async fn update(call: &Call, id: &AccessKeyId, change: AccessKeyChange) -> Outcome<AccessKey> {
    show(call, id, Action::CredentialUpdate).await?;
    if let Some(description) = &change.description {
        check_description(description)?;
    }
    match call.plane.store.access_keys().update(id, change).await? {
        Some(committed) => call.plane.settled(committed).await,
        None => Err(Failure::missing(Thing::Credential, id)),
    }
}

/// It does not count any more once this answers.
pub(crate) async fn delete(call: &Call, id: &AccessKeyId) -> Outcome<()> {
    show(call, id, Action::CredentialDelete).await?;
    match call.plane.store.access_keys().delete(id).await? {
        Some(committed) => call.plane.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::Credential, id)),
    }
}
