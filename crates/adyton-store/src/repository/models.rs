//! Models: from the start of their import to their end.

use adyton_core::digest::Sha256;
use adyton_core::id::{ModelId, ProjectId};
use adyton_core::language::Bilingual;
use adyton_core::model::{Model, ModelSpec, ModelStatus};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

use super::listing::page;
use super::quotas::{self, QuotaCount};
use super::{Listed, NameMatch, Page, SortOrder, projects};
use crate::database::Session;
use crate::error::Unique;
use crate::schema::models::{self as rows, ActiveModel, Column, Entity};
use crate::schema::{service_models, services, to_json, to_number, to_text};
use crate::transaction::{Kind, Write};
use crate::{Committed, Store, StoreError, credential};

/// How many users of a model are named when it cannot be deleted.
const USERS_NAMED: u64 = 10;

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
    /// Makes a model that is `publishing`. Quota: models of the project. Conflict: name and version. Missing: the project.
    pub async fn create(&self, new: NewModel) -> Result<Committed<Model>, StoreError> {
        let model = Model {
            id: ModelId::from_random(credential::random()?),
            project: new.project,
            name: new.name,
            version: new.version,
            status: ModelStatus::Publishing,
            failure: Bilingual::default(),
            package: None,
            size: 0,
            source_location: new.source_location,
            description: new.description,
            spec: None,
            created_at: self.0.now(),
        };
        let mut write = self.0.write().await?;
        projects::require(&write.session, model.project).await?;
        quotas::require(&write.session, QuotaCount::Models(model.project), 1).await?;
        let same = Entity::find()
            .filter(Column::ProjectId.eq(model.project.to_string()))
            .filter(Column::Name.eq(model.name.as_str()))
            .filter(Column::Version.eq(model.version.as_str()));
        if same.one(&write.session).await?.is_some() {
            return Err(StoreError::Conflict {
                what: Unique::ModelVersion,
            });
        }
        let row = rows::Model {
            id: model.id.to_string(),
            project_id: model.project.to_string(),
            name: model.name.clone(),
            version: model.version.clone(),
            version_order: version_order(&model.version),
            status: model.status.name().into(),
            failure: String::new(),
            package: None,
            size: 0,
            source_location: model.source_location.clone(),
            description: model.description.clone(),
            spec: None,
            created_at: model.created_at.micros(),
        };
        Entity::insert(row.into_active_model())
            .exec_without_returning(&write.session)
            .await?;
        write.changed(Kind::Model, model.id);
        write.commit(model).await
    }

    /// The import succeeded: the model is `published`. Quota: bytes of the project's packages. `ModelState` if it is not `publishing`.
    pub async fn publish(&self, id: ModelId, import: Import) -> Result<Option<Committed<Model>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(mut model) = find_publishing(&write.session, id).await? else {
            return Ok(None);
        };
        let package = import.package.to_string();
        quotas::require_for_package(&write.session, model.project, &package, import.size).await?;
        let change = ActiveModel {
            id: Set(id.to_string()),
            status: Set(ModelStatus::Published.name().into()),
            package: Set(Some(package)),
            size: Set(to_number(import.size)),
            spec: Set(Some(to_json(&import.spec)?)),
            ..ActiveModel::default()
        };
        model.status = ModelStatus::Published;
        model.package = Some(import.package);
        model.size = import.size;
        model.spec = Some(import.spec);
        save(&mut write, id, change).await?;
        Ok(Some(write.commit(model).await?))
    }

    /// The import failed, for this reason: the model is `failed`. `ModelState` if it is not `publishing`.
    pub async fn fail(
        &self,
        id: ModelId,
        reason: &Bilingual,
    ) -> Result<Option<Committed<Model>>, StoreError> {
        let reason = Bilingual {
            english: to_text(reason.english.clone()),
            chinese: to_text(reason.chinese.clone()),
        };
        let mut write = self.0.write().await?;
        let Some(mut model) = find_publishing(&write.session, id).await? else {
            return Ok(None);
        };
        let change = ActiveModel {
            id: Set(id.to_string()),
            status: Set(ModelStatus::Failed.name().into()),
            failure: Set(reason.kept()),
            ..ActiveModel::default()
        };
        model.status = ModelStatus::Failed;
        model.failure = reason;
        save(&mut write, id, change).await?;
        Ok(Some(write.commit(model).await?))
    }

    /// The project's model with this id.
    pub async fn get(&self, project: ProjectId, id: ModelId) -> Result<Option<Model>, StoreError> {
        let row = Entity::find_by_id(id.to_string())
            .filter(Column::ProjectId.eq(project.to_string()))
            .one(&self.0.read().await?)
            .await?;
        row.map(|row| row.model()).transpose()
    }

    /// The project's models in this order.
    pub async fn list(
        &self,
        project: ProjectId,
        filter: &ModelFilter,
        order: SortOrder<ModelSort>,
        part: Page,
    ) -> Result<Listed<Model>, StoreError> {
        let mut query = Entity::find().filter(Column::ProjectId.eq(project.to_string()));
        if let Some(name) = &filter.name {
            query = query.filter(name.on(Column::Name));
        }
        if let Some(version) = &filter.version {
            query = query.filter(Column::Version.eq(version.as_str()));
        }
        if let Some(status) = filter.status {
            query = query.filter(Column::Status.eq(status.name()));
        }
        let query = sorted(query, order);
        let (rows, total) = page(&self.0.read().await?, query, part).await?;
        Listed::read(rows, total, |row| row.model())
    }

    /// Models of all projects that are `publishing`: after a restart, imports that were cut off.
    pub async fn unfinished(&self) -> Result<Vec<Model>, StoreError> {
        let rows = Entity::find()
            .filter(Column::Status.eq(ModelStatus::Publishing.name()))
            .all(&self.0.read().await?)
            .await?;
        rows.into_iter().map(|row| row.model()).collect()
    }

    /// Whether a model still uses this package: if not, its folder can go.
    pub async fn uses_package(&self, package: &Sha256) -> Result<bool, StoreError> {
        let users = Entity::find()
            .filter(Column::Package.eq(package.to_string()))
            .count(&self.0.read().await?)
            .await?;
        Ok(users > 0)
    }

    /// Deletes the model. `InUse` while a service has it.
    pub async fn delete(
        &self,
        project: ProjectId,
        id: ModelId,
    ) -> Result<Option<Committed<Model>>, StoreError> {
        let mut write = self.0.write().await?;
        let row = Entity::find_by_id(id.to_string())
            .filter(Column::ProjectId.eq(project.to_string()))
            .one(&write.session)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let model = row.model()?;
        let users = service_models::Entity::find()
            .filter(service_models::Column::ModelId.eq(id.to_string()))
            .limit(USERS_NAMED)
            .all(&write.session)
            .await?;
        if !users.is_empty() {
            let services = services::Entity::find()
                .filter(services::Column::Id.is_in(users.iter().map(|user| user.service_id.as_str())))
                .order_by_asc(services::Column::Name)
                .all(&write.session)
                .await?;
            return Err(StoreError::InUse {
                by: services.into_iter().map(|service| service.name).collect(),
            });
        }
        Entity::delete_by_id(id.to_string()).exec(&write.session).await?;
        write.changed(Kind::Model, id);
        Ok(Some(write.commit(model).await?))
    }
}

