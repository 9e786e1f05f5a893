//! Which models the versions of a service are: they must be published when they are given to it, and none of them can be deleted
//! as long as it has them.

use std::collections::BTreeSet;

use adyton_core::id::{ModelId, ProjectId, ServiceId};
use adyton_core::model::ModelStatus;
use adyton_core::service::{Service, Version};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

use crate::StoreError;
use crate::database::Session;
use crate::error::Referred;
use crate::schema::{models, service_models as rows};

/// Missing or `ModelState` unless all models of the versions are there, in the project, and published.
pub(super) async fn require_published(
    session: &Session,
    project: ProjectId,
    versions: &[Version],
) -> Result<(), StoreError> {
    for version in versions {
        let row = models::Entity::find_by_id(version.model.to_string())
            .filter(models::Column::ProjectId.eq(project.to_string()))
            .one(session)
            .await?;
        let Some(row) = row else {
            return Err(StoreError::Missing {
                what: Referred::Model,
                id: version.model.to_string(),
            });
        };
        match ModelStatus::parse(&row.status) {
            Some(ModelStatus::Published) => {}
            other => {
                return Err(StoreError::ModelState {
                    model: version.model,
                    status: other.map_or("damaged", ModelStatus::name),
                });
            }
        }
    }
    Ok(())
}

/// Notes which models the versions of a service are.
pub(super) async fn insert(session: &Session, service: &Service) -> Result<(), StoreError> {
    let distinct: BTreeSet<ModelId> = service.versions.iter().map(|version| version.model).collect();
    for model in distinct {
        let row = rows::ActiveModel {
            service_id: Set(service.id.to_string()),
            model_id: Set(model.to_string()),
        };
        rows::Entity::insert(row).exec_without_returning(session).await?;
    }
    Ok(())
}

/// Forgets which models the versions of a service are.
pub(super) async fn delete(session: &Session, service: ServiceId) -> Result<(), StoreError> {
    rows::Entity::delete_many()
        .filter(rows::Column::ServiceId.eq(service.to_string()))
        .exec(session)
        .await?;
    Ok(())
}
