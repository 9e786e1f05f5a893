//! The tags of services.

use sea_orm::entity::prelude::*;

use adyton_core::tag::Tag;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "service_tags")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) service_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key: String,
    pub(crate) value: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn tag(&self) -> Result<Tag, StoreError> {
        let cell = Cell {
            table: "service_tags",
            row: &self.service_id,
        };
        Tag::new(&self.key, &self.value).map_err(|_| cell.damaged("key"))
    }
}
