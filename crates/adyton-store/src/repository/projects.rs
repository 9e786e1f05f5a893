//! Projects of a domain.

use adyton_core::id::{DomainId, ProjectId};
use adyton_core::tenant::Project;

use crate::{Committed, Store, StoreError};

/// The projects.
#[derive(Clone, Copy)]
pub struct Projects<'a>(pub(crate) &'a Store);

impl Projects<'_> {
    /// Makes a project. Conflict: its name in the domain. Missing: the domain.
    pub async fn create(&self, domain: DomainId, name: &str) -> Result<Committed<Project>, StoreError> {
        todo!()
    }
    /// The project with this id.
    pub async fn get(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        todo!()
    }
    /// The project of a domain with this name.
    pub async fn by_name(&self, domain: DomainId, name: &str) -> Result<Option<Project>, StoreError> {
        todo!()
    }
    /// All projects (of a domain, with a name), by name.
    pub async fn list(
        &self,
        domain: Option<DomainId>,
        name: Option<&str>,
    ) -> Result<Vec<Project>, StoreError> {
        todo!()
    }
}
