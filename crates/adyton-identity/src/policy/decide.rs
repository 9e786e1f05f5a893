//! The decision: may this caller do this here?

use adyton_core::api::Api;
use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::id::{ApiId, DomainId, ProjectId};
use adyton_core::live::Live;
use adyton_core::refusal::Refusal;
use adyton_core::requested::Requested;
use adyton_core::tenant::{Assignment, Authorisation, Role, Scope, User};

use super::{Action, permits, statements};
use crate::caller::{Caller, Who};

/// Why not. Each dialect has its own code for it; the gateway's is [`NotAllowed::refusal`].
#[derive(Clone, PartialEq, Debug)]
pub enum NotAllowed {
    /// The credential is for another project, or its user has no role at all in this one.
    OtherProject(Box<Evidence>),
    /// The user has roles here, and none permits the action.
    NotPermitted(Box<Evidence>),
    /// The app is not authorised for the API.
    AppNotAuthorised(Box<Evidence>),
}

impl NotAllowed {
    /// What was compared with what.
    pub const fn evidence(&self) -> &Evidence {
        match self {
            Self::OtherProject(evidence)
            | Self::NotPermitted(evidence)
            | Self::AppNotAuthorised(evidence) => evidence,
        }
    }
    /// The gateway's refusal.
    pub fn refusal(self) -> Refusal {
        let (reason, evidence) = match self {
            Self::OtherProject(evidence) => (Reason::IamOtherProject, evidence),
            Self::NotPermitted(evidence) => (Reason::IamNotPermitted, evidence),
            Self::AppNotAuthorised(evidence) => (Reason::AppNotAuthorised, evidence),
        };
        Refusal::new(reason, *evidence)
    }
}

/// The roles that a user has where `holds` says so, each once.
fn roles_where(user: &User, holds: impl Fn(&Assignment) -> bool) -> Vec<Role> {
    let mut roles: Vec<Role> = user
        .assignments
        .iter()
        .filter(|given| holds(given))
        .map(|given| given.role)
        .collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// The roles that a user has in a scope: those given there and, for a project, those given in its domain.
pub fn roles(live: &Live, user: &User, scope: Scope) -> Vec<Role> {
    let domain = match scope {
        Scope::Project(project) => live.project(project).map(|project| Scope::Domain(project.domain)),
        Scope::Domain(_) => None,
    };
    roles_where(user, |given| given.scope == scope || Some(given.scope) == domain)
}

/// Whether the credential reaches a project: it is scoped to it, or to its domain.
fn reaches(live: &Live, scope: Scope, project: ProjectId) -> bool {
    match scope {
        Scope::Project(own) => own == project,
        Scope::Domain(domain) => live
            .project(project)
            .is_some_and(|project| project.domain == domain),
    }
}

fn evidence(caller: &Caller, target: Option<ProjectId>, action: Requested, roles: &[Role]) -> Box<Evidence> {
    Box::new(Evidence::Access {
        way: caller.way.sent_as().to_owned(),
        caller: String::new(),
        caller_project: caller.project(),
        target_project: target,
        action,
        roles: roles.iter().map(|role| role.name().to_owned()).collect(),
        holder: Some(caller.holder()),
    })
}

/// Whether a caller may do something in a project.
///
/// # Errors
/// Why not, with evidence. Apps may do nothing but call APIs that they are authorised for.
pub fn may(live: &Live, caller: &Caller, action: Action, project: ProjectId) -> Result<(), NotAllowed> {
    let refused = |roles: &[Role]| {
        evidence(
            caller,
            Some(project),
            Requested::Action(action.name().to_owned()),
            roles,
        )
    };
    let Who::User(user) = &caller.who else {
        return Err(NotAllowed::NotPermitted(refused(&[])));
    };
    if !reaches(live, caller.scope, project) {
        return Err(NotAllowed::OtherProject(refused(&[])));
    }
    let roles = roles(live, user, Scope::Project(project));
    if roles.is_empty() {
        return Err(NotAllowed::OtherProject(refused(&[])));
    }
    if permits(roles.iter().flat_map(|role| statements(*role)), action) {
        Ok(())
    } else {
        Err(NotAllowed::NotPermitted(refused(&roles)))
    }
}

/// Whether a caller has anything to do in a project: any role there, and a credential that reaches it.
pub fn has_role(live: &Live, caller: &Caller, project: ProjectId) -> bool {
    match &caller.who {
        Who::User(user) => {
            reaches(live, caller.scope, project) && !roles(live, user, Scope::Project(project)).is_empty()
        }
        Who::App(_) => false,
    }
}

/// Whether a caller may do something in a whole domain: only with a role there, and a credential that reaches it.
///
/// # Errors
/// Why not, with evidence.
pub fn may_in_domain(
    live: &Live,
    caller: &Caller,
    action: Action,
    domain: DomainId,
) -> Result<(), NotAllowed> {
    let refused = |roles: &[Role]| {
        evidence(
            caller,
            None,
            Requested::InDomain(action.name().to_owned(), domain),
            roles,
        )
    };
    let Who::User(user) = &caller.who else {
        return Err(NotAllowed::NotPermitted(refused(&[])));
    };
    // A token for one of the domain's projects reaches the domain's own things too: Keystone's clients ask for users
    // and projects with it. What they may do there is still the role's in the domain.
    let reached = match caller.scope {
        Scope::Domain(own) => own == domain,
        Scope::Project(own) => live.project(own).is_some_and(|project| project.domain == domain),
    };
    if !reached {
        return Err(NotAllowed::OtherProject(refused(&[])));
    }
    let roles = roles(live, user, Scope::Domain(domain));
    if permits(roles.iter().flat_map(|role| statements(*role)), action) {
        Ok(())
    } else {
        Err(NotAllowed::NotPermitted(refused(&roles)))
    }
}

/// Whether an app is authorised for an API.
pub fn app_may_call<'l>(live: &'l Live, caller: &Caller, api: ApiId) -> Option<&'l Authorisation> {
    let app = caller.app()?;
    live.authorisation(app.id, api)
}

/// Whether a caller may call an API: a user with the permission to predict in its project, or an app that is authorised for
/// it.
///
/// # Errors
/// Why not, with evidence.
pub fn may_call(live: &Live, caller: &Caller, api: &Api) -> Result<(), NotAllowed> {
    match &caller.who {
        Who::User(_) => may(live, caller, Action::ServicePredict, api.project),
        Who::App(_) if app_may_call(live, caller, api.id).is_some() => Ok(()),
        Who::App(_) => Err(NotAllowed::AppNotAuthorised(evidence(
            caller,
            Some(api.project),
            Requested::Call(api.id),
            &[],
        ))),
    }
}
