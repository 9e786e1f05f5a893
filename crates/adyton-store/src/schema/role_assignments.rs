//! Which user has which role where.

use sea_orm::entity::prelude::*;

use adyton_core::id::UserId;
use adyton_core::tenant::{Assignment, Role, Scope};

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "role_assignments")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) user_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) role: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) scope_id: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn assignment(&self) -> Result<Assignment, StoreError> {
        let cell = Cell {
            table: "role_assignments",
            row: &self.user_id,
        };
        let kind = self.scope.as_str();
        let scope = match kind {
            "domain" => Scope::Domain(cell.parse("scope_id", &self.scope_id)?),
            "project" => Scope::Project(cell.parse("scope_id", &self.scope_id)?),
            _ => return Err(cell.damaged("scope")),
        };
        Ok(Assignment {
            role: Role::parse(&self.role).ok_or_else(|| cell.damaged("role"))?,
            scope,
        })
    }
    pub(crate) fn of(user: UserId, assignment: &Assignment) -> Self {
        let (scope, scope_id) = match assignment.scope {
            Scope::Domain(id) => ("domain", id.to_string()),
            Scope::Project(id) => ("project", id.to_string()),
        };
        Self {
            user_id: user.to_string(),
            role: assignment.role.name().into(),
            scope: scope.into(),
            scope_id,
        }
    }
}
