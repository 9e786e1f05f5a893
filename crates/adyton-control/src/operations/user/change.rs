//! Change a user: name, password, or whether they may sign in.

use adyton_core::id::{DomainId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::User;
use adyton_store::repository::UserChange;

use super::{check_name, check_password, show};
use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// Changes what is given. A new password, and disabling, end all tokens of the user at once.
pub(crate) async fn change(
    plane: &Plane,
    domain: DomainId,
    id: UserId,
    change: UserChange,
    password: Option<Secret<String>>,
) -> Outcome<User> {
    let mut user = show::show(plane, domain, id).await?;
    if let Some(name) = &change.name {
        check_name(name)?;
    }
    if let Some(password) = &password {
        check_password(password)?;
    }
    let gone = || Failure::missing(Thing::User, id);
    if change != UserChange::default() {
        let committed = plane.store.users().update(id, change).await?.ok_or_else(gone)?;
        user = plane.settled(committed).await?;
    }
    if let Some(password) = password {
        let committed = plane.store.users().change_password(id, &password).await?;
        user = plane.settled(committed.ok_or_else(gone)?).await?;
    }
    Ok(user)
}
