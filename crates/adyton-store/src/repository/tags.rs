//! Tags of services: added, taken away, listed, and what a list of services is narrowed by. They are not in the live state; a change
//! of them counts as one of their service, so that whoever follows it hears of it.

use std::collections::{BTreeMap, BTreeSet};

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::tag::Tag;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{service_tags, services};
use crate::schema::service_tags::{Column, Entity};
use crate::transaction::Kind;
use crate::{Committed, Store, StoreError};

/// What a service's tags were, and what they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Retagged {
    /// Before.
    pub before: Vec<Tag>,
    /// Now.
    pub after: Vec<Tag>,
}

/// The tags.
#[derive(Clone, Copy)]
pub struct Tags<'a>(pub(crate) &'a Store);

impl Tags<'_> {
    /// Gives a service tags; a key that it has already gets the new value. `TooManyTags`: over `most` of one service.
    pub async fn add(
        &self,
        project: ProjectId,
        service: ServiceId,
        tags: &[Tag],
        most: u64,
    ) -> Result<Option<Committed<Retagged>>, StoreError> {
        self.change(project, service, |before| {
            let mut by_key: BTreeMap<&str, &Tag> = before.iter().map(|tag| (tag.key(), tag)).collect();
            by_key.extend(tags.iter().map(|tag| (tag.key(), tag)));
            if by_key.len() as u64 > most {
                return Err(StoreError::TooManyTags { most });
            }
            Ok(by_key.into_values().cloned().collect())
        })
        .await
    }

    /// Takes tags away from a service: those of these keys, where a value is given only if they have it. What it does not have is
    /// passed over.
    pub async fn remove(
        &self,
        project: ProjectId,
        service: ServiceId,
        gone: &[(String, Option<String>)],
    ) -> Result<Option<Committed<Retagged>>, StoreError> {
        let goes = |tag: &Tag| {
            gone.iter().any(|(key, value)| {
                key == tag.key() && value.as_ref().is_none_or(|value| value == tag.value())
            })
        };
        self.change(project, service, |before| {
            Ok(before.iter().filter(|tag| !goes(tag)).cloned().collect())
        })
        .await
    }

    async fn change(
        &self,
        project: ProjectId,
        service: ServiceId,
        next: impl FnOnce(&[Tag]) -> Result<Vec<Tag>, StoreError>,
    ) -> Result<Option<Committed<Retagged>>, StoreError> {
        let mut write = self.0.write().await?;
        if services::find(&write.session, project, service).await?.is_none() {
            return Ok(None);
        }
        let before = service_tags::of(&write.session, &[service])
            .await?
            .remove(&service)
            .unwrap_or_default();
        let after = next(&before)?;
        service_tags::put(&write.session, service, &before, &after).await?;
        write.changed(Kind::Service, service);
        Ok(Some(write.commit(Retagged { before, after }).await?))
    }

    /// The tags of services, by key. A service that has none is not among them.
    pub async fn of(&self, services: &[ServiceId]) -> Result<BTreeMap<ServiceId, Vec<Tag>>, StoreError> {
        service_tags::of(&self.0.read().await?, services).await
    }

    /// All keys of a project's services, each with all its values.
    pub async fn list(&self, project: ProjectId) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        let rows = Entity::find()
            .filter(Column::ServiceId.in_subquery(services::ids_in(project)))
            .all(&self.0.read().await?)
            .await?;
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows {
            keys.entry(row.key).or_default().insert(row.value);
        }
        Ok(keys)
    }
}
