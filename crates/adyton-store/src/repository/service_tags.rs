//! The rows of services' tags: written, read, looked for, removed with their service.

use std::collections::{BTreeMap, BTreeSet};

use adyton_core::id::ServiceId;
use adyton_core::tag::Tag;
use sea_orm::sea_query::{BinOper, Expr, ExprTrait as _, OnConflict, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::StoreError;
use crate::database::Session;
use crate::schema::service_tags::{ActiveModel, Column, Entity, Model};
use crate::transaction::ROWS_A_STATEMENT;

/// A tag that a service must have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TagMatch {
    /// By its key, whatever its value, or by `KEY=VALUE`.
    Text(String),
    /// By its key with one of these values; with any, where none is named.
    OneOf {
        /// The key.
        key: String,
        /// The values.
        values: Vec<String>,
    },
}

/// Writes what differs.
pub(super) async fn put(
    session: &Session,
    service: ServiceId,
    before: &[Tag],
    after: &[Tag],
) -> Result<(), StoreError> {
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

/// The tags of services, by key. A service that has none is not among them.
pub(super) async fn of(
    session: &Session,
    services: &[ServiceId],
) -> Result<BTreeMap<ServiceId, Vec<Tag>>, StoreError> {
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

/// The services that have a tag which `wanted` names. Keys may hold `=` too.
pub(super) fn tagged(wanted: &TagMatch) -> SelectStatement {
    let fits = match wanted {
        TagMatch::Text(text) => {
            let joined = || BinOper::Custom("||");
            let whole = Expr::col(Column::Key)
                .binary(joined(), Expr::val("="))
                .binary(joined(), Expr::col(Column::Value));
            Column::Key.eq(text.as_str()).or(whole.eq(text.as_str()))
        }
        TagMatch::OneOf { key, values } if values.is_empty() => Column::Key.eq(key.as_str()),
        TagMatch::OneOf { key, values } => {
            let values = values.iter().map(String::as_str);
            Column::Key.eq(key.as_str()).and(Column::Value.is_in(values))
        }
    };
    all().and_where(fits).to_owned()
}

/// The services that have any tag.
pub(super) fn all() -> SelectStatement {
    Query::select().column(Column::ServiceId).from(Entity).to_owned()
}

/// Forgets the tags of a service.
pub(super) async fn delete(session: &Session, service: ServiceId) -> Result<(), StoreError> {
    Entity::delete_many()
        .filter(Column::ServiceId.eq(service.to_string()))
        .exec(session)
        .await?;
    Ok(())
}
