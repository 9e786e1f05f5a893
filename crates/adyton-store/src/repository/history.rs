//! The update history of a service (`logs` of ModelArts): one row for each set of versions that it was given. How it ended is
//! written by `rollouts.rs`.

use adyton_core::clock::Timestamp;
use adyton_core::id::ServiceId;
use adyton_core::service::{Service, Version, Wanted};

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use crate::database::Session;
use crate::schema::service_updates::{ActiveModel, Column, Entity, Model};
use crate::schema::{Cell, to_bounded_text, to_json, to_number};
use crate::{Store, StoreError};

/// How many updates of a service are kept.
const KEPT: u64 = 100;

/// How an update ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UpdateResult {
    /// It goes on.
    Running,
    /// All instances became ready.
    Success,
    /// They did not, and there was nothing to go back to; or another change overtook or interrupted it.
    Fail,
    /// They did not: what came through last is wanted again, or went on serving.
    RolledBack,
}

impl UpdateResult {
    /// All of them.
    const ALL: [UpdateResult; 4] = [
        UpdateResult::Running,
        UpdateResult::Success,
        UpdateResult::Fail,
        UpdateResult::RolledBack,
    ];
    /// The result with this word in the column `result`.
    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|result| result.kept() == word)
    }
    /// The word in the column `result`.
    const fn kept(self) -> &'static str {
        match self {
            UpdateResult::Running | UpdateResult::Success | UpdateResult::Fail => self.name(),
            UpdateResult::RolledBack => "ROLLED_BACK",
        }
    }
    /// The word of the management API, which knows no more of an update that failed.
    pub const fn name(self) -> &'static str {
        match self {
            UpdateResult::Running => "RUNNING",
            UpdateResult::Success => "SUCCESS",
            UpdateResult::Fail | UpdateResult::RolledBack => "FAIL",
        }
    }
}

/// One update.
#[derive(Clone, PartialEq, Debug)]
pub struct Update {
    /// The generation that the service had from then on.
    pub generation: u64,
    /// When.
    pub at: Timestamp,
    /// How it ended.
    pub result: UpdateResult,
    /// The versions that it was given.
    pub versions: Vec<Version>,
    /// Why it failed; empty also if another change overtook or interrupted it.
    pub cause: String,
}

/// The update history.
#[derive(Clone, Copy)]
pub struct History<'a>(pub(crate) &'a Store);

impl History<'_> {
    /// The updates of a service, newest first; the last hundred are kept.
    pub async fn list(&self, service: ServiceId) -> Result<Vec<Update>, StoreError> {
        let rows = Entity::find()
            .filter(Column::ServiceId.eq(service.to_string()))
            .order_by_desc(Column::Generation)
            .limit(KEPT)
            .all(&self.0.read().await?)
            .await?;
        rows.into_iter().map(update).collect()
    }
}

/// The update that a row holds.
fn update(row: Model) -> Result<Update, StoreError> {
    let cell = Cell {
        table: "service_updates",
        row: &row.service_id,
    };
    Ok(Update {
        generation: cell.number("generation", row.generation)?,
        at: Timestamp::from_micros(row.at),
        result: UpdateResult::parse(&row.result).ok_or_else(|| cell.damaged("result"))?,
        versions: cell.json("versions", &row.versions)?,
        cause: row.cause,
    })
}

/// The newest update up to a generation.
pub(super) async fn newest(
    session: &Session,
    service: ServiceId,
    generation: u64,
) -> Result<Option<Update>, StoreError> {
    let row = Entity::find()
        .filter(Column::ServiceId.eq(service.to_string()))
        .filter(Column::Generation.lte(to_number(generation)))
        .order_by_desc(Column::Generation)
        .one(session)
        .await?;
    row.map(update).transpose()
}

/// The update that came through last.
pub(super) async fn newest_success(
    session: &Session,
    service: ServiceId,
) -> Result<Option<Update>, StoreError> {
    let row = Entity::find()
        .filter(Column::ServiceId.eq(service.to_string()))
        .filter(Column::Result.eq(UpdateResult::Success.kept()))
        .order_by_desc(Column::Generation)
        .one(session)
        .await?;
    row.map(update).transpose()
}

