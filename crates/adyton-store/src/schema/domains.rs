//! Domains.

use sea_orm::entity::prelude::*;

use adyton_core::tenant::Domain;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "domains")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn domain(self) -> Result<Domain, StoreError> {
        let cell = Cell {
            table: "domains",
            row: &self.id,
        };
        Ok(Domain {
            id: cell.parse("id", &self.id)?,
            name: self.name,
        })
    }
}
