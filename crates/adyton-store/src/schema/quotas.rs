//! Quotas that somebody set.

use sea_orm::entity::prelude::*;

use adyton_core::quota::{Limit, Quota};
use adyton_core::tenant::Scope;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "quotas")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) quota: String,
    pub(crate) most: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The key of the row that holds a quota of this scope.
pub(crate) fn key(scope: Scope, quota: Quota) -> (String, String, String) {
    let (kind, id) = match scope {
        Scope::Domain(id) => ("domain", id.to_string()),
        Scope::Project(id) => ("project", id.to_string()),
    };
    (kind.to_owned(), id, quota.name().to_owned())
}

impl Model {
    pub(crate) fn limit(&self) -> Result<Limit, StoreError> {
        let cell = Cell {
            table: "quotas",
            row: &self.scope_id,
        };
        Limit::from_number(self.most).ok_or_else(|| cell.damaged("most"))
    }
    pub(crate) fn of(scope: Scope, quota: Quota, limit: Limit) -> Self {
        let (kind, scope_id, quota) = key(scope, quota);
        Self {
            scope: kind,
            scope_id,
            quota,
            most: limit.number(),
        }
    }
}
