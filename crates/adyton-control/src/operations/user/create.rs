//! Make a user.

use adyton_core::tenant::User;
use adyton_store::repository::NewUser;

use super::{check_name, check_password};
use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

/// Makes a user without roles, unless `new` gives some.
pub(crate) async fn create(plane: &Plane, new: NewUser) -> Outcome<User> {
    check_name(&new.name)?;
    check_password(&new.password)?;
    let name = new.name.clone();
    let created = plane.store.users().create(new).await.map_err(Failure::from);
    let created = created.map_err(|failure| match failure {
        Failure::Taken { thing, .. } => Failure::taken(thing, name),
        other => other,
    })?;
    plane.settled(created).await
}
