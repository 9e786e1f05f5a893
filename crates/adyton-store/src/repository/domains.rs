//! Domains: looked up, never made after the first start.

use adyton_core::id::DomainId;
use adyton_core::tenant::Domain;

use crate::{Store, StoreError};

/// The domains.
#[derive(Clone, Copy)]
pub struct Domains<'a>(pub(crate) &'a Store);

impl Domains<'_> {
    /// The domain with this id.
    pub async fn get(&self, id: DomainId) -> Result<Option<Domain>, StoreError> {
        todo!()
    }
    /// The domain with this name.
    pub async fn by_name(&self, name: &str) -> Result<Option<Domain>, StoreError> {
        todo!()
    }
    /// All domains, by name.
    pub async fn list(&self) -> Result<Vec<Domain>, StoreError> {
        todo!()
    }
}
