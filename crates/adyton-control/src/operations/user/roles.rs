//! Give a user a role in a project or in the domain, or take it away.

use adyton_core::id::{DomainId, UserId};
use adyton_core::tenant::{Assignment, Role, Scope, User};
use adyton_store::repository::UserChange;

use super::show;
use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// Whether to give or to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Turn {
    /// The user has it from now on.
    Give,
    /// The user has it no more; their tokens end.
    Take,
}

/// A role of this name.
pub(crate) fn named(name: &str) -> Outcome<Role> {
    Role::parse(name).ok_or_else(|| Failure::missing(Thing::Role, name))
}

/// Checks that a scope lies in the domain.
pub(crate) fn in_domain(plane: &Plane, domain: DomainId, scope: Scope) -> Outcome<()> {
    let live = plane.feed.cell().load();
    match scope {
        Scope::Domain(own) if own == domain => Ok(()),
        Scope::Project(id) if live.project(id).is_some_and(|project| project.domain == domain) => Ok(()),
        Scope::Domain(id) => Err(Failure::missing(Thing::Project, id)),
        Scope::Project(id) => Err(Failure::missing(Thing::Project, id)),
    }
}

/// Gives or takes one role. Giving twice is the same as once; taking what is not there is an error.
pub(crate) async fn turn(
    plane: &Plane,
    domain: DomainId,
    id: UserId,
    assignment: Assignment,
    turn: Turn,
) -> Outcome<User> {
    in_domain(plane, domain, assignment.scope)?;
    let user = show::show(plane, domain, id).await?;
    let has = user.assignments.contains(&assignment);
    let mut assignments = user.assignments.clone();
    match (turn, has) {
        (Turn::Give, true) => return Ok(user),
        (Turn::Give, false) => assignments.push(assignment),
        (Turn::Take, true) => assignments.retain(|given| *given != assignment),
        (Turn::Take, false) => return Err(Failure::missing(Thing::Role, assignment.role.name())),
    }
    let change = UserChange {
        assignments: Some(assignments),
        ..UserChange::default()
    };
    match plane.store.users().update(id, change).await? {
        Some(committed) => plane.settled(committed).await,
        None => Err(Failure::missing(Thing::User, id)),
    }
}
