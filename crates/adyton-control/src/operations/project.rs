//! Projects: which ones somebody can use, and making another.

use adyton_core::id::DomainId;
use adyton_core::live::Live;
use adyton_core::tenant::{Project, Scope, User};
use adyton_identity::policy::roles;

use crate::failure::{Failure, OperationResult};
use crate::operations::text;
use crate::shared::Shared;

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
pub(crate) async fn create(shared: &Shared, domain: DomainId, name: &str) -> OperationResult<Project> {
    text::name("project.name", name)?;
    let created = shared.store.projects().create(domain, name).await;
    shared
        .settled(created.map_err(|error| Failure::named(error, name))?)
        .await
}

#[cfg(test)]
mod tests {
    use adyton_core::tenant::{Assignment, Role};

    use super::*;
    use crate::rig::Rig;

    #[tokio::test]
    async fn a_name_is_taken_once_in_a_domain() {
        let rig = Rig::new().await;
        create(&rig.shared, rig.domain(), "team").await.unwrap();
        let again = create(&rig.shared, rig.domain(), "team").await.unwrap_err();
        assert_eq!(again.to_string(), "Project team already exists");
        let unnamed = create(&rig.shared, rig.domain(), "a b").await.unwrap_err();
        assert!(unnamed.to_string().starts_with("project.name: "), "{unnamed}");
    }

    #[tokio::test]
    async fn only_projects_in_which_the_user_has_a_role_are_theirs() {
        let rig = Rig::new().await;
        let scope = Scope::Project(rig.other_project().await);
        let role = Role::Auditor;
        let user = rig.user("reader", vec![Assignment { role, scope }]).await;
        let live = rig.shared.live();
        let names = |user: &User| {
            let projects = of_user(&live, user).into_iter();
            projects.map(|project| project.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&user), ["other"]);
        let owner = live.user(rig.first.user.id).unwrap();
        assert_eq!(names(owner), [rig.first.project.name.as_str(), "other"]);
    }
}
