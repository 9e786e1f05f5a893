//! Tokens that were revoked alone.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::tenant::RevokedToken;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "revoked_tokens")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) revoked_at: i64,
    pub(crate) expires_at: i64,
    /// The newest token key at that time: no later one has sealed the token.
    pub(crate) newest_key: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn revoked_token(&self) -> Result<RevokedToken, StoreError> {
        let cell = Cell {
            table: "revoked_tokens",
            row: &self.id,
        };
        Ok(RevokedToken {
            id: cell.parse("id", &self.id)?,
            revoked_at: Timestamp::from_micros(self.revoked_at),
            expires_at: Timestamp::from_micros(self.expires_at),
        })
    }
}
