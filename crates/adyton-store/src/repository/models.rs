//! Models: from the start of their import to their end.

use adyton_core::digest::Sha256;
use adyton_core::id::{ModelId, ProjectId};
use adyton_core::model::{Model, ModelSpec, ModelStatus};

use super::{Listed, NameMatch, Page};
use crate::{Committed, Store, StoreError};

/// A model whose import begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewModel {
    /// The project.
    pub project: ProjectId,
    /// `model_name`.
    pub name: String,
    /// `model_version`, for example `0.0.1`.
    pub version: String,
    /// `source_location`, as given.
    pub source_location: String,
    /// `description`.
    pub description: String,
}

/// What an import found.
#[derive(Clone, PartialEq, Debug)]
pub struct Import {
    /// The package.
    pub package: Sha256,
    /// Size of the unpacked package in bytes.
    pub size: u64,
    /// What the package declares.
    pub spec: ModelSpec,
}

/// Which models.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ModelFilter {
    /// Only with such a name.
    pub name: Option<NameMatch>,
    /// Only of this version.
    pub version: Option<String>,
    /// Only in this state.
    pub status: Option<ModelStatus>,
}

/// In which order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ModelSort {
    /// By time of creation.
    #[default]
    CreatedAt,
    /// By name, then version.
    Name,
    /// By version, number by number.
    Version,
    /// By size.
    Size,
}

/// The models.
#[derive(Clone, Copy)]
pub struct Models<'a>(pub(crate) &'a Store);

impl Models<'_> {
    /// Makes a model that is `publishing`. Conflict: name and version. Missing: the project.
    pub async fn create(&self, new: NewModel) -> Result<Committed<Model>, StoreError> {
        todo!()
    }
    /// The import succeeded: the model is `published`. `ModelState` if it is not `publishing`.
    pub async fn publish(&self, id: ModelId, import: Import) -> Result<Option<Committed<Model>>, StoreError> {
        todo!()
    }
    /// The import failed, for this reason: the model is `failed`. `ModelState` if it is not `publishing`.
    pub async fn fail(&self, id: ModelId, reason: &str) -> Result<Option<Committed<Model>>, StoreError> {
        todo!()
    }
    /// The project's model with this id.
    pub async fn get(&self, project: ProjectId, id: ModelId) -> Result<Option<Model>, StoreError> {
        todo!()
    }
    /// The project's models in this order.
    pub async fn list(
        &self,
        project: ProjectId,
        filter: &ModelFilter,
        sort: ModelSort,
        descending: bool,
        page: Page,
    ) -> Result<Listed<Model>, StoreError> {
        todo!()
    }
    /// Models of all projects that are `publishing`: after a restart, imports that were cut off.
    pub async fn unfinished(&self) -> Result<Vec<Model>, StoreError> {
        todo!()
    }
    /// Whether a model still uses this package: if not, its folder can go.
    pub async fn uses_package(&self, package: &Sha256) -> Result<bool, StoreError> {
        todo!()
    }
    /// Deletes the model. `InUse` while a service has it.
    pub async fn delete(
        &self,
        project: ProjectId,
        id: ModelId,
    ) -> Result<Option<Committed<Model>>, StoreError> {
        todo!()
    }
}
