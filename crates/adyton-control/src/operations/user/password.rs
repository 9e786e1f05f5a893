//! Change one's own password: the old one must be shown, and all tokens end.

use std::net::IpAddr;

use adyton_core::id::UserId;
use adyton_core::secret::Secret;
use adyton_store::repository::UserName;

use super::check_password;
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::token::issue::by_password;
use crate::plane::Plane;

/// Sets the new password. Wrong old ones count towards the lock.
pub(crate) async fn password(
    plane: &Plane,
    address: IpAddr,
    id: UserId,
    original: &Secret<String>,
    new: &Secret<String>,
) -> Outcome<()> {
    by_password(plane, address, &UserName::Id(id), original).await?;
    check_password(new)?;
    if original.expose() == new.expose() {
        return Err(Failure::invalid(
            "user.password",
            "must differ from the original password",
        ));
    }
    match plane.store.users().change_password(id, new).await? {
        Some(committed) => plane.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::User, id)),
    }
}
