//! Ask what a token says: one's own, or any with the permission.

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::rejection::Rejection;
use adyton_core::tenant::User;
use adyton_identity::{Action, Contents};

use crate::call::Call;
use crate::failure::{Failure, Outcome};

/// What the subject token says, and whose it is. Whoever may not know gets the answer of an unknown one.
pub(crate) fn inspect(call: &Call, subject: &[u8], action: Action) -> Outcome<(Contents, User)> {
    let identity = &call.plane.identity;
    let unknown = |rejection| Failure::SubjectToken(Box::new(rejection));
    let contents = identity
        .inspect_token(&call.live, subject)
        .map_err(|fault| unknown(fault.rejection(identity.clock().now(), subject)))?;
    let user = call
        .live
        .user(contents.user)
        .ok_or_else(|| Failure::defect("a token that counts, of nobody"))?;
    let caller = call.user()?;
    let own = caller.id == contents.user;
    let theirs = caller.domain == user.domain && call.may(action);
    if own || theirs {
        return Ok((contents, User::clone(user)));
    }
    let evidence = Evidence::Access {
        caller: caller.name.clone(),
        caller_project: None,
        target_project: None,
        action: action.name().to_owned(),
        roles: Vec::new(),
    };
    Err(unknown(Rejection::new(Reason::IamSubjectNotPermitted, evidence)))
}
