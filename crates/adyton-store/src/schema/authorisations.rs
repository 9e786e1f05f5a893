//! Which app may call which API.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::tenant::Authorisation;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "authorisations")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) app_id: String,
    pub(crate) api_id: String,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn authorisation(&self) -> Result<Authorisation, StoreError> {
        let cell = Cell {
            table: "authorisations",
            row: &self.id,
        };
        Ok(Authorisation {
            id: cell.parse("id", &self.id)?,
            app: cell.parse("app_id", &self.app_id)?,
            api: cell.parse("api_id", &self.api_id)?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
