//! `/v3/users`, `/v3/roles` and role assignments: users of the caller's domain.

use adyton_api::iam::Links;
use adyton_api::iam::users::{
    PasswordChange, RoleList, UserAnswer, UserCreate, UserList, UserShown, UserUpdate,
};
use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{Assignment, Role, Scope, User};
use adyton_store::repository::{NameMatch, NewUser, UserChange, UserFilter};
use serde::Deserialize;
use utoipa::IntoParams;

use super::shapes::{base, role};
use crate::call::Call;
use crate::endpoint::{Body, Json, Query};
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::user::{self, RoleChange};

/// Which users.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserQuery {
    /// Only the one of this name.
    name: Option<String>,
    /// Only of this domain.
    domain_id: Option<String>,
    /// Only those who may sign in, or who may not.
    enabled: Option<bool>,
}

fn user_shown(call: &Call, user: &User) -> UserShown {
    UserShown {
        id: user.id.to_string(),
        name: user.name.clone(),
        domain_id: user.domain.to_string(),
        enabled: user.enabled,
        password_expires_at: String::new(),
        links: Links::own(format!(
            "{}/v3/users/{}",
            base(&call.shared, &call.headers),
            user.id
        )),
    }
}

fn answer(call: &Call, user: &User) -> Json<UserAnswer> {
    Json(UserAnswer {
        user: user_shown(call, user),
    })
}

/// `POST /v3/users`
pub(crate) async fn create(call: Call, Body(wanted): Body<UserCreate>) -> OperationResult<Json<UserAnswer>> {
    let domain = domain(&call)?;
    let wanted = wanted.user;
    if wanted.domain_id.is_some_and(|id| id != domain.to_string()) {
        return Err(Failure::invalid(
            "user.domain_id",
            ("must be your own domain", "必须为您自己的账号"),
        ));
    }
    let new = NewUser {
        name: wanted.name,
        domain,
        password: Secret::new(wanted.password),
        enabled: wanted.enabled.unwrap_or(true),
        assignments: Vec::new(),
    };
    let user = user::create(&call.shared, new).await?;
    call.audit.made(&user);
    Ok(answer(&call, &user))
}

/// `GET /v3/users`
pub(crate) async fn list(call: Call, Query(query): Query<UserQuery>) -> OperationResult<Json<UserList>> {
    let domain = domain(&call)?;
    let links = Links::own(format!("{}/v3/users", base(&call.shared, &call.headers)));
    if query.domain_id.is_some_and(|id| id != domain.to_string()) {
        return Ok(Json(UserList {
            users: Vec::new(),
            links,
        }));
    }
    let filter = UserFilter {
        domain: Some(domain),
        name: query.name.map(NameMatch::Exact),
        enabled: query.enabled,
    };
    let listed = user::list(&call.shared, &filter).await?;
    let users = listed.items.iter().map(|user| user_shown(&call, user)).collect();
    Ok(Json(UserList { users, links }))
}

/// `GET /v3/users/{user_id}`
pub(crate) async fn show(call: Call) -> OperationResult<Json<UserAnswer>> {
    let user = user::show(&call.shared, domain(&call)?, id(&call)?).await?;
    Ok(answer(&call, &user))
}

/// `PATCH /v3/users/{user_id}`
pub(crate) async fn update(call: Call, Body(wanted): Body<UserUpdate>) -> OperationResult<Json<UserAnswer>> {
    let id = id(&call)?;
    let wanted = wanted.user;
    let change = UserChange {
        name: wanted.name,
        enabled: wanted.enabled,
        assignments: None,
    };
    let password = wanted.password.map(Secret::new);
    let (before, has_password) = (call.actor.live.user(id), password.is_some());
    let user = user::change(&call.shared, &call.actor, id, change, password).await?;
    call.audit.changed(before.map(|user| &**user), &user);
    if has_password {
        call.audit.secret_field("password");
    }
    Ok(answer(&call, &user))
}

/// `DELETE /v3/users/{user_id}`
pub(crate) async fn delete(call: Call) -> OperationResult<()> {
    user::delete(&call.shared, &call.actor, id(&call)?).await
}

/// `POST /v3/users/{user_id}/password`: one's own.
pub(crate) async fn password(call: Call, Body(wanted): Body<PasswordChange>) -> OperationResult<()> {
    let id = id(&call)?;
    let (original, new) = (
        Secret::new(wanted.user.original_password),
        Secret::new(wanted.user.password),
    );
    user::change_password(
        &call.shared,
        &call.actor,
        call.remote.address,
        id,
        &original,
        &new,
    )
    .await?;
    call.audit.secret_field("password");
    Ok(())
}

/// `GET /v3/roles`
pub(crate) async fn roles(call: Call) -> OperationResult<Json<RoleList>> {
    Ok(Json(RoleList {
        roles: Role::ALL.iter().copied().map(role).collect(),
        links: Links::own(format!("{}/v3/roles", base(&call.shared, &call.headers))),
    }))
}

/// `GET …/users/{user_id}/roles`: what was given in this very scope.
pub(crate) async fn assigned(call: Call) -> OperationResult<Json<RoleList>> {
    let (domain, scope) = (domain(&call)?, scope(&call)?);
    user::in_domain(&call.shared.live(), domain, scope)?;
    let user = user::show(&call.shared, domain, id(&call)?).await?;
    let roles = user.assignments.iter().filter(|given| given.scope == scope);
    Ok(Json(RoleList {
        roles: roles.map(|given| role(given.role)).collect(),
        links: Links::own(format!(
            "{}{}",
            base(&call.shared, &call.headers),
            call.payload.uri().path()
        )),
    }))
}

/// `PUT …/users/{user_id}/roles/{role_id}`
pub(crate) async fn give(call: Call) -> OperationResult<()> {
    change_role(&call, RoleChange::Give).await
}

/// `DELETE …/users/{user_id}/roles/{role_id}`
pub(crate) async fn take(call: Call) -> OperationResult<()> {
    change_role(&call, RoleChange::Take).await
}

async fn change_role(call: &Call, change: RoleChange) -> OperationResult<()> {
    let assignment = Assignment {
        role: user::role(call.text("role_id"))?,
        scope: scope(call)?,
    };
    let id = id(call)?;
    let before = call.actor.live.user(id);
    let user = user::change_role(&call.shared, &call.actor, id, assignment, change).await?;
    call.audit.changed(before.map(|user| &**user), &user);
    Ok(())
}

/// Where a role is given: the project or the domain of the path.
fn scope(call: &Call) -> OperationResult<Scope> {
    if call.text("in_project").is_empty() {
        let domain: DomainId = call.parameter("in_domain", Thing::Domain)?;
        return Ok(Scope::Domain(domain));
    }
    let project: ProjectId = call.parameter("in_project", Thing::Project)?;
    Ok(Scope::Project(project))
}

fn domain(call: &Call) -> OperationResult<DomainId> {
    call.actor.domain()
}

fn id(call: &Call) -> OperationResult<UserId> {
    call.parameter("user_id", Thing::User)
}
