//! News: what the pages that are open are told as it happens. One task follows the journal and looks at services for all of
//! them, and writes each text once; a page's stream picks what is its own.
//!
//! What must hold: while no page is open, nothing is done. A page that reads slowly misses news and is told so; it holds nobody
//! up. How many streams there are is bounded, in all and of one holder.

mod services;
mod stream;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use adyton_api::adyton::live::MoreRequests;
use adyton_api::adyton::requests::RequestShown;
use adyton_core::holder::Holder;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::journal::Recorded;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::sync::{broadcast, watch};

use self::services::KnownServices;
pub(crate) use self::stream::{Wanted, stream};
use crate::failure::{Failure, OperationResult};
use crate::shared::Shared;

/// How often news are gathered.
const TURN: Duration = Duration::from_millis(200);
/// How many news a page may be behind.
const CAPACITY: usize = 2_048;
/// Streams at once, in all and of one holder.
const STREAMS: (usize, usize) = (256, 32);
/// When to try again where there are too many.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// One thing that has happened.
pub(crate) struct News {
    project: Option<ProjectId>,
    service: Option<ServiceId>,
    kind: Kind,
    /// The event as it is sent.
    text: String,
}

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Request { is_refused: bool },
    More,
    Service,
}

impl News {
    /// A document under its name. Those that come here always serialise.
    fn new(
        project: Option<ProjectId>,
        service: Option<ServiceId>,
        kind: Kind,
        document: &impl Serialize,
    ) -> Self {
        let name = match kind {
            Kind::Request { .. } => "request",
            Kind::More => "more",
            Kind::Service => "service",
        };
        let document = serde_json::to_string(document).unwrap_or_default();
        Self {
            project,
            service,
            kind,
            text: format!("event: {name}\ndata: {document}\n\n"),
        }
    }

    fn of_record(recorded: &Recorded) -> Self {
        match recorded {
            Recorded::Record(record) => {
                let kind = Kind::Request {
                    is_refused: record.reason.is_some(),
                };
                let shown = RequestShown::of((**record).clone());
                Self::new(record.project, record.service, kind, &shown)
            }
            Recorded::More { project, count } => {
                let more = MoreRequests { requests: *count };
                Self::new(*project, None, Kind::More, &more)
            }
        }
    }
}

/// Where news come from, and who hears them.
pub(crate) struct NewsSource {
    /// Nothing, once the server stops.
    sender: Mutex<Option<broadcast::Sender<Arc<News>>>>,
    listeners: watch::Sender<Listeners>,
    /// Whether the journal is followed now.
    is_on: watch::Sender<bool>,
}

/// Who hears news.
#[derive(Default)]
struct Listeners {
    all: usize,
    holders: HashMap<Holder, usize>,
    projects: HashMap<ProjectId, usize>,
}

impl NewsSource {
    /// Nobody listens yet.
    pub(crate) fn new() -> Self {
        Self {
            sender: Mutex::new(Some(broadcast::Sender::new(CAPACITY))),
            listeners: watch::Sender::default(),
            is_on: watch::Sender::new(false),
        }
    }

    /// Lets somebody hear what happens in a project from now on.
    async fn listen(
        shared: Arc<Shared>,
        holder: Holder,
        project: ProjectId,
    ) -> OperationResult<(broadcast::Receiver<Arc<News>>, Listening)> {
        let news = &shared.news;
        let stopped = || Failure::Busy {
            what: "live updates",
            after: TRY_AGAIN,
        };
        let receiver = news.sender.lock().as_ref().map(broadcast::Sender::subscribe);
        let receiver = receiver.ok_or_else(stopped)?;
        let mut has_place = false;
        news.listeners.send_if_modified(|listeners| {
            let own = listeners.holders.get(&holder).copied().unwrap_or(0);
            has_place = listeners.all < STREAMS.0 && own < STREAMS.1;
            if has_place {
                listeners.all += 1;
                *listeners.holders.entry(holder).or_default() += 1;
                *listeners.projects.entry(project).or_default() += 1;
            }
            has_place
        });
        if !has_place {
            return Err(stopped());
        }
        let mut is_on = news.is_on.subscribe();
        let listening = Listening {
            shared: shared.clone(),
            holder,
            project,
        };
        // Whoever is answered is told of whatever is recorded from then on.
        is_on.wait_for(|is_on| *is_on).await.map_err(Failure::defect)?;
        Ok((receiver, listening))
    }

    /// Ends all streams, and takes no more.
    pub(crate) fn close(&self) {
        self.sender.lock().take();
    }

    fn tell(&self, news: News) {
        if let Some(sender) = &*self.sender.lock() {
            // Whoever has left meanwhile needs none of it.
            let _ = sender.send(Arc::new(news));
        }
    }

    fn is_wanted(&self) -> bool {
        self.listeners.borrow().all > 0
    }
}

/// A place of a stream. Goes back when dropped.
struct Listening {
    shared: Arc<Shared>,
    holder: Holder,
    project: ProjectId,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.shared.news.listeners.send_modify(|listeners| {
            listeners.all = listeners.all.saturating_sub(1);
            leave(&mut listeners.holders, self.holder);
            leave(&mut listeners.projects, self.project);
        });
    }
}

fn leave<K: Eq + std::hash::Hash>(counts: &mut HashMap<K, usize>, key: K) {
    if let Some(count) = counts.get_mut(&key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&key);
        }
    }
}

/// Gathers news for as long as it is polled, while somebody listens.
pub(crate) async fn gather(shared: Arc<Shared>) {
    let mut listeners = shared.news.listeners.subscribe();
    // The sender lives in `shared`, so waiting cannot fail.
    while listeners.wait_for(|listeners| listeners.all > 0).await.is_ok() {
        while_wanted(&shared).await;
        shared.news.is_on.send_replace(false);
    }
}

async fn while_wanted(shared: &Shared) {
    let mut records = shared.journal.follow();
    let mut services = KnownServices::default();
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while shared.news.is_wanted() {
        let projects: Vec<ProjectId> = shared.news.listeners.borrow().projects.keys().copied().collect();
        for news in services.changes(shared, &projects) {
            shared.news.tell(news);
        }
        shared
            .news
            .is_on
            .send_if_modified(|is_on| !std::mem::replace(is_on, true));
        turns.tick().await;
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
