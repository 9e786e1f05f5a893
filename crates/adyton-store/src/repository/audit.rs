//! The audit trail. The server's records come through the [`AuditWriter`](crate::audit_writer::AuditWriter); what is changed
//! without a server is written by whoever changes it.

use adyton_core::audit::{AuditRecord, AuditShelf, QUESTIONS};
use adyton_core::clock::Timestamp;
use adyton_core::id::{DomainId, ProjectId, RequestId};
use sea_orm::sea_query::{ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::database::{DEADLINE, Database, Session};
use crate::schema::audit::{Column, Entity, Model, row};
use crate::transaction::ROWS_A_STATEMENT;
use crate::{Store, StoreError};

/// Of the sign-ins and refused calls of proven callers, and of strangers' calls, the newest so many are kept.
const CALLS_KEPT: u64 = 500_000;
const STRANGERS_KEPT: u64 = 20_000;

/// A row binds a dozen parameters, of which one statement takes 32,766 at most.
const ROWS: usize = ROWS_A_STATEMENT / 10;

/// Whose records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditScope {
    /// Of proven callers' calls that concern this project.
    Project(ProjectId),
    /// Of all calls that concern this domain, and of those that concern none: strangers'.
    Domain(DomainId),
}

impl AuditScope {
    fn condition(self) -> Condition {
        match self {
            Self::Project(id) => Condition::all()
                .add(Column::ProjectId.eq(id.to_string()))
                .add(Column::Shelf.ne(AuditShelf::Strangers.number())),
            Self::Domain(id) => Condition::any()
                .add(Column::DomainId.eq(id.to_string()))
                .add(Column::DomainId.is_null()),
        }
    }
}

/// Which records. What is `None` narrows nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AuditFilter {
    /// Only of this caller: an id or a name.
    pub caller: Option<String>,
    /// Only this operation, or all of one kind: `apps_update`, `apps`.
    pub operation: Option<String>,
    /// Only about this thing: an id or a name.
    pub thing: Option<String>,
    /// Only from this moment on.
    pub since: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
    /// Only those that were refused, or only those that were not.
    pub refused: Option<bool>,
    /// Only those of one shelf.
    pub shelf: Option<AuditShelf>,
}

impl AuditFilter {
    fn condition(&self) -> Condition {
        let either = |id: Column, name: Column, text: &String| {
            Condition::any()
                .add(id.eq(text.as_str()))
                .add(name.eq(text.as_str()))
        };
        let caller = self.caller.as_ref();
        let thing = self.thing.as_ref();
        let operation = self.operation.as_ref().map(|name| {
            let kind = format!(
                "{}\\_%",
                name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
            );
            Condition::any().add(Column::Operation.eq(name.as_str())).add(
                Column::Operation
                    .into_expr()
                    .like(LikeExpr::new(kind).escape('\\')),
            )
        });
        // A refused question why something was refused would wash out what it asks for: it is listed where its operation is asked for.
        let no_question = operation
            .is_none()
            .then(|| Column::Operation.is_not_in(QUESTIONS));
        Condition::all()
            .add_option(no_question)
            .add_option(caller.map(|text| either(Column::CallerId, Column::CallerName, text)))
            .add_option(thing.map(|text| either(Column::ThingId, Column::ThingName, text)))
            .add_option(operation)
            .add_option(self.since.map(|since| Column::At.gte(since.micros())))
            .add_option(self.until.map(|until| Column::At.lt(until.micros())))
            .add_option(self.refused.map(|refused| Column::Refused.eq(refused)))
            .add_option(self.shelf.map(|shelf| Column::Shelf.eq(shelf.number())))
    }
}

/// Which part of the records that fit. Numbers are those of [`KeptAudit`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditPart {
    /// The newest, newest first.
    Newest,
    /// Those that were written before this one, newest first.
    Before(i64),
    /// Those that were written after this one, oldest first.
    After(i64),
}

/// A record that is kept.
#[derive(Clone, PartialEq, Debug)]
pub struct KeptAudit {
    /// Counts the records in the order in which they were written.
    pub number: i64,
    /// The record.
    pub record: AuditRecord,
}

/// The audit trail.
#[derive(Clone, Copy)]
pub struct Audit<'a>(pub(crate) &'a Store);

impl Audit<'_> {
    /// Up to `most` records.
    pub async fn list(
        &self,
        scope: AuditScope,
        filter: &AuditFilter,
        part: AuditPart,
        most: u64,
    ) -> Result<Vec<KeptAudit>, StoreError> {
        let query = Entity::find()
            .filter(scope.condition())
            .filter(filter.condition());
        let query = match part {
            AuditPart::Newest => query.order_by_desc(Column::Id),
            AuditPart::Before(number) => query.filter(Column::Id.lt(number)).order_by_desc(Column::Id),
            AuditPart::After(number) => query.filter(Column::Id.gt(number)).order_by_asc(Column::Id),
        };
        let rows = query.limit(most).all(&self.0.read().await?).await?;
        rows.iter().map(kept).collect()
    }

    /// The record of a request. Whoever gets it asks first whether it is theirs to read.
    pub async fn find(&self, request: RequestId) -> Result<Option<KeptAudit>, StoreError> {
        let row = Entity::find()
            .filter(Column::RequestId.eq(request.to_string()))
            .order_by_desc(Column::Id)
            .one(&self.0.read().await?)
            .await?;
        row.as_ref().map(kept).transpose()
    }

    /// Writes records, all or none. They are not in the live state, so this takes no revision and wakes no feed.
    pub async fn insert(&self, records: &[AuditRecord]) -> Result<(), StoreError> {
        insert_audit(self.0.database(), records).await
    }
}

/// Writes records, all or none.
pub(crate) async fn insert_audit(database: &Database, records: &[AuditRecord]) -> Result<(), StoreError> {
    let session = database.begin(DEADLINE).await?;
    for some in records.chunks(ROWS) {
        let rows = some.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        Entity::insert_many(rows).exec_without_returning(&session).await?;
    }
    session.commit().await
}

fn kept(row: &Model) -> Result<KeptAudit, StoreError> {
    Ok(KeptAudit {
        number: row.id,
        record: row.record()?,
    })
}

/// Deletes what is older than `oldest`, and of the bounded shelves what is more than they hold.
pub(crate) async fn forget(session: &Session, oldest: Option<Timestamp>) -> Result<(), StoreError> {
    if let Some(oldest) = oldest {
        Entity::delete_many()
            .filter(Column::At.lt(oldest.micros()))
            .exec(session)
            .await?;
    }
    for shelf in AuditShelf::ALL {
        let most = match shelf {
            AuditShelf::Changes => continue,
            AuditShelf::Calls => CALLS_KEPT,
            AuditShelf::Strangers => STRANGERS_KEPT,
        };
        trim(session, shelf, most).await?;
    }
    Ok(())
}

/// Keeps the newest `most` records of a shelf.
async fn trim(session: &Session, shelf: AuditShelf, most: u64) -> Result<(), StoreError> {
    let first_too_many: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Shelf.eq(shelf.number()))
        .order_by_desc(Column::Id)
        .offset(most)
        .limit(1)
        .into_tuple()
        .one(session)
        .await?;
    if let Some(id) = first_too_many {
        Entity::delete_many()
            .filter(Column::Shelf.eq(shelf.number()))
            .filter(Column::Id.lte(id))
            .exec(session)
            .await?;
    }
    Ok(())
}
