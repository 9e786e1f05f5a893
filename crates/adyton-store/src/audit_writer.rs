//! Takes records of management calls without blocking and writes them in the background, many in one transaction.
//!
//! A call is answered without waiting for its record: what a crash of the machine can cost is the records of the last
//! milliseconds, of changes that were made all the same. What cannot be written is logged whole, and counted.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use adyton_core::audit::{AuditRecord, AuditShelf};
use tokio::sync::{mpsc, oneshot};

use crate::Store;

/// How many records wait at most.
const QUEUE: usize = 4_096;
/// How many are written at once at most.
const BATCH: usize = 200;
/// How long it waits before a failed write is tried again.
const PAUSE: Duration = Duration::from_secs(2);
/// How often a write is tried that fails although the database works.
const TRIES: u32 = 3;

enum Item {
    Record(Box<AuditRecord>),
    /// Told once all that came before is written or given up.
    Asked(oneshot::Sender<()>),
}

/// The way into the audit trail: a bounded queue, half of which strangers cannot take. Cheap to clone.
#[derive(Clone)]
pub struct AuditWriter {
    queue: mpsc::Sender<Item>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    written: AtomicU64,
    lost: AtomicU64,
}

impl AuditWriter {
    /// A writer, and the task that empties its queue until `stop` is ready, then writes what is left and ends.
    pub fn start(
        store: Store,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (queue, items) = mpsc::channel(QUEUE);
        let counts = Arc::new(Counts::default());
        let writing = Writing {
            store,
            counts: counts.clone(),
        };
        (Self { queue, counts }, writing.run(items, stop))
    }

    /// Takes a record; does not block.
    pub fn record(&self, record: AuditRecord) {
        if record.shelf() == AuditShelf::Strangers && self.queue.capacity() < QUEUE / 2 {
            self.counts.lose(&record, "too many records of strangers wait");
            return;
        }
        let refused = match self.queue.try_send(Item::Record(Box::new(record))) {
            Ok(()) => return,
            Err(refused) => refused.into_inner(),
        };
        if let Item::Record(record) = refused {
            self.counts
                .lose(&record, "the queue of records is full or closed");
        }
    }

    /// Waits until what was taken before this is written or given up.
    pub async fn settled(&self) {
        let (told, asked) = oneshot::channel();
        // Either way: a writer that has ended has written all.
        if self.queue.send(Item::Asked(told)).await.is_ok() {
            let _ended = asked.await;
        }
    }

    /// How many records were written since the start, and how many could not be.
    pub fn counts(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.counts.written), read(&self.counts.lost))
    }
}

impl Counts {
    fn lose(&self, record: &AuditRecord, why: &str) {
        self.lost.fetch_add(1, Ordering::Relaxed);
        // Records hold no secrets, so the log may have them.
        let record = serde_json::to_string(record).unwrap_or_default();
        tracing::error!(record, why, "a record of the audit trail was not stored");
    }
}

struct Writing {
    store: Store,
    counts: Arc<Counts>,
}

impl Writing {
    async fn run(self, mut items: mpsc::Receiver<Item>, stop: impl Future<Output = ()> + Send) {
        let mut stop = std::pin::pin!(stop);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let stopped = tokio::select! {
                () = &mut stop => true,
                taken = items.recv_many(&mut batch, BATCH) => taken == 0,
            };
            if stopped || self.write(&mut batch, stop.as_mut()).await {
                break;
            }
        }
        items.close();
        while items.recv_many(&mut batch, BATCH).await > 0 {
            // The last chance: a database that is away must not hold up the end.
            self.write(&mut batch, std::future::ready(())).await;
        }
    }

    /// Writes the batch, and empties it in any case: a database that is away is waited for, until `stop` comes. Then the next try
    /// is the last one. True if it came.
    async fn write(&self, batch: &mut Vec<Item>, stop: impl Future<Output = ()> + Send) -> bool {
        let (mut records, mut asked) = (Vec::with_capacity(batch.len()), Vec::new());
        for item in batch.drain(..) {
            match item {
                Item::Record(record) => records.push(*record),
                Item::Asked(told) => asked.push(told),
            }
        }
        let (mut stop, mut stopped, mut tries) = (std::pin::pin!(stop), false, 0);
        while !records.is_empty() {
            let Err(error) = self.store.audit().insert(&records).await else {
                self.counts
                    .written
                    .fetch_add(records.len() as u64, Ordering::Relaxed);
                break;
            };
            tries += 1;
            if stopped || (tries >= TRIES && !error.is_of_storage()) {
                for record in &records {
                    self.counts.lose(record, &format!("it cannot be stored: {error}"));
                }
                break;
            }
            tracing::warn!(%error, "records of the audit trail are stored again");
            tokio::select! {
                () = &mut stop => stopped = true,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
        for told in asked {
            // Nobody may listen any more.
            let _gone = told.send(());
        }
        stopped
    }
}
