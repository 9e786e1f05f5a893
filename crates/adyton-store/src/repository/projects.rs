//! Projects of a domain.

use adyton_core::id::{DomainId, ProjectId};
use adyton_core::tenant::Project;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::domains;
use crate::database::Session;
use crate::error::{Referred, Unique};
use crate::schema::projects::{ActiveModel, Column, Entity};
use crate::transaction::Kind;
use crate::{Committed, Store, StoreError, credential};

/// The projects.
#[derive(Clone, Copy)]
pub struct Projects<'a>(pub(crate) &'a Store);

impl Projects<'_> {
    /// Makes a project. Conflict: its name in the domain. Missing: the domain.
    pub async fn create(&self, domain: DomainId, name: &str) -> Result<Committed<Project>, StoreError> {
        let project = Project {
            id: ProjectId::from_random(credential::random()?),
            name: name.to_owned(),
            domain,
        };
        let mut write = self.0.write().await?;
        domains::require(&write.session, domain).await?;
        let same = Entity::find()
            .filter(Column::DomainId.eq(domain.to_string()))
            .filter(Column::Name.eq(name));
        if same.one(&write.session).await?.is_some() {
            return Err(StoreError::Conflict {
                what: Unique::ProjectName,
            });
        }
        insert(&write.session, &project).await?;
        write.changed(Kind::Project, project.id);
        write.commit(project).await
    }
    /// The project with this id.
    pub async fn get(&self, id: ProjectId) -> Result<Option<Project>, StoreError> {
        let row = Entity::find_by_id(id.to_string())
            .one(&self.0.read().await?)
            .await?;
        row.map(|row| row.project()).transpose()
    }
    /// The project of a domain with this name.
    pub async fn by_name(&self, domain: DomainId, name: &str) -> Result<Option<Project>, StoreError> {
        Ok(self.list(Some(domain), Some(name)).await?.pop())
    }
    /// All projects (of a domain, with a name), by name.
    pub async fn list(
        &self,
        domain: Option<DomainId>,
        name: Option<&str>,
    ) -> Result<Vec<Project>, StoreError> {
        let mut query = Entity::find().order_by_asc(Column::Name);
        if let Some(domain) = domain {
            query = query.filter(Column::DomainId.eq(domain.to_string()));
        }
        if let Some(name) = name {
            query = query.filter(Column::Name.eq(name));
        }
        let rows = query.all(&self.0.read().await?).await?;
        rows.into_iter().map(|row| row.project()).collect()
    }
}

pub(crate) async fn insert(session: &Session, project: &Project) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(project.id.to_string()),
        domain_id: Set(project.domain.to_string()),
        name: Set(project.name.clone()),
    };
    Entity::insert(row).exec_without_returning(session).await?;
    Ok(())
}

/// `Missing` unless the project is there.
pub(super) async fn require(session: &Session, id: ProjectId) -> Result<(), StoreError> {
    match Entity::find_by_id(id.to_string()).one(session).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::Missing {
            what: Referred::Project,
            id: id.to_string(),
        }),
    }
}
