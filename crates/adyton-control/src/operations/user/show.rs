//! Look at users of a domain.

use adyton_core::id::{DomainId, UserId};
use adyton_core::tenant::User;
use adyton_store::repository::{Listed, Page, UserFilter};

use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// One user of the domain; another domain's look like none.
pub(crate) async fn show(plane: &Plane, domain: DomainId, id: UserId) -> Outcome<User> {
    let found = plane
        .store
        .users()
        .get(id)
        .await?
        .filter(|user| user.domain == domain);
    found.ok_or_else(|| Failure::missing(Thing::User, id))
}

/// The domain's users, by name.
pub(crate) async fn list(plane: &Plane, filter: &UserFilter) -> Outcome<Listed<User>> {
    Ok(plane.store.users().list(filter, Page::ALL).await?)
}
