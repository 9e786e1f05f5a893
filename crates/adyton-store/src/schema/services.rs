//! Services; their versions are JSON.

use sea_orm::entity::prelude::*;

use adyton_core::clock::Timestamp;
use adyton_core::service::{Service, Wanted};

use super::{Cell, to_json, to_number};
use crate::StoreError;

#[derive(Clone, PartialEq, Eq, Debug, DeriveEntityModel)]
#[sea_orm(table_name = "services")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: String,
    pub(crate) project_id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) api_id: String,
    pub(crate) wanted: String,
    pub(crate) versions: String,
    pub(crate) calls_per_second: Option<i64>,
    pub(crate) app_auth: bool,
    pub(crate) app_code: bool,
    pub(crate) generation: i64,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    pub(crate) owner: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn service(self) -> Result<Service, StoreError> {
        let cell = Cell {
            table: "services",
            row: &self.id,
        };
        let calls_per_second = self
            .calls_per_second
            .map(|number| cell.number("calls_per_second", number))
            .transpose()?;
        Ok(Service {
            id: cell.parse("id", &self.id)?,
            project: cell.parse("project_id", &self.project_id)?,
            api: cell.parse("api_id", &self.api_id)?,
            wanted: match self.wanted.as_str() {
                "running" => Wanted::Running,
                "stopped" => Wanted::Stopped,
                _ => return Err(cell.damaged("wanted")),
            },
            versions: cell.json("versions", &self.versions)?,
            calls_per_second,
            generation: cell.number("generation", self.generation)?,
            name: self.name,
            description: self.description,
            app_auth: self.app_auth,
            app_code: self.app_code,
            created_at: Timestamp::from_micros(self.created_at),
            updated_at: Timestamp::from_micros(self.updated_at),
            owner: self.owner,
        })
    }

    /// The row that holds `service`.
    pub(crate) fn of(service: &Service) -> Result<Self, StoreError> {
        Ok(Self {
            id: service.id.to_string(),
            project_id: service.project.to_string(),
            name: service.name.clone(),
            description: service.description.clone(),
            api_id: service.api.to_string(),
            wanted: wanted_name(service.wanted).into(),
            versions: to_json(&service.versions)?,
            calls_per_second: service.calls_per_second.map(i64::from),
            app_auth: service.app_auth,
            app_code: service.app_code,
            generation: to_number(service.generation),
            created_at: service.created_at.micros(),
            updated_at: service.updated_at.micros(),
            owner: service.owner.clone(),
        })
    }
}

/// The word in the column `wanted`.
pub(crate) const fn wanted_name(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Running => "running",
        Wanted::Stopped => "stopped",
    }
}
