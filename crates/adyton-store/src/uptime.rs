//! For how long servers have run on this database: time that goes on whatever the clocks of the machines say.
//!
//! Each process starts from the value in the database and adds what its monotonic clock has measured since; the database
//! keeps the largest. So it never runs faster than time does, on any number of nodes, and stands still while none runs.
//! What must be kept for a span (token keys, and with them revocations) is kept for that span of it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use adyton_core::clock::Clock;
use sea_orm::{ConnectionTrait, Statement};

use crate::StoreError;
use crate::database::Session;
use crate::schema::to_number;

/// What this process knows of it.
pub(crate) struct Uptime {
    clock: Clock,
    /// A value of the past, and the monotonic time at which it was no more than the truth.
    known: Mutex<Known>,
}

#[derive(Clone, Copy)]
struct Known {
    lived: u64,
    at: Duration,
}

impl Uptime {
    /// Starts from what the database holds.
    pub(crate) async fn load(session: &Session, clock: Clock) -> Result<Self, StoreError> {
        let at = clock.monotonic();
        let sql = session.statement("SELECT lived FROM uptime WHERE id = 1");
        let lived: i64 = match session.query_one_raw(sql).await? {
            Some(row) => row.try_get("", "lived")?,
            None => return Err(damaged()),
        };
        let known = Known {
            lived: lived.unsigned_abs(),
            at,
        };
        Ok(Self {
            clock,
            known: Mutex::new(known),
        })
    }

    /// Now, in microseconds.
    pub(crate) fn now(&self) -> u64 {
        self.known
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .at(self.clock.monotonic())
    }

    /// Writes it down in this transaction, and takes over what another node knows better. A transaction that is rolled
    /// back afterwards does no harm.
    pub(crate) async fn note(&self, session: &Session) -> Result<(), StoreError> {
        let now = to_number(self.now());
        let largest = Statement::from_sql_and_values(
            session.get_database_backend(),
            "UPDATE uptime SET lived = CASE WHEN lived < $1 THEN $1 ELSE lived END WHERE id = 1 RETURNING lived",
            [now.into()],
        );
        let at = self.clock.monotonic();
        let lived: i64 = match session.query_one_raw(largest).await? {
            Some(row) => row.try_get("", "lived")?,
            None => return Err(damaged()),
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = Known {
            lived: lived.unsigned_abs(),
            at,
        };
        // Both are no more than the truth, so the larger one is nearer to it.
        if found.at(at) > known.at(at) {
            *known = found;
        }
        Ok(())
    }
}

impl Known {
    fn at(self, monotonic: Duration) -> u64 {
        let since = monotonic.saturating_sub(self.at).as_micros();
        self.lived
            .saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }
}

fn damaged() -> StoreError {
    StoreError::Damaged {
        table: "uptime",
        row: "1".into(),
        column: "lived",
    }
}
