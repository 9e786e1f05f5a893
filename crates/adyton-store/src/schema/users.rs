//! Users, without their passwords and roles.

use sea_orm::entity::prelude::*;

use adyton_core::tenant::{Assignment, User};

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) domain_id: String,
    pub(crate) name: String,
    pub(crate) enabled: bool,
    pub(crate) token_epoch: i64,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn user(self, assignments: Vec<Assignment>) -> Result<User, StoreError> {
        let cell = Cell {
            table: "users",
            row: &self.id,
        };
        Ok(User {
            id: cell.parse("id", &self.id)?,
            domain: cell.parse("domain_id", &self.domain_id)?,
            token_epoch: cell.number("token_epoch", self.token_epoch)?,
            name: self.name,
            enabled: self.enabled,
            assignments,
        })
    }
}
