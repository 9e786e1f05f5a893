//! Apps, their AppSecret sealed.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::id::AppKey;
use adyton_core::tenant::{App, AppCode};

use super::Cell;
use crate::StoreError;
use crate::seal::{Seal, SealedCell};

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "apps")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) remark: String,
    pub(crate) app_key: String,
    pub(crate) sealed: Vec<u8>,
    pub(crate) enabled: bool,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Where the secret of an app is sealed.
pub(crate) fn place(id: &str) -> SealedCell<'_> {
    SealedCell {
        table: "apps",
        column: "sealed",
        row: id,
    }
}

impl Model {
    pub(crate) fn app(self, codes: Vec<AppCode>, seal: &Seal) -> Result<App, StoreError> {
        let cell = Cell {
            table: "apps",
            row: &self.id,
        };
        Ok(App {
            id: cell.parse("id", &self.id)?,
            project: cell.parse("project_id", &self.project_id)?,
            secret: seal.open_text(place(&self.id), &self.sealed)?,
            name: self.name,
            remark: self.remark,
            key: AppKey::new(self.app_key),
            enabled: self.enabled,
            codes,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
        })
    }
}
