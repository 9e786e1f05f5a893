//! What ends by itself: old events, revocations, token keys and rows of the change table; and the daily new token key.
//!
//! Every node keeps house; what one has done, the others find done.

use std::future::Future;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use crate::database::DEADLINE;
use crate::schema::{changes, feed, revoked_tokens, service_events, token_keys};
use crate::transaction::Kind;
use crate::{Store, StoreError, credential};

const INTERVAL: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// A token lives a day, so a key must open tokens for a day after the next key began to seal. The hour more is for clocks
/// that differ between nodes.
const KEY_LINGERS: Duration = Duration::from_secs(25 * 3600);
/// Events are kept a month (ModelArts API Reference, "Querying Service Event Logs").
const EVENTS_KEPT: Duration = Duration::from_secs(31 * 24 * 3600);
/// How many events of one service are kept.
const EVENTS_OF_A_SERVICE: u64 = 2_000;
/// How many revisions a node may be behind before it loads everything anew.
const REVISIONS_KEPT: i64 = 10_000;
/// How many expired revocations one round removes.
const REVOCATIONS_A_ROUND: u64 = 1_000;

/// Keeps house every minute until `stop` is ready. Errors are logged and tried again.
pub async fn run(store: Store, stop: impl Future<Output = ()> + Send) {
    let work = async {
        loop {
            if let Err(error) = round(&store).await {
                tracing::warn!(%error, "housekeeping of the store is put off");
            }
            tokio::time::sleep(INTERVAL).await;
        }
    };
    tokio::select! {
        () = stop => {}
        () = work => {}
    }
}

/// One round: makes a token key if the newest is older than 24 hours, and removes what is over.
pub async fn round(store: &Store) -> Result<(), StoreError> {
    let now = store.now();
    renew_token_key(store, now).await?;
    end_revocations(store, now).await?;
    forget_events(store, now).await?;
    compact(store).await
}

async fn renew_token_key(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let all = || token_keys::Entity::find().order_by_desc(token_keys::Column::Id);
    let due = |keys: &[token_keys::Model]| {
        let fresh = now.before(DAY).micros();
        let renew = keys.first().is_none_or(|newest| newest.created_at <= fresh);
        // A key has sealed until the next one was made.
        let over = now.before(KEY_LINGERS).micros();
        let retired: Vec<i64> = keys
            .windows(2)
            .filter(|pair| pair[0].created_at <= over)
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
            created_at: Set(now.micros()),
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
    write.commit(()).await.map(|_| ())
}

/// Key ids begin anywhere, so that a token of another installation names a key that this one does not hold. There is room
/// above for one a day.
fn first_key_id() -> Result<i64, StoreError> {
    credential::random().map(|bytes| i64::from(u32::from_be_bytes(bytes) >> 1))
}

async fn end_revocations(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    let over = || {
        revoked_tokens::Entity::find()
            .filter(revoked_tokens::Column::ExpiresAt.lte(now.micros()))
            .limit(REVOCATIONS_A_ROUND)
    };
    if over().one(&store.read().await?).await?.is_none() {
        return Ok(());
    }
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

async fn forget_events(store: &Store, now: Timestamp) -> Result<(), StoreError> {
    use service_events::{Column, Entity};
    let session = store.database().begin(DEADLINE).await?;
    Entity::delete_many()
        .filter(Column::At.lt(now.before(EVENTS_KEPT).micros()))
        .exec(&session)
        .await?;
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
