//! Domains: looked up, never made after the first start.

use adyton_core::id::DomainId;
use adyton_core::tenant::Domain;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::database::Session;
use crate::error::Referred;
use crate::schema::domains::{Column, Entity};
use crate::{Store, StoreError};

/// The domains.
#[derive(Clone, Copy)]
pub struct Domains<'a>(pub(crate) &'a Store);

impl Domains<'_> {
    /// The domain with this id.
    pub async fn get(&self, id: DomainId) -> Result<Option<Domain>, StoreError> {
        let row = Entity::find_by_id(id.to_string())
            .one(&self.0.read().await?)
            .await?;
        row.map(|row| row.domain()).transpose()
    }
    /// The domain with this name.
    pub async fn by_name(&self, name: &str) -> Result<Option<Domain>, StoreError> {
        let row = Entity::find()
            .filter(Column::Name.eq(name))
            .one(&self.0.read().await?)
            .await?;
        row.map(|row| row.domain()).transpose()
    }
    /// All domains, by name.
    pub async fn list(&self) -> Result<Vec<Domain>, StoreError> {
        let rows = Entity::find()
            .order_by_asc(Column::Name)
            .all(&self.0.read().await?)
            .await?;
        rows.into_iter().map(|row| row.domain()).collect()
    }
}

/// `Missing` unless the domain is there.
pub(super) async fn require(session: &Session, id: DomainId) -> Result<(), StoreError> {
    match Entity::find_by_id(id.to_string()).one(session).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::Missing {
            what: Referred::Domain,
            id: id.to_string(),
        }),
    }
}
