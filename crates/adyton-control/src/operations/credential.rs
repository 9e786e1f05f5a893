//! Access keys: one's own, or those of other users with the permission.
//!
//! Their secrets are shown when they are made and never again.

use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;
use adyton_identity::Action;
use adyton_store::repository::AccessKeyChange;

use crate::actor::Actor;
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::{text, user};
use crate::shared::Shared;

/// A description: at most 255 characters.
pub(crate) fn check_description(description: &str) -> OperationResult<()> {
    text::check("credential.description", description, text::REMARK_MOST)
}

/// Lets pass who asks for their own, or who may do this to other users of the domain.
pub(crate) async fn allowed(
    shared: &Shared,
    actor: &Actor,
    owner: UserId,
    action: Action,
) -> OperationResult<()> {
    if is_own_or_may(actor, owner, action)? {
        return Ok(());
    }
    user::show(shared, actor.domain()?, owner).await.map(drop)
}

/// Whether it is the caller's own; an error unless they may do this to others, whose domain is not looked at here.
fn is_own_or_may(actor: &Actor, owner: UserId, action: Action) -> OperationResult<bool> {
    if actor.user()?.id == owner {
        return Ok(true);
    }
    match actor.may(action) {
        true => Ok(false),
        false => Err(Failure::Forbidden {
            action: action.name().to_owned(),
        }),
    }
}

/// One key. Another domain's looks like none.
pub(crate) async fn show(
    shared: &Shared,
    actor: &Actor,
    id: &AccessKeyId,
    action: Action,
) -> OperationResult<AccessKey> {
    let unknown = || Failure::missing(Thing::Credential, id);
    let key = shared.store.access_keys().get(id).await?.ok_or_else(unknown)?;
    match allowed(shared, actor, key.user, action).await {
        Ok(()) => Ok(key),
        Err(Failure::Missing { .. } | Failure::Forbidden { .. }) => Err(unknown()),
        Err(other) => Err(other),
    }
}

/// A user's keys, oldest first.
pub(crate) async fn list(shared: &Shared, actor: &Actor, user: UserId) -> OperationResult<Vec<AccessKey>> {
    allowed(shared, actor, user, Action::CredentialList).await?;
    Ok(shared.store.access_keys().list(Some(user)).await?)
}

/// Makes a key; the answer holds its secret, which is shown this once. At most two a user.
pub(crate) async fn create(
    shared: &Shared,
    actor: &Actor,
    user: UserId,
    description: &str,
) -> OperationResult<AccessKey> {
    allowed(shared, actor, user, Action::CredentialCreate).await?;
    check_description(description)?;
    let committed = shared.store.access_keys().create(user, description).await?;
    shared.settled(committed).await
}

/// A key that is turned off does not count any more once this answers.
pub(crate) async fn update(
    shared: &Shared,
    actor: &Actor,
    id: &AccessKeyId,
    change: AccessKeyChange,
) -> OperationResult<AccessKey> {
    show(shared, actor, id, Action::CredentialUpdate).await?;
    if let Some(description) = &change.description {
        check_description(description)?;
    }
    match shared.store.access_keys().update(id, change).await? {
        Some(committed) => shared.settled(committed).await,
        None => Err(Failure::missing(Thing::Credential, id)),
    }
}

/// It does not count any more once this answers.
pub(crate) async fn delete(shared: &Shared, actor: &Actor, id: &AccessKeyId) -> OperationResult<()> {
    show(shared, actor, id, Action::CredentialDelete).await?;
    match shared.store.access_keys().delete(id).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::Credential, id)),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_core::tenant::{Role, Scope};

    use super::*;
    use crate::sample::actor;

    #[test]
    fn everybody_has_their_own_keys_and_administrators_have_those_of_others() {
        let all = Scope::Domain(sample::DOMAIN);
        let other = UserId::from_bits(99);
        for role in [Role::Administrator, Role::Operator, Role::Caller, Role::Auditor] {
            let own = is_own_or_may(&actor(role, all, None), sample::USER, Action::CredentialCreate);
            assert!(own.unwrap(), "{role:?}");
        }
        let administrator = actor(Role::Administrator, all, None);
        assert!(!is_own_or_may(&administrator, other, Action::CredentialCreate).unwrap());
        let operator = actor(Role::Operator, all, None);
        let refused = is_own_or_may(&operator, other, Action::CredentialCreate).unwrap_err();
        assert!(matches!(refused, Failure::Forbidden { .. }), "{refused}");
        let auditor = actor(Role::Auditor, all, None);
        assert!(
            !is_own_or_may(&auditor, other, Action::CredentialList).unwrap(),
            "it may look"
        );
        assert!(is_own_or_may(&auditor, other, Action::CredentialDelete).is_err());
    }
}
