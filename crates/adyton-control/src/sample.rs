//! Callers of the sample state, for unit tests of what they may do.

use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::id::ProjectId;
use adyton_core::live::{Change, Live};
use adyton_core::sample;
use adyton_core::tenant::{Assignment, Role, Scope, User};
use adyton_identity::{Caller, Identity, Methods, Settings};

use crate::actor::Actor;

/// The sample state, in which the sample user has only this role.
pub(crate) fn with_role(role: Role, scope: Scope) -> Live {
    let user = User {
        assignments: vec![Assignment { role, scope }],
        ..sample::user()
    };
    sample::live(sample::long_ago(), [Change::User(user)])
}

/// The sample user, by a token for this scope.
pub(crate) fn by_token(live: &Live, scope: Scope) -> Caller {
    let identity = Identity::new(Clock::manual(sample::long_ago()), Settings::default());
    let user = live.user(sample::USER).expect("the sample user");
    let (text, _) = identity
        .issue_token(live, user, scope, Methods::PASSWORD, None)
        .expect("a token");
    identity.open_token(live, text.as_bytes()).expect("a caller")
}

/// The sample user with this role, at a path of this project.
pub(crate) fn actor(role: Role, scope: Scope, project: Option<ProjectId>) -> Actor {
    let live = with_role(role, scope);
    Actor {
        caller: by_token(&live, scope),
        live: Arc::new(live),
        project,
    }
}
