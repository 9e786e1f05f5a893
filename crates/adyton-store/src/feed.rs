//! The change feed: carries what is committed into the live state of this node, in the order of revisions.
//!
//! A step reads one snapshot of the database: which entities changed since the live state's revision, and what they are
//! now. So the live state is always that of one revision, whole. Three things wake it: a commit of this node, PostgreSQL's
//! `NOTIFY` from another node, and a poll every second, which alone would be enough. With SQLite there is one node, which holds its
//! folder alone: nothing changes that it does not commit, and the poll, which wakes five threads, is rare.
//!
//! - `load`: reading entities, all of them or the changed ones.

pub(crate) mod load;

use std::future::Future;
use std::time::Duration;

use adyton_core::live::{Live, LiveCell};
use sea_orm::sqlx::postgres::PgListener;
use tokio::sync::watch;

use crate::database::{LONG_DEADLINE, Session};
use crate::schema::feed;
use crate::transaction::CHANNEL;
use crate::{Committed, Store, StoreError};

/// How long a change of another node may go unnoticed at most.
const POLL: Duration = Duration::from_secs(1);
/// The same where there is no other node: whether the database can still be read. Shorter than [`LONGEST_WAIT`].
const POLL_ALONE: Duration = Duration::from_secs(3);
/// How long a caller waits for its own change.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// A node's place in the feed: its live state and how far it has come. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    cell: LiveCell,
    reached: watch::Sender<u64>,
}

impl Feed {
    /// Loads the whole live state from the store. [`run`] then keeps it up to date.
    pub async fn start(store: &Store) -> Result<Self, StoreError> {
        let began = store.clock().monotonic();
        let live = store.load_live().await?;
        let reached = watch::Sender::new(live.revision());
        let cell = LiveCell::new(live);
        cell.confirm(began);
        Ok(Self { cell, reached })
    }

    /// The live state's cell, for readers.
    pub fn cell(&self) -> &LiveCell {
        &self.cell
    }

    /// Waits until this node's live state holds `revision`. `Deadline` if that takes longer than five seconds.
    pub async fn reached(&self, revision: u64) -> Result<(), StoreError> {
        let mut reached = self.reached.subscribe();
        let there = reached.wait_for(|reached| *reached >= revision);
        match tokio::time::timeout(LONGEST_WAIT, there).await {
            Ok(Ok(_)) => Ok(()),
            // The sender is in `self`, so it is not gone.
            Ok(Err(_)) | Err(_) => Err(StoreError::Deadline),
        }
    }

    /// Waits until this node's live state holds the write, and gives its value: who creates, can call.
    pub async fn settled<T>(&self, committed: Committed<T>) -> Result<T, StoreError> {
        self.reached(committed.revision).await?;
        Ok(committed.value)
    }

    /// One step: brings the live state to the newest revision.
    async fn catch_up(&self, store: &Store) -> Result<(), StoreError> {
        let current_until = store.clock().monotonic() + alone(store);
        let session = store.database().snapshot(LONG_DEADLINE).await?;
        let (newest, compacted) = newest(&session).await?;
        let here = self.cell.load();
        if newest == here.revision() {
            self.cell.confirm(current_until);
            return Ok(());
        }
        // Behind what is kept, or ahead because the database was put back from a backup: everything anew.
        let next = if here.revision() < compacted || here.revision() > newest {
            load::whole_of(store, &session).await?
        } else {
            match load::changes(store, &session, here.revision()).await? {
                Some(changes) => {
                    let mut next = Live::clone(&here);
                    for change in changes {
                        next.apply(newest, change);
                    }
                    next.reached(newest);
                    next
                }
                None => load::whole_of(store, &session).await?,
            }
        };
        self.cell.publish(next);
        self.cell.confirm(current_until);
        self.reached.send_replace(newest);
        Ok(())
    }
}

/// For how long it is known beforehand that nobody else commits: until the next poll of a node that is alone.
fn alone(store: &Store) -> Duration {
    match store.database().is_postgres() {
        true => Duration::ZERO,
        false => POLL_ALONE,
    }
}

/// The newest revision, and the one up to which changes are not kept any more.
async fn newest(session: &Session) -> Result<(u64, u64), StoreError> {
    use sea_orm::EntityTrait;
    match feed::Entity::find_by_id(1).one(session).await? {
        Some(row) => Ok((row.revision.unsigned_abs(), row.compacted.unsigned_abs())),
        None => Err(StoreError::Damaged {
            table: "feed",
            row: "1".into(),
            column: "revision",
        }),
    }
}

/// Carries changes into `feed`'s live state until `stop` is ready. Errors of the database are logged and tried again.
pub async fn run(store: Store, feed: Feed, stop: impl Future<Output = ()> + Send) {
    tokio::select! {
        () = stop => {}
        () = follow(&store, &feed) => {}
        () = listen(&store) => {}
    }
}

async fn follow(store: &Store, feed: &Feed) {
    let mut failing = false;
    loop {
        match feed.catch_up(store).await {
            Ok(()) if failing => {
                tracing::info!("the change feed recovered");
                failing = false;
            }
            Ok(()) => {}
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "the change feed has stalled; serving from the last known state");
                }
                failing = true;
                tokio::time::sleep(POLL).await;
                continue;
            }
        }
        tokio::select! {
            () = store.woken() => {}
            () = tokio::time::sleep(alone(store).max(POLL)) => {}
        }
    }
}

/// Wakes the feed when another node commits. Does nothing on SQLite, which has one node.
async fn listen(store: &Store) {
    let Some(pool) = store.database().postgres_pool() else {
        return std::future::pending().await;
    };
    loop {
        let lost = async {
            let mut listener = PgListener::connect_with(pool).await?;
            listener.listen(CHANNEL).await?;
            loop {
                listener.recv().await?;
                store.wake_feed();
            }
        };
        let Err(error): Result<std::convert::Infallible, sea_orm::sqlx::Error> = lost.await;
        tracing::debug!(%error, "not listening for other nodes' commits; polling");
        tokio::time::sleep(POLL).await;
    }
}
