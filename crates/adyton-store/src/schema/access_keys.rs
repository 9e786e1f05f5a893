//! Access keys, their secret half sealed.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::id::AccessKeyId;
use adyton_core::tenant::AccessKey;

use super::Cell;
use crate::StoreError;
use crate::seal::{Seal, SealedCell};

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "access_keys")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) user_id: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) enabled: bool,
    pub(crate) created_at: i64,
    pub(crate) description: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where the secret half of a key is sealed.
pub(crate) fn place(id: &str) -> SealedCell<'_> {
    SealedCell {
        table: "access_keys",
        column: "sealed",
        row: id,
    }
}

impl Model {
    pub(crate) fn access_key(self, seal: &Seal) -> Result<AccessKey, StoreError> {
        let cell = Cell {
            table: "access_keys",
            row: &self.id,
        };
        Ok(AccessKey {
            user: cell.parse("user_id", &self.user_id)?,
            secret: seal.open_text(place(&self.id), &self.sealed)?,
            id: AccessKeyId::new(self.id),
            enabled: self.enabled,
            created_at: Timestamp::from_micros(self.created_at),
            description: self.description,
        })
    }
}
