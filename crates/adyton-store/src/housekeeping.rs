//! What ends by itself: old events, audit records and counts of requests, revocations, token keys and rows of the change table; and the daily new token key.
//!
//! Every node keeps house; what one has done, the others find done.

use std::future::Future;
use std::time::Duration;

use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::database::DEADLINE;
use crate::repository::{audit, minutes};
use crate::schema::{changes, feed, revoked_tokens, service_events, to_number, token_keys};
use crate::transaction::Kind;
use crate::urgent_retry::urgently;
use crate::{Store, StoreError, credential};

const INTERVAL: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// A token lives a day, so a key must open tokens for a day after the next key began to seal. The hour more is for nodes
/// that learn of the next key late.
const KEY_LINGERS: Duration = Duration::from_secs(25 * 3600);
/// Events are kept a month (ModelArts API Reference, "Querying Service Event Logs").
const EVENTS_KEPT: Duration = Duration::from_secs(31 * 24 * 3600);
/// For how long the clock must have kept pace before anything is deleted by the time of day.
const SETTLED: Duration = Duration::from_secs(3600);
/// How many events of one service are kept.
const EVENTS_OF_A_SERVICE: u64 = 2_000;
/// How many revisions a node may be behind before it loads everything anew.
const REVISIONS_KEPT: i64 = 10_000;
/// How many revocations one round removes.
const REVOCATIONS_A_ROUND: u64 = 1_000;

/// Keeps house every minute until `stop` is ready. Errors are logged and tried again.
pub async fn run(store: Store, stop: impl Future<Output = ()> + Send) {
    let work = async {
        loop {
            if let Err(error) = round(&store).await {
                tracing::warn!(%error, "housekeeping of the store is postponed");
            }
            tokio::time::sleep(INTERVAL).await;
        }
    };
    tokio::select! {
        () = stop => {}
        () = work => {}
    }
}

/// One round: makes a token key if the newest has sealed for 24 hours, and removes what is over. Of what gives access,
/// nothing is decided by the time of day: a clock that jumps ends no key and no revocation.
pub async fn round(store: &Store) -> Result<(), StoreError> {
    renew_token_key(store).await?;
    end_revocations(store).await?;
    forget_events(store).await?;
    forget_audit(store).await?;
    forget_minutes(store).await?;
    compact(store).await
}

/// The round at start: what is put off is no reason not to start, so long as tokens can be sealed.
pub(crate) async fn first_round(store: &Store) -> Result<(), StoreError> {
    let Err(error) = round(store).await else {
        return Ok(());
    };
    let newest = token_keys::Entity::find()
        .limit(1)
        .one(&store.read().await?)
        .await?;
    match newest {
        Some(_) => {
            tracing::warn!(%error, "housekeeping of the store is postponed");
            Ok(())
        }
        None => Err(error),
    }
}

async fn renew_token_key(store: &Store) -> Result<(), StoreError> {
    urgently!(store, renew_token_key_once(store))
}

async fn renew_token_key_once(store: &Store) -> Result<(), StoreError> {
    let all = || token_keys::Entity::find().order_by_desc(token_keys::Column::Id);
    let lived = store.uptime().now();
    let due = |keys: &[token_keys::Model]| {
        let is_over = |made: i64, span: Duration| {
            u128::from(lived.saturating_sub(made.unsigned_abs())) >= span.as_micros()
        };
        let renew = keys.first().is_none_or(|newest| is_over(newest.made_lived, DAY));
        // A key has sealed until the next one was made.
        let retired: Vec<i64> = keys
            .windows(2)
            .filter(|pair| is_over(pair[0].made_lived, KEY_LINGERS))
            .map(|pair| pair[1].id)
            .collect();
        (renew, retired)
    };
    let (renew, retired) = due(&all().all(&store.read().await?).await?);
    if !renew && retired.is_empty() {
        return Ok(());
    }
    let mut write = store.write().await?;
    let keys = all().all(&write.session).await?;
    // Another node may have been faster.
    let (renew, retired) = due(&keys);
    if renew {
        let id = match keys.first() {
            Some(newest) => newest.id + 1,
            None => first_key_id()?,
        };
        let secret = adyton_core::secret::Secret::new(credential::random::<32>()?);
        let row = token_keys::ActiveModel {
            id: Set(id),
            sealed: Set(store
                .seal()
                .seal(token_keys::place(&id.to_string()), secret.expose())?),
            created_at: Set(store.now().micros()),
            made_lived: Set(to_number(lived)),
        };
        token_keys::Entity::insert(row)
            .exec_without_returning(&write.session)
            .await?;
        write.changed(Kind::TokenKey, id);
    }
    for id in retired {
        token_keys::Entity::delete_by_id(id).exec(&write.session).await?;
        write.changed(Kind::TokenKey, id);
    }
    // The ages above count from what is written down here.
    store.uptime().note(&write.session).await?;
    write.commit(()).await.map(|_| ())
}

