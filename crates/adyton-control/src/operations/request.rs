//! The journal: what was asked of the project's services, and why an answer was what it was.

pub(crate) mod explain;
pub(crate) mod search;

use adyton_core::id::ProjectId;
use adyton_core::tenant::{Role, Scope};
use adyton_identity::policy::roles;

use crate::call::Call;

/// Whether the caller also sees what matched no project: administrators of the project's domain do.
fn is_domain_administrator(call: &Call, project: ProjectId) -> bool {
    let domain = call.live.project(project).map(|project| project.domain);
    match (call.caller.user(), domain) {
        (Some(user), Some(domain)) => {
            user.domain == domain
                && roles(&call.live, user, Scope::Domain(domain)).contains(&Role::Administrator)
        }
        _ => false,
    }
}
