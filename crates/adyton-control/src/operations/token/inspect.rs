//! Ask what a token says: one's own, or any with the permission.

use adyton_core::tenant::User;
use adyton_identity::{Action, Contents};

use crate::call::Call;
use crate::failure::{Failure, Outcome, Thing};

/// What the subject token says, and whose it is. Whoever may not know gets the answer of an unknown one.
pub(crate) fn inspect(call: &Call, subject: &str, action: Action) -> Outcome<(Contents, User)> {
    let unknown = || Failure::missing(Thing::Token, "");
    let contents = call
        .plane
        .identity
        .inspect_token(&call.live, subject.as_bytes())
        .map_err(|_| unknown())?;
    let user = call.live.user(contents.user).ok_or_else(unknown)?;
    let caller = call.user()?;
    let own = caller.id == contents.user;
    let theirs = caller.domain == user.domain && call.may(action);
    if own || theirs {
        return Ok((contents, User::clone(user)));
    }
    Err(unknown())
}
