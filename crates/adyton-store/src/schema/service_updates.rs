//! The update history of services.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;

use super::Cell;
use crate::StoreError;
use crate::repository::{Update, UpdateResult};

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "service_updates")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) service_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) generation: i64,
    pub(crate) at: i64,
    pub(crate) result: String,
    pub(crate) versions: String,
    pub(crate) cause: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn update(self) -> Result<Update, StoreError> {
        let cell = Cell {
            table: "service_updates",
            row: &self.service_id,
        };
        Ok(Update {
            generation: cell.number("generation", self.generation)?,
            at: Timestamp::from_micros(self.at),
            result: UpdateResult::parse(&self.result).ok_or_else(|| cell.damaged("result"))?,
            versions: cell.json("versions", &self.versions)?,
            cause: self.cause,
        })
    }
}