async fn find_publishing(session: &Session, id: ModelId) -> Result<Option<Model>, StoreError> {
    let Some(row) = Entity::find_by_id(id.to_string()).one(session).await? else {
        return Ok(None);
    };
    let model = row.model()?;
    match model.status {
        ModelStatus::Publishing => Ok(Some(model)),
        ModelStatus::Published | ModelStatus::Failed => Err(StoreError::ModelState {
            model: id,
            status: model.status.name(),
        }),
    }
}

async fn save(write: &mut Write, id: ModelId, change: ActiveModel) -> Result<(), StoreError> {
    Entity::update(change)
        .exec_without_returning(&write.session)
        .await?;
    write.changed(Kind::Model, id);
    Ok(())
}

fn sorted(query: Select<Entity>, order: SortOrder<ModelSort>) -> Select<Entity> {
    let direction = order.direction();
    let query = match order.by {
        ModelSort::CreatedAt => query.order_by(Column::CreatedAt, direction.clone()),
        ModelSort::Name => query
            .order_by(Column::Name, direction.clone())
            .order_by(Column::VersionOrder, direction.clone()),
        ModelSort::Version => query.order_by(Column::VersionOrder, direction.clone()),
        ModelSort::Size => query.order_by(Column::Size, direction.clone()),
    };
    query.order_by(Column::Id, direction)
}

/// `d.d.d` as a number that sorts as versions do; anything else sorts first.
fn version_order(version: &str) -> i64 {
    let parts = version.split('.').map(|part| part.parse::<u16>().ok());
    parts
        .map(|part| part.map(i64::from))
        .try_fold(0_i64, |order, part| order.checked_mul(65_536)?.checked_add(part?))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::version_order;

    #[test]
    fn versions_sort_number_by_number() {
        let sorted = ["no version", "0.0.9", "0.0.10", "0.1.0", "1.0.0", "10.0.0"];
        let orders: Vec<i64> = sorted.iter().map(|version| version_order(version)).collect();
        assert!(orders.is_sorted(), "{orders:?}");
    }
}
