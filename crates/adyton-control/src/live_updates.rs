//! Live updates: what the pages that are open are told as it happens. One task follows the journal and looks at services for all of
//! them; a page's stream picks what is its own. A log that is followed has a stream of its own kind (`log_stream.rs`).
//!
//! What must hold: while no page is open, nothing is done. A page that reads slowly is told that it missed something.

mod log_stream;
mod services;
mod standing_reader;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast;

pub(crate) use self::log_stream::log_stream;
use self::services::KnownServices;
pub(crate) use self::stream::{LiveFilter, stream};
use crate::news::News;
use crate::shared::Shared;

/// How often news are gathered.
const INTERVAL: Duration = Duration::from_millis(200);

/// Gathers news for as long as it is polled, while somebody listens.
pub(crate) async fn gather(shared: Arc<Shared>) {
    while shared.news.wanted().await {
        while_wanted(&shared).await;
        shared.news.gathers(false);
    }
}

async fn while_wanted(shared: &Shared) {
    let mut records = shared.journal.follow();
    let mut services = KnownServices::default();
    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while shared.news.is_wanted() {
        for news in services.changes(shared, &shared.news.projects()) {
            shared.news.tell(news);
        }
        shared.news.gathers(true);
        ticks.tick().await;
        loop {
            match records.try_recv() {
                Ok(recorded) => shared.news.tell(News::of_record(&recorded)),
                // The journal counts what it does not tell; what was missed here is little, and is in the list.
                Err(broadcast::error::TryRecvError::Lagged(_)) => {}
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => break,
            }
        }
    }
}