/// The services after this id, in the order of ids, of which an update goes on, with the generation of the update.
pub(crate) async fn going_after(
    session: &Session,
    after: Option<&str>,
    most: usize,
) -> Result<Vec<(String, i64)>, StoreError> {
    let next = going().order_by_asc(Column::ServiceId).limit(most as u64);
    let next = match after {
        Some(last) => next.filter(Column::ServiceId.gt(last)),
        None => next,
    };
    Ok(ids(next.all(session).await?))
}

/// Those of these services of which an update goes on, with the generation of the update.
pub(crate) async fn going_of(
    session: &Session,
    services: &[String],
) -> Result<Vec<(String, i64)>, StoreError> {
    let of = going().filter(Column::ServiceId.is_in(services));
    Ok(ids(of.all(session).await?))
}

/// There is at most one of a service.
fn going() -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::Result.eq(UpdateResult::Running.name()))
}

fn ids(rows: Vec<Model>) -> Vec<(String, i64)> {
    rows.into_iter()
        .map(|row| (row.service_id, row.generation))
        .collect()
}

/// The versions that came through last, where a service is being updated from them; nothing where it has been stopped since, or
/// where they are what is wanted.
pub(crate) async fn former(
    session: &Session,
    service: &Service,
    update: i64,
) -> Result<Option<Vec<Version>>, StoreError> {
    // What was given while it was stopped was followed by a start.
    if service.wanted == Wanted::Stopped || to_number(service.generation) != update {
        return Ok(None);
    }
    let last = newest_success(session, service.id).await?;
    Ok(last
        .map(|last| last.versions)
        .filter(|versions| *versions != service.versions))
}

/// Notes how an update ended.
pub(super) async fn end(
    session: &Session,
    service: ServiceId,
    update: &Update,
    result: UpdateResult,
    cause: &str,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Result, Expr::value(result.kept()))
        .col_expr(Column::Cause, Expr::value(to_bounded_text(cause.to_owned())))
        .filter(Column::ServiceId.eq(service.to_string()))
        .filter(Column::Generation.eq(to_number(update.generation)))
        .exec(session)
        .await?;
    Ok(())
}

/// Notes that an update which still goes on has not come through: another one follows, or the service is to be stopped.
pub(super) async fn interrupt(session: &Session, service: ServiceId) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::Result, Expr::value(UpdateResult::Fail.kept()))
        .filter(Column::ServiceId.eq(service.to_string()))
        .filter(Column::Result.eq(UpdateResult::Running.kept()))
        .exec(session)
        .await?;
    Ok(())
}

/// Adds the row of an update that begins. One that still went on will not end any more: it failed.
pub(super) async fn begin(session: &Session, service: &Service) -> Result<(), StoreError> {
    let of_service = Column::ServiceId.eq(service.id.to_string());
    interrupt(session, service.id).await?;
    let row = ActiveModel {
        service_id: Set(service.id.to_string()),
        generation: Set(to_number(service.generation)),
        at: Set(service.updated_at.micros()),
        result: Set(UpdateResult::Running.kept().into()),
        versions: Set(to_json(&service.versions)?),
        cause: Set(String::new()),
    };
    Entity::insert(row).exec_without_returning(session).await?;
    let first_too_many = Entity::find()
        .filter(of_service.clone())
        .order_by_desc(Column::Generation)
        .offset(KEPT)
        .one(session)
        .await?;
    if let Some(old) = first_too_many {
        Entity::delete_many()
            .filter(of_service)
            .filter(Column::Generation.lte(old.generation))
            .exec(session)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_kept_by_a_word_of_its_own_and_shown_by_that_of_the_api() {
        for result in UpdateResult::ALL {
            assert_eq!(UpdateResult::parse(result.kept()), Some(result));
        }
        assert_eq!(UpdateResult::RolledBack.name(), "FAIL");
        assert_eq!(UpdateResult::parse("fail"), None);
    }
}