/// Key ids begin anywhere, so that a token of another installation names a key that this one does not hold. There is room
/// above for one a day.
fn first_key_id() -> Result<i64, StoreError> {
    credential::random().map(|bytes| i64::from(u32::from_be_bytes(bytes) >> 1))
}

/// A revocation ends with the last key that can have sealed its token: from then on the token does not open any more,
/// whatever any clock says.
async fn end_revocations(store: &Store) -> Result<(), StoreError> {
    let oldest = token_keys::Entity::find().order_by_asc(token_keys::Column::Id);
    let session = store.read().await?;
    let Some(oldest) = oldest.one(&session).await? else {
        return Ok(());
    };
    let over = || {
        revoked_tokens::Entity::find()
            .filter(revoked_tokens::Column::NewestKey.lt(oldest.id))
            .limit(REVOCATIONS_A_ROUND)
    };
    if over().one(&session).await?.is_none() {
        return Ok(());
    }
    drop(session);
    let mut write = store.write().await?;
    let rows = over().all(&write.session).await?;
    revoked_tokens::Entity::delete_many()
        .filter(revoked_tokens::Column::Id.is_in(rows.iter().map(|row| row.id.as_str())))
        .exec(&write.session)
        .await?;
    for row in rows {
        write.changed(Kind::RevokedToken, row.id);
    }
    write.commit(()).await.map(|_| ())
}

async fn forget_events(store: &Store) -> Result<(), StoreError> {
    use service_events::{Column, Entity};
    let session = store.database().begin(DEADLINE).await?;
    if let Some(now) = store.clock().settled_now(SETTLED) {
        Entity::delete_many()
            .filter(Column::At.lt(now.before(EVENTS_KEPT).micros()))
            .exec(&session)
            .await?;
    }
    let crowded: Vec<String> = Entity::find()
        .select_only()
        .column(Column::ServiceId)
        .group_by(Column::ServiceId)
        .having(Column::Id.count().gt(EVENTS_OF_A_SERVICE as i64))
        .into_tuple()
        .all(&session)
        .await?;
    for service in crowded {
        let first_too_many = Entity::find()
            .filter(Column::ServiceId.eq(service.as_str()))
            .order_by_desc(Column::Id)
            .offset(EVENTS_OF_A_SERVICE)
            .one(&session)
            .await?;
        if let Some(old) = first_too_many {
            Entity::delete_many()
                .filter(Column::ServiceId.eq(service.as_str()))
                .filter(Column::Id.lte(old.id))
                .exec(&session)
                .await?;
        }
    }
    session.commit().await
}

async fn forget_audit(store: &Store) -> Result<(), StoreError> {
    let days = store.audit_days();
    let settled = store.clock().settled_now(SETTLED).filter(|_| days > 0);
    let session = store.database().begin(DEADLINE).await?;
    audit::forget(&session, settled.map(|now| now.before(DAY * days))).await?;
    session.commit().await
}

async fn forget_minutes(store: &Store) -> Result<(), StoreError> {
    let days = store.service_metrics_days();
    let settled = store.clock().settled_now(SETTLED).filter(|_| days > 0);
    let session = store.database().begin(DEADLINE).await?;
    minutes::forget(&session, settled.map(|now| now.before(DAY * days))).await?;
    session.commit().await
}

async fn compact(store: &Store) -> Result<(), StoreError> {
    let far = |row: &feed::Model| row.revision - row.compacted > 2 * REVISIONS_KEPT;
    let feed_row = || feed::Entity::find_by_id(1);
    if !feed_row()
        .one(&store.read().await?)
        .await?
        .is_some_and(|row| far(&row))
    {
        return Ok(());
    }
    let session = store.database().begin(DEADLINE).await?;
    // The update locks the row as a write does, so no revision comes in between.
    session
        .execute_unprepared(&format!(
            "UPDATE feed SET compacted = revision - {REVISIONS_KEPT} WHERE id = 1 AND revision - compacted > {}",
            2 * REVISIONS_KEPT
        ))
        .await?;
    if let Some(row) = feed_row().one(&session).await? {
        changes::Entity::delete_many()
            .filter(changes::Column::Revision.lte(row.compacted))
            .exec(&session)
            .await?;
    }
    session.commit().await
}
