//! Who calls, and what they may do where they call: all that operations need to know of a caller.

use std::sync::Arc;

use adyton_core::id::{DomainId, ProjectId};
use adyton_core::live::Live;
use adyton_core::tenant::User;
use adyton_identity::policy::{may, may_in_domain};
use adyton_identity::{Action, Caller, Denied};

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
    decision.map_err(|denied| match denied {
        Denied::OtherProject(_) => Failure::OtherProject,
        Denied::NotPermitted(_) | Denied::AppNotAuthorised(_) => Failure::Forbidden {
            action: action.name().to_owned(),
        },
    })
}
