//! Projects: which ones somebody can use, and making another.

use adyton_core::id::DomainId;
use adyton_core::live::Live;
use adyton_core::tenant::{Project, Scope, User};
use adyton_identity::policy::roles;

use crate::failure::{Failure, OperationResult};
use crate::operations::text;
use crate::plane::Plane;

/// The projects in which the user has a role, by name.
pub(crate) fn of_user(live: &Live, user: &User) -> Vec<Project> {
    let mut projects: Vec<Project> = live
        .projects()
        .filter(|project| !roles(live, user, Scope::Project(project.id)).is_empty())
        .map(|project| Project::clone(project))
        .collect();
    projects.sort_by(|a, b| a.name.cmp(&b.name));
    projects
}

/// Makes a project in a domain.
pub(crate) async fn create(plane: &Plane, domain: DomainId, name: &str) -> OperationResult<Project> {
    text::name("project.name", name)?;
    let created = plane.store.projects().create(domain, name).await;
    plane
        .settled(created.map_err(|error| Failure::named(error, name))?)
        .await
}
