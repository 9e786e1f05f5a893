//! One write: a transaction that takes its revision first and names what it changed.
//!
//! Taking the revision is an update of one row, so writes wait for each other from their first statement on: checks made
//! inside ("is the name free?") hold until the commit, nothing deadlocks, and a rolled-back write leaves no hole.

use std::collections::BTreeSet;
use std::fmt::Display;

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::database::{DEADLINE, Session};
use crate::schema::changes;
use crate::{Store, StoreError};

/// The channel on which PostgreSQL tells other nodes of a commit.
pub(crate) const CHANNEL: &str = "adyton_changes";

/// How many rows one statement inserts at most: SQLite and PostgreSQL bound the parameters of a statement.
pub(crate) const ROWS_A_STATEMENT: usize = 1_000;

/// What a write gives: its value, and the revision that the live state will have with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[must_use = "await feed.settled(committed) before answering: who creates, can call"]
pub struct Committed<T> {
    /// What was written.
    pub value: T,
    /// The store's revision that holds it.
    pub revision: u64,
}

/// What can change: one kind for each entity that the live state shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Domain,
    Project,
    User,
    AccessKey,
    App,
    Authorisation,
    Model,
    Service,
    /// What serves while an update of a service goes on.
    Former,
    RevokedToken,
    TokenKey,
}

impl Kind {
    /// In the order in which a whole state is loaded: a service finds its models there.
    pub(crate) const ALL: &[Kind] = &[
        Kind::Domain,
        Kind::Project,
        Kind::User,
        Kind::AccessKey,
        Kind::App,
        Kind::Authorisation,
        Kind::Model,
        Kind::Service,
        Kind::Former,
        Kind::RevokedToken,
        Kind::TokenKey,
    ];
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Kind::Domain => "domain",
            Kind::Project => "project",
            Kind::User => "user",
            Kind::AccessKey => "access_key",
            Kind::App => "app",
            Kind::Authorisation => "authorisation",
            Kind::Model => "model",
            Kind::Service => "service",
            Kind::Former => "former",
            Kind::RevokedToken => "revoked_token",
            Kind::TokenKey => "token_key",
        }
    }
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// A write that goes on. Dropped without [`Write::commit`], nothing of it happened.
pub(crate) struct Write {
    store: Store,
    pub(crate) session: Session,
    pub(crate) revision: u64,
    changed: BTreeSet<(Kind, String)>,
}

impl Store {
    /// A write that takes the next revision.
    pub(crate) async fn write(&self) -> Result<Write, StoreError> {
        Write::begin(self).await
    }
}

impl Write {
    /// Begins a write: waits for its turn and takes the next revision.
    pub(crate) async fn begin(store: &Store) -> Result<Self, StoreError> {
        let session = store.database().begin(DEADLINE).await?;
        let take =
            session.statement("UPDATE feed SET revision = revision + 1 WHERE id = 1 RETURNING revision");
        let revision: i64 = match session.query_one_raw(take).await? {
            Some(row) => row.try_get("", "revision")?,
            None => {
                return Err(StoreError::Damaged {
                    table: "feed",
                    row: "1".into(),
                    column: "revision",
                });
            }
        };
        Ok(Self {
            store: store.clone(),
            session,
            revision: revision.unsigned_abs(),
            changed: BTreeSet::new(),
        })
    }

    /// Names an entity that this write made, changed or deleted.
    pub(crate) fn changed(&mut self, kind: Kind, id: impl Display) {
        self.changed.insert((kind, id.to_string()));
    }

    /// Commits, and wakes the feeds. When this gives `Ok`, the write is on the disk.
    pub(crate) async fn commit<T>(self, value: T) -> Result<Committed<T>, StoreError> {
        let revision = i64::try_from(self.revision).unwrap_or(i64::MAX);
        let rows: Vec<changes::ActiveModel> = self
            .changed
            .iter()
            .map(|(kind, id)| changes::ActiveModel {
                revision: Set(revision),
                kind: Set(kind.name().into()),
                entity: Set(id.clone()),
            })
            .collect();
        for some in rows.chunks(ROWS_A_STATEMENT) {
            changes::Entity::insert_many(some.iter().cloned())
                .exec_without_returning(&self.session)
                .await?;
        }
        if self.store.database().is_postgres() {
            self.session
                .execute_unprepared(&format!("NOTIFY {CHANNEL}"))
                .await?;
        }
        self.session.commit().await?;
        self.store.wake_feed();
        Ok(Committed {
            value,
            revision: self.revision,
        })
    }
}
