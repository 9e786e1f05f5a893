//! Projects.

use sea_orm::entity::prelude::*;

use adyton_core::tenant::Project;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) domain_id: String,
    pub(crate) name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn project(self) -> Result<Project, StoreError> {
        let cell = Cell {
            table: "projects",
            row: &self.id,
        };
        Ok(Project {
            id: cell.parse("id", &self.id)?,
            domain: cell.parse("domain_id", &self.domain_id)?,
            name: self.name,
        })
    }
}
