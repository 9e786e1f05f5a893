//! Keys that seal tokens, sealed themselves.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::tenant::TokenKey;

use super::Cell;
use crate::StoreError;
use crate::seal::{Seal, SealedCell};

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "token_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: i64,
    pub(crate) sealed: Vec<u8>,
    pub(crate) created_at: i64,
    /// The [uptime](crate::uptime) at which it was made.
    pub(crate) made_lived: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where a token key is sealed.
pub(crate) fn place(id: &str) -> SealedCell<'_> {
    SealedCell {
        table: "token_keys",
        column: "sealed",
        row: id,
    }
}

impl Model {
    pub(crate) fn token_key(&self, seal: &Seal) -> Result<TokenKey, StoreError> {
        let row = self.id.to_string();
        let cell = Cell {
            table: "token_keys",
            row: &row,
        };
        Ok(TokenKey {
            id: cell.number("id", self.id)?,
            secret: seal.open_key(place(&row), &self.sealed)?,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
