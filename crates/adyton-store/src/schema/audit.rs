//! The audit trail: what it is searched by in columns, the whole record as JSON.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use adyton_core::audit::AuditRecord;

use super::{Cell, to_json, to_text};
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = true)]
    pub(crate) id: i64,
    pub(crate) request_id: String,
    pub(crate) at: i64,
    pub(crate) shelf: i64,
    pub(crate) domain_id: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) caller_id: String,
    pub(crate) caller_name: String,
    pub(crate) operation: String,
    pub(crate) thing_id: String,
    pub(crate) thing_name: String,
    pub(crate) refused: bool,
    pub(crate) body: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn record(&self) -> Result<AuditRecord, StoreError> {
        let row = self.id.to_string();
        let cell = Cell {
            table: "audit",
            row: &row,
        };
        cell.json("body", &self.body)
    }
}

/// A record as a row.
pub(crate) fn row(record: &AuditRecord) -> Result<ActiveModel, StoreError> {
    let (caller, thing) = (record.caller.as_ref(), record.thing.as_ref());
    let text = |text: Option<&String>| to_text(text.cloned().unwrap_or_default());
    Ok(ActiveModel {
        request_id: Set(record.request.to_string()),
        at: Set(record.at.micros()),
        shelf: Set(record.shelf().number()),
        domain_id: Set(record.domain.map(|id| id.to_string())),
        project_id: Set(record.project.map(|id| id.to_string())),
        caller_id: Set(text(caller.map(|caller| &caller.id))),
        caller_name: Set(text(caller.map(|caller| &caller.name))),
        operation: Set(record.operation.clone()),
        thing_id: Set(text(thing.map(|thing| &thing.id))),
        thing_name: Set(text(thing.map(|thing| &thing.name))),
        refused: Set(record.refusal.is_some()),
        // JSON writes control characters as escapes, so no zero byte is left.
        body: Set(to_json(record)?),
        id: sea_orm::ActiveValue::NotSet,
    })
}
