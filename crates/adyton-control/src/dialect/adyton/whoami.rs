//! `GET /adyton/v1/whoami`: who the credentials say you are, where, with which roles, and for how long.

use adyton_api::adyton::whoami::{TokenLife, Whoami};
use adyton_api::iam::Named;
use adyton_core::tenant::Scope;
use adyton_identity::policy::roles;

use crate::call::Call;
use crate::dialect::iam::shapes::domain;
use crate::endpoint::Json;
use crate::failure::OperationResult;

/// `GET /adyton/v1/whoami`
pub(crate) async fn whoami(call: Call) -> OperationResult<Json<Whoami>> {
    let now = call.shared.clock.now();
    let user = call.actor.user()?;
    let live = &call.actor.live;
    let scope = call.actor.caller.scope();
    let project = match scope {
        Scope::Project(id) => live.project(id),
        Scope::Domain(_) => None,
    };
    let named = |project: &adyton_core::tenant::Project| Named {
        id: project.id.to_string(),
        name: project.name.clone(),
    };
    Ok(Json(Whoami {
        user: Named {
            id: user.id.to_string(),
            name: user.name.clone(),
        },
        domain: domain(live, user),
        project: project.map(|project| named(project)),
        roles: roles(live, user, scope)
            .iter()
            .map(|role| role.name().to_owned())
            .collect(),
        projects: crate::operations::project::of_user(live, user)
            .iter()
            .map(named)
            .collect(),
        way: call.actor.caller.way().name().to_owned(),
        token: call.actor.caller.token().map(|token| TokenLife {
            issued_at: token.issued_at.to_iso(),
            expires_at: token.expires_at.to_iso(),
            remaining_seconds: token.expires_at.since(now).as_secs(),
        }),
        server_time: now.to_iso(),
    }))
}
