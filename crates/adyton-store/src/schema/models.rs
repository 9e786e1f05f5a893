//! Models; what their package declares is JSON.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::language::Bilingual;
use adyton_core::model::ModelStatus;

use super::Cell;
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "models")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) version_order: i64,
    pub(crate) status: String,
    pub(crate) failure: String,
    pub(crate) package: Option<String>,
    pub(crate) size: i64,
    pub(crate) source_location: String,
    pub(crate) description: String,
    pub(crate) spec: Option<String>,
    pub(crate) created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn model(self) -> Result<adyton_core::model::Model, StoreError> {
        let cell = Cell {
            table: "models",
            row: &self.id,
        };
        let package = self
            .package
            .as_deref()
            .map(|text| cell.parse("package", text))
            .transpose()?;
        let spec = self
            .spec
            .as_deref()
            .map(|text| cell.json("spec", text))
            .transpose()?;
        Ok(adyton_core::model::Model {
            id: cell.parse("id", &self.id)?,
            project: cell.parse("project_id", &self.project_id)?,
            status: ModelStatus::parse(&self.status).ok_or_else(|| cell.damaged("status"))?,
            size: cell.number("size", self.size)?,
            name: self.name,
            version: self.version,
            failure: Bilingual::of_kept(&self.failure),
            package,
            source_location: self.source_location,
            description: self.description,
            spec,
            created_at: Timestamp::from_micros(self.created_at),
        })
    }
}
