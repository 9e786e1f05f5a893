//! Projects: which ones somebody can use, and making another.

use adyton_core::id::DomainId;
use adyton_core::live::Live;
use adyton_core::tenant::{Project, Scope, User};
use adyton_identity::policy::roles;

use crate::failure::{Failure, OperationResult, Thing};
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

/// A name: 1 to 64 letters, digits, `_` and `-`.
fn check_name(name: &str) -> OperationResult<()> {
    let fits = (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !fits {
        return Err(Failure::invalid(
            "project.name",
            "must have 1 to 64 letters, digits, `_` and `-`",
        ));
    }
    Ok(())
}

/// Makes a project in a domain.
pub(crate) async fn create(plane: &Plane, domain: DomainId, name: &str) -> OperationResult<Project> {
    check_name(name)?;
    let created = plane
        .store
        .projects()
        .create(domain, name)
        .await
        .map_err(Failure::from);
    let created = created.map_err(|failure| match failure {
        Failure::Taken { .. } => Failure::taken(Thing::Project, name),
        other => other,
    })?;
    plane.settled(created).await
}

#[cfg(test)]
mod tests {
    use super::check_name;

    #[test]
    fn a_name_has_1_to_64_plain_characters() {
        for right in ["default", "a_1-B", &"p".repeat(64)] {
            assert!(check_name(right).is_ok(), "{right}");
        }
        for wrong in ["", "a b", "größe", &"p".repeat(65)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
    }
}
