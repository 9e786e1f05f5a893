//! Delete a user, with their access keys.

use adyton_core::id::{DomainId, UserId};

use super::show;
use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// Their tokens and keys do not count any more once this answers.
pub(crate) async fn delete(plane: &Plane, domain: DomainId, id: UserId) -> Outcome<()> {
    show::show(plane, domain, id).await?;
    match plane.store.users().delete(id).await? {
        Some(committed) => plane.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::User, id)),
    }
}
