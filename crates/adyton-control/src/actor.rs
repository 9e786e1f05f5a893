//! Who calls, and what they may do where they call: all that operations need to know of a caller.

use std::sync::Arc;

use adyton_core::id::{DomainId, ProjectId};
use adyton_core::live::Live;
use adyton_core::tenant::User;
use adyton_identity::policy::{may, may_in_domain};
use adyton_identity::{Action, Caller, NotAllowed};

use crate::failure::{Failure, OperationResult};

/// A proven caller.
pub(crate) struct Actor {
    /// Who.
    pub(crate) caller: Caller,
    /// The live state that the call was decided by.
    pub(crate) live: Arc<Live>,
    /// The project of the path, which is the caller's.
    pub(crate) project: Option<ProjectId>,
}

impl Actor {
    /// The user who calls. Apps call APIs, not the management plane, so there always is one.
    pub(crate) fn user(&self) -> OperationResult<&Arc<User>> {
        self.caller
            .user()
            .ok_or_else(|| Failure::defect("an app at the management plane"))
    }
    /// The user's name.
    pub(crate) fn user_name(&self) -> String {
        self.caller
            .user()
            .map(|user| user.name.clone())
            .unwrap_or_default()
    }
    /// The user's domain.
    pub(crate) fn domain(&self) -> OperationResult<DomainId> {
        Ok(self.user()?.domain)
    }
    /// Whether the caller may also do this, in the project of the path or in their own domain.
    pub(crate) fn may(&self, action: Action) -> bool {
        permitted(&self.live, &self.caller, action, self.project).is_ok()
    }
}

/// Whether a caller may do this: in the project, or in their own domain where there is none.
pub(crate) fn permitted(
    live: &Live,
    caller: &Caller,
    action: Action,
    project: Option<ProjectId>,
) -> OperationResult<()> {
    let decision = match (project, caller.user()) {
        (Some(project), _) => may(live, caller, action, project),
        (None, Some(user)) => may_in_domain(live, caller, action, user.domain),
        (None, None) => return Err(Failure::OtherProject),
    };
    decision.map_err(|not_allowed| match not_allowed {
        NotAllowed::OtherProject(_) => Failure::OtherProject,
        NotAllowed::NotPermitted(_) | NotAllowed::AppNotAuthorised(_) => Failure::Forbidden {
            action: action.name().to_owned(),
        },
    })
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_core::tenant::{Role, Scope};

    use super::*;
    use crate::sample::{actor, by_token, with_role};

    const HERE: Scope = Scope::Project(sample::PROJECT);
    const ALL: Scope = Scope::Domain(sample::DOMAIN);

    #[test]
    fn an_action_is_permitted_where_a_role_says_so() {
        let create = Action::ServiceCreate;
        for (role, scope, at, may) in [
            (Role::Operator, HERE, Some(sample::PROJECT), true),
            (Role::Operator, ALL, Some(sample::PROJECT), true),
            (Role::Auditor, HERE, Some(sample::PROJECT), false),
            (Role::Caller, ALL, Some(sample::PROJECT), false),
            (Role::Operator, HERE, Some(ProjectId::from_bits(99)), false),
            (Role::Operator, HERE, None, false),
            (Role::Operator, ALL, None, true),
        ] {
            let found = actor(role, scope, at).may(create);
            assert_eq!(found, may, "{role:?} in {scope:?} at {at:?}");
        }
    }

    #[test]
    fn a_refusal_says_whether_the_project_or_the_role_is_wrong() {
        let live = with_role(Role::Auditor, HERE);
        let caller = by_token(&live, HERE);
        let at = |project| permitted(&live, &caller, Action::ServiceCreate, Some(project)).unwrap_err();
        match at(sample::PROJECT) {
            Failure::Forbidden { action } => assert_eq!(action, Action::ServiceCreate.name()),
            other => panic!("{other}"),
        }
        assert!(matches!(at(ProjectId::from_bits(99)), Failure::OtherProject));
    }
}
