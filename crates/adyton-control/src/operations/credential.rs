//! Access keys: one's own, or those of other users with the permission.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod show;
pub(crate) mod update;

use adyton_core::id::UserId;
use adyton_identity::Action;

use crate::call::Call;
use crate::failure::{Failure, Outcome};
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
    user::show::show(&call.plane, caller.domain, owner)
        .await
        .map(drop)
}
