//! AppCodes: sealed for the management API, as a digest for the gateway.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::tenant::AppCode;

use super::Cell;
use crate::StoreError;
use crate::seal::SealedCell;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "app_codes")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) digest: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where the text of a code is sealed.
pub(crate) fn place(id: &str) -> SealedCell<'_> {
    SealedCell {
        table: "app_codes",
        column: "sealed",
        row: id,
    }
}

impl Model {
    pub(crate) fn app_code(&self) -> Result<AppCode, StoreError> {
        let cell = Cell {
            table: "app_codes",
            row: &self.id,
        };
        Ok(AppCode {
            id: cell.parse("id", &self.id)?,
            digest: cell.parse("digest", &self.digest)?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
