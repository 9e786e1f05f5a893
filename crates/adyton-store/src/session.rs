//! A transaction with a deadline: every read and write of the store goes through one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait,
};
use tokio::time::{Instant, timeout_at};

use crate::StoreError;
use crate::cause::{Cause, TOO_LATE};
use crate::error::SystemProblem;
use crate::faults::{Plan, Point};
use crate::writability::Health;

/// A transaction with a deadline, which every statement of it keeps. Dropped without a commit, it is rolled back. After a
/// statement that failed it takes no more of them, and no commit: SQLite may have ended it by itself, and PostgreSQL
/// acknowledges the commit of a transaction that it has given up.
pub(crate) struct Session {
    transaction: DatabaseTransaction,
    deadline: Instant,
    failed: AtomicBool,
    /// Of transactions that may write.
    watched: Option<Watched>,
}

/// Who looks on.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) health: Health,
    pub(crate) faults: Plan,
}

impl Watched {
    /// Told when a statement fails.
    fn look_on<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result {
            match Cause::of(error) {
                Cause::NoSpace => self.health.suspect_full(),
                Cause::Deadline | Cause::ReadOnly | Cause::Unavailable => self.health.suspect(),
                Cause::Other => {}
            }
        }
        result
    }
}

impl Session {
    /// Begins one; a transaction that may write is watched.
    pub(crate) async fn begin(
        connection: &DatabaseConnection,
        options: TransactionOptions,
        within: Duration,
        watched: Option<Watched>,
    ) -> Result<Self, StoreError> {
        let deadline = Instant::now() + within;
        let begun = async {
            if let Some(watched) = &watched {
                watched.faults.pass(Point::Begin)?;
            }
            timeout_at(deadline, connection.begin_with_options(options))
                .await
                .unwrap_or(Err(TOO_LATE))
        };
        let begun = begun.await;
        Ok(Self {
            transaction: match &watched {
                Some(watched) => watched.look_on(begun)?,
                None => begun?,
            },
            deadline,
            failed: AtomicBool::new(false),
            watched,
        })
    }

    /// Commits. [`StoreError::Uncertain`] and [`StoreError::Deadline`] leave open whether it happened.
    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(StoreError::System(SystemProblem::FailedBefore));
        }
        let Self {
            transaction,
            deadline,
            watched,
            ..
        } = self;
        if let Some(watched) = &watched {
            watched.look_on(watched.faults.pass(Point::Commit))?;
        }
        let mut done = timeout_at(deadline, transaction.commit())
            .await
            .unwrap_or(Err(TOO_LATE));
        if let Some(watched) = &watched {
            done = watched.look_on(done.and_then(|()| watched.faults.pass(Point::Committed)));
        }
        done.map_err(|error| match Cause::of(&error) {
            Cause::Unavailable => StoreError::Uncertain(error),
            _ => error.into(),
        })
    }

    /// A statement without parameters.
    pub(crate) fn statement(&self, sql: &str) -> Statement {
        Statement::from_string(self.get_database_backend(), sql)
    }

    /// Runs one statement within the deadline.
    async fn run<T>(&self, statement: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if self.failed.load(Ordering::Relaxed) {
            return Err(DbErr::Custom("a statement before this one has failed".into()));
        }
        let planned = match &self.watched {
            Some(watched) => watched.faults.pass(Point::Statement),
            None => Ok(()),
        };
        let result = match planned {
            Ok(()) => timeout_at(self.deadline, statement)
                .await
                .unwrap_or(Err(TOO_LATE)),
            Err(error) => Err(error),
        };
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
        }
        match &self.watched {
            Some(watched) => watched.look_on(result),
            None => result,
        }
    }
}

#[sea_orm::prelude::async_trait::async_trait]
impl ConnectionTrait for Session {
    fn get_database_backend(&self) -> DbBackend {
        self.transaction.get_database_backend()
    }
    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(self.transaction.execute_raw(statement)).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(self.transaction.execute_unprepared(sql)).await
    }
    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(self.transaction.query_one_raw(statement)).await
    }
    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(self.transaction.query_all_raw(statement)).await
    }
}
