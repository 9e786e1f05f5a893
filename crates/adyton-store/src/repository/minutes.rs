//! What became of each service's requests: a row a minute with calls or with instances that took something, which is joined to
//! quarters of an hour when it is old. They are not in the live state, so they take no revision.
//!
//! A node adds to its own rows alone, and joins its own, so no two write the same row.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::tally::{ServiceTally, Tally};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use super::services;
use crate::database::{DEADLINE, Session};
use crate::schema::service_minutes::{Column, Entity, Key, Model, key, row};
use crate::schema::services as rows_of_services;
use crate::{Store, StoreError};

/// A minute, in seconds.
const MINUTE: i64 = 60;
/// A quarter of an hour, in seconds.
pub const QUARTER: Duration = Duration::from_secs(15 * 60);
/// Rows of one transaction.
const ROWS: usize = 500;

/// What was counted in a span of time, on one node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    /// When the span began.
    pub at: Timestamp,
    /// How long it was: a minute, or [`QUARTER`].
    pub span: Duration,
    /// What was counted.
    pub tally: Tally,
}

/// The rows.
#[derive(Clone, Copy)]
pub struct Minutes<'a>(pub(crate) &'a Store);

impl Minutes<'_> {
    /// Adds counts of a node to what is there of the same minutes.
    pub async fn add(&self, node: u16, counts: &[ServiceTally]) -> Result<(), StoreError> {
        let keyed = |one: &ServiceTally| key(one.service, MINUTE, one.minute.micros(), node);
        for some in counts.chunks(ROWS) {
            let mut sums: BTreeMap<Key, Tally> = BTreeMap::new();
            for one in some {
                sums.entry(keyed(one)).or_default().add(&one.tally);
            }
            let session = self.0.database().begin(DEADLINE).await?;
            put(&session, sums).await?;
            session.commit().await?;
        }
        Ok(())
    }

    /// What was counted of a service in this span of time, on all nodes, oldest first.
    pub async fn list(
        &self,
        service: ServiceId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Counted>, StoreError> {
        let rows = Entity::find()
            .filter(Column::ServiceId.eq(service.to_string()))
            .filter(Column::At.gte(from.micros()))
            .filter(Column::At.lt(until.micros()))
            .order_by_asc(Column::At)
            .all(&self.0.read().await?)
            .await?;
        rows.iter().map(counted).collect()
    }

    /// What was counted of each of a project's services in this span of time, on all nodes; not what instances took. Of a project with
    /// more than `most` rows in this time the newest are looked at: `since` says from when on all is counted.
    pub async fn list_in(
        &self,
        project: ProjectId,
        from: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Result<CountedServices, StoreError> {
        let connection = self.0.read().await?;
        let mut found = CountedServices {
            since: from,
            services: BTreeMap::new(),
        };
        let (mut until, mut left) = (until.micros(), most);
        loop {
            // Not all at once: an hour of many services is more than should be in memory.
            let limit = ROWS.min(left);
            let mut rows = rows_in(project, from.micros()..until)
                .order_by_desc(Column::At)
                .limit(limit as u64)
                .all(&connection)
                .await?;
            let is_all = rows.len() < limit;
            if !is_all && let Some(oldest) = rows.last().map(|row| row.at) {
                // Of the oldest minute there may be more.
                rows.retain(|row| row.at > oldest);
                if rows.is_empty() {
                    rows = rows_in(project, oldest..oldest + 1).all(&connection).await?;
                    until = oldest;
                } else {
                    until = oldest + 1;
                }
            }
            for row in &rows {
                if let Some(service) = ServiceId::parse(row.service_id.as_bytes()) {
                    found.services.entry(service).or_default().add(&row.calls()?);
                }
            }
            left = left.saturating_sub(rows.len());
            if is_all {
                return Ok(found);
            }
            if left == 0 {
                found.since = Timestamp::from_micros(until);
                return Ok(found);
            }
        }
    }

    /// Joins a node's minutes from before this moment to quarters of an hour, so many at a time; whether there are more.
    pub async fn join(&self, node: u16, before: Timestamp) -> Result<bool, StoreError> {
        let quarter = i64::try_from(QUARTER.as_micros()).unwrap_or(i64::MAX);
        let begins = |at: i64| at - at.rem_euclid(quarter);
        let session = self.0.database().begin(DEADLINE).await?;
        let rows = Entity::find()
            .filter(Column::Node.eq(i64::from(node)))
            .filter(Column::Span.eq(MINUTE))
            .filter(Column::At.lt(begins(before.micros())))
            .order_by_asc(Column::At)
            .limit(ROWS as u64)
            .all(&session)
            .await?;
        let seconds = i64::try_from(QUARTER.as_secs()).unwrap_or(i64::MAX);
        let mut sums: BTreeMap<Key, Tally> = BTreeMap::new();
        for row in &rows {
            let key = (row.service_id.clone(), seconds, begins(row.at), row.node);
            sums.entry(key).or_default().add(&row.tally()?);
            Entity::delete_by_id((row.service_id.clone(), row.span, row.at, row.node))
                .exec(&session)
                .await?;
        }
        put(&session, sums).await?;
        session.commit().await?;
        Ok(rows.len() == ROWS)
    }
}

/// The counts of several services.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountedServices {
    /// From when on everything is counted.
    pub since: Timestamp,
    /// The sums of each service that was called.
    pub services: BTreeMap<ServiceId, Tally>,
}

fn rows_in(project: ProjectId, span: Range<i64>) -> Select<Entity> {
    Entity::find()
        .filter(Column::At.gte(span.start))
        .filter(Column::At.lt(span.end))
        .filter(Column::ServiceId.in_subquery(services::ids_in(project)))
}

fn counted(row: &Model) -> Result<Counted, StoreError> {
    Ok(Counted {
        at: Timestamp::from_micros(row.at),
        span: Duration::from_secs(row.span.unsigned_abs()),
        tally: row.tally()?,
    })
}

/// Adds counts to what is there.
async fn put(session: &Session, sums: BTreeMap<Key, Tally>) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(sums.len());
    for (key, mut tally) in sums {
        if let Some(there) = Entity::find_by_id(key.clone()).one(session).await? {
            tally.add(&there.tally()?);
        }
        rows.push(row(key, &tally)?);
    }
    if rows.is_empty() {
        return Ok(());
    }
    let same = OnConflict::columns([Column::ServiceId, Column::Span, Column::At, Column::Node])
        .update_columns([
            Column::Calls,
            Column::Instances,
            Column::Failures,
            Column::Took,
            Column::Used,
        ])
        .to_owned();
    Entity::insert_many(rows)
        .on_conflict(same)
        .exec_without_returning(session)
        .await?;
    Ok(())
}

/// Removes what is older than this moment, and what is of services that are gone.
pub(crate) async fn forget(session: &Session, before: Option<Timestamp>) -> Result<(), StoreError> {
    if let Some(before) = before {
        Entity::delete_many()
            .filter(Column::At.lt(before.micros()))
            .exec(session)
            .await?;
    }
    let there = rows_of_services::Entity::find()
        .select_only()
        .column(rows_of_services::Column::Id)
        .into_query();
    Entity::delete_many()
        .filter(Column::ServiceId.not_in_subquery(there))
        .exec(session)
        .await?;
    Ok(())
}
