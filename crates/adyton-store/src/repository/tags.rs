//! Tags of services: added, taken away, listed, and what a list of services is narrowed by. They are not in the live state; a change
//! of them counts as one of their service, so that whoever follows it hears of it.

use std::collections::{BTreeMap, BTreeSet};

use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::tag::Tag;
use sea_orm::sea_query::{BinOper, Expr, ExprTrait as _, OnConflict, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::services;
use crate::database::Session;
use crate::schema::service_tags::{ActiveModel, Column, Entity, Model};
use crate::transaction::{Kind, ROWS_A_STATEMENT};
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
        let before = of(&write.session, &[service])
            .await?
            .remove(&service)
            .unwrap_or_default();
        let after = next(&before)?;
        put(&write.session, service, &before, &after).await?;
        write.changed(Kind::Service, service);
        Ok(Some(write.commit(Retagged { before, after }).await?))
    }

    /// The tags of services, by key. A service that has none is not among them.
    pub async fn of(&self, services: &[ServiceId]) -> Result<BTreeMap<ServiceId, Vec<Tag>>, StoreError> {
        of(&self.0.read().await?, services).await
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

/// Writes what differs.
async fn put(session: &Session, service: ServiceId, before: &[Tag], after: &[Tag]) -> Result<(), StoreError> {
    let keys: BTreeSet<&str> = after.iter().map(Tag::key).collect();
    for tag in before.iter().filter(|tag| !keys.contains(tag.key())) {
        Entity::delete_by_id((service.to_string(), tag.key().to_owned()))
            .exec(session)
            .await?;
    }
    let rows = after
        .iter()
        .filter(|tag| !before.contains(tag))
        .map(|tag| ActiveModel {
            service_id: Set(service.to_string()),
            key: Set(tag.key().to_owned()),
            value: Set(tag.value().to_owned()),
        });
    let rows: Vec<ActiveModel> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let same = OnConflict::columns([Column::ServiceId, Column::Key])
        .update_column(Column::Value)
        .to_owned();
    Entity::insert_many(rows)
        .on_conflict(same)
        .exec_without_returning(session)
        .await?;
    Ok(())
}

async fn of(session: &Session, services: &[ServiceId]) -> Result<BTreeMap<ServiceId, Vec<Tag>>, StoreError> {
    let mut tags: BTreeMap<ServiceId, Vec<Tag>> = BTreeMap::new();
    for some in services.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<Model> = Entity::find()
            .filter(Column::ServiceId.is_in(some.iter().map(ToString::to_string)))
            .order_by_asc(Column::Key)
            .all(session)
            .await?;
        for row in rows {
            if let Some(service) = ServiceId::parse(row.service_id.as_bytes()) {
                tags.entry(service).or_default().push(row.tag()?);
            }
        }
    }
    Ok(tags)
}

/// The services that have a tag which `wanted` names: by its key, or by `KEY=VALUE`. Keys may hold `=` too.
pub(super) fn tagged(wanted: &str) -> SelectStatement {
    let joined = || BinOper::Custom("||");
    let whole = Expr::col(Column::Key)
        .binary(joined(), Expr::val("="))
        .binary(joined(), Expr::col(Column::Value));
    Query::select()
        .column(Column::ServiceId)
        .from(Entity)
        .and_where(Column::Key.eq(wanted).or(whole.eq(wanted)))
        .to_owned()
}

/// Forgets the tags of a service.
pub(super) async fn delete(session: &Session, service: ServiceId) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::ServiceId.eq(service.to_string()))
        .exec(session)
        .await?;
    Ok(())
}
