//! Takes events without blocking and writes them in the background.

use std::future::Future;
use std::time::Duration;

use adyton_core::events::{Event, Events};
use tokio::sync::mpsc;

use crate::Store;
use crate::schema::to_bounded_text;

/// How many events wait at most.
const QUEUE: usize = 1_024;
/// How many are written at once at most.
const BATCH: usize = 100;
/// How often a failed write is tried, and how long it waits in between: half a minute of a database that is away.
const TRIES: u32 = 15;
const PAUSE: Duration = Duration::from_secs(2);

/// The [`Events`] of the store: a bounded queue. What does not fit is logged and dropped. Cheap to clone.
#[derive(Clone)]
pub struct EventWriter {
    queue: mpsc::Sender<Event>,
}

impl Events for EventWriter {
    fn record(&self, mut event: Event) {
        event.text = to_bounded_text(event.text);
        if let Err(refused) = self.queue.try_send(event) {
            log_lost(&refused.into_inner(), "the queue of events is full or closed");
        }
    }
}

impl EventWriter {
    /// A writer, and the task that empties its queue until `stop` is ready, then writes what is left and ends.
    pub fn start(
        store: Store,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (queue, events) = mpsc::channel(QUEUE);
        (Self { queue }, run(store, events, stop))
    }
}

async fn run(store: Store, mut events: mpsc::Receiver<Event>, stop: impl Future<Output = ()> + Send) {
    let mut stop = std::pin::pin!(stop);
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        let stopped = tokio::select! {
            () = &mut stop => true,
            taken = events.recv_many(&mut batch, BATCH) => taken == 0,
        };
        if stopped || write(&store, &mut batch, TRIES, stop.as_mut()).await {
            break;
        }
    }
    events.close();
    while events.recv_many(&mut batch, BATCH).await > 0 {
        write(&store, &mut batch, 1, std::future::pending()).await;
    }
}

/// Writes the batch, and empties it in any case. True if `stop` came while it waited to try again: then the next try was the
/// last one, since a database that is away must not hold up the end.
async fn write(
    store: &Store,
    batch: &mut Vec<Event>,
    tries: u32,
    stop: impl Future<Output = ()> + Send,
) -> bool {
    let mut stop = std::pin::pin!(stop);
    let mut stopped = false;
    for attempt in 1..=tries {
        let Err(error) = store.events().insert(batch).await else {
            break;
        };
        if stopped || attempt == tries {
            for event in batch.iter() {
                log_lost(event, &format!("it cannot be stored: {error}"));
            }
            break;
        }
        if !error.is_of_storage() {
            tracing::warn!(%error, "events are stored again");
        }
        tokio::select! {
            () = &mut stop => stopped = true,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
    batch.clear();
    stopped
}

fn log_lost(event: &Event, why: &str) {
    tracing::warn!(service = %event.service, at = %event.at, text = event.text, why, "an event of a service was not stored");
}
