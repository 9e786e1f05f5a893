//! Writes down what became of each service's requests: takes the journal's counts every few seconds, adds how many instances were
//! ready and what they took (`instance_usage.rs`), and gives them to the store. What the store does not take is tried again with the
//! next.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::instances::ServiceSeen;
use adyton_core::tally::ServiceTally;
use adyton_store::StoreError;
use tokio::time::Instant;

use crate::blocking::blocking;
use crate::failure::{Failure, OperationResult};
use crate::instance_usage;
use crate::shared::Shared;
use crate::unwritten_minutes::UnwrittenMinutes;

/// How often counts are written: a crash loses those of so long.
const EVERY: Duration = Duration::from_secs(10);
/// Whoever asks gets counts that are no older.
const FRESH: Duration = Duration::from_secs(1);
/// How often old minutes are joined.
const JOIN: Duration = Duration::from_secs(10 * 60);
/// How long minutes are kept apart.
const KEPT_APART: Duration = Duration::from_secs(24 * 3600);
/// Counts that wait for the store at most; older ones are let go of.
const WAITING: usize = 50_000;

/// Writes counts for as long as it is polled.
pub(crate) async fn record(shared: Arc<Shared>) {
    let mut joined = Instant::now();
    loop {
        tokio::time::sleep(EVERY).await;
        let mut done = look_and_write(&shared).await;
        if done.is_ok() && joined.elapsed() >= JOIN {
            joined = Instant::now();
            done = join(&shared).await;
        }
        if let Err(failure) = done {
            tracing::warn!("the counts of services' requests are stored again later: {failure}");
        }
    }
}

async fn look_and_write(shared: &Shared) -> OperationResult<()> {
    let mut state = shared.unwritten.lock().await;
    instance_usage::look(shared, &mut state, instance_usage::EVERY).await?;
    write_all(shared, &mut state).await
}

/// Writes what was counted so far.
pub(crate) async fn write(shared: &Shared) -> OperationResult<()> {
    let mut state = shared.unwritten.lock().await;
    write_all(shared, &mut state).await
}

/// The same with what instances took up to now, unless that was done a moment ago.
pub(crate) async fn refresh_all(shared: &Shared) -> OperationResult<()> {
    let mut state = shared.unwritten.lock().await;
    instance_usage::look(shared, &mut state, FRESH).await?;
    match state.is_written(FRESH) {
        true => Ok(()),
        false => write_all(shared, &mut state).await,
    }
}

/// Writes what was counted so far, unless that was done a moment ago.
pub(crate) async fn refresh(shared: &Shared) -> OperationResult<()> {
    let mut state = shared.unwritten.lock().await;
    match state.is_written(FRESH) {
        true => Ok(()),
        false => write_all(shared, &mut state).await,
    }
}

async fn write_all(shared: &Shared, state: &mut UnwrittenMinutes) -> OperationResult<()> {
    let journal = shared.journal.clone();
    state
        .waiting
        .extend(blocking(move || journal.take_tallies()).await?);
    for one in &mut state.waiting {
        if one.tally.instances == 0 {
            one.tally.instances = ready(shared, one);
        }
    }
    let too_many = state.waiting.len().saturating_sub(WAITING);
    if too_many > 0 {
        state.waiting.drain(..too_many);
        tracing::warn!(
            "the store has taken no counts of services' requests for so long that the oldest {too_many} are lost: metrics will lack them"
        );
    }
    let node = shared.settings().node;
    shared.store.minutes().add(node, &state.waiting).await?;
    state.waiting.clear();
    state.written = Some(Instant::now());
    Ok(())
}

fn ready(shared: &Shared, one: &ServiceTally) -> u32 {
    let seen = shared.instances.service(one.service);
    u32::try_from(seen.as_ref().map_or(0, ServiceSeen::ready)).unwrap_or(u32::MAX)
}

async fn join(shared: &Shared) -> OperationResult<()> {
    let before = shared.clock.now().before(KEPT_APART);
    let node = shared.settings().node;
    while shared
        .store
        .minutes()
        .join(node, before)
        .await
        .map_err(|error: StoreError| Failure::from(error))?
    {}
    Ok(())
}
