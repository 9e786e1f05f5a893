//! News: what has just happened, written once for all who listen; and who listens. `live_updates.rs` gathers them, and sends each
//! page its own.
//!
//! What must hold: how many listen is bounded, in all and of one holder. One that is slow misses news and holds nobody up.

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

use crate::failure::{Failure, OperationResult};

/// How many news a page may be behind.
const CAPACITY: usize = 2_048;
/// Streams at once, in all and of one holder.
const STREAMS: (usize, usize) = (256, 32);
/// When to try again where there are too many.
const TRY_AGAIN: Duration = Duration::from_secs(10);

/// One thing that has happened.
pub(crate) struct News {
    /// Where; nowhere for what matched no project.
    pub(crate) project: Option<ProjectId>,
    /// To which service.
    pub(crate) service: Option<ServiceId>,
    /// What.
    pub(crate) kind: NewsKind,
    /// The event as it is sent.
    pub(crate) text: String,
}

/// What has happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NewsKind {
    /// A request has ended.
    Request {
        /// Whether it was refused.
        is_refused: bool,
    },
    /// So many further requests have ended, too many to be told one by one.
    More,
    /// A service has changed.
    Service,
}

impl News {
    /// A document under its name. Those that come here always serialise.
    pub(crate) fn new(
        project: Option<ProjectId>,
        service: Option<ServiceId>,
        kind: NewsKind,
        document: &impl Serialize,
    ) -> Self {
        let name = match kind {
            NewsKind::Request { .. } => "request",
            NewsKind::More => "more",
            NewsKind::Service => "service",
        };
        let document = serde_json::to_string(document).unwrap_or_default();
        Self {
            project,
            service,
            kind,
            text: format!("event: {name}\ndata: {document}\n\n"),
        }
    }

    /// What the journal tells.
    pub(crate) fn of_record(recorded: &Recorded) -> Self {
        match recorded {
            Recorded::Record(record) => {
                let kind = NewsKind::Request {
                    is_refused: record.reason.is_some(),
                };
                let shown = RequestShown::of((**record).clone());
                Self::new(record.project, record.service, kind, &shown)
            }
            Recorded::More { project, count } => {
                let more = MoreRequests { requests: *count };
                Self::new(*project, None, NewsKind::More, &more)
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
    ///
    /// # Errors
    /// Too many listen, or the server stops.
    pub(crate) async fn listen(
        self: &Arc<Self>,
        holder: Holder,
        project: ProjectId,
    ) -> OperationResult<(broadcast::Receiver<Arc<News>>, Listening)> {
        let stopped = || Failure::Busy {
            what: "live updates",
            after: TRY_AGAIN,
        };
        let receiver = self.sender.lock().as_ref().map(broadcast::Sender::subscribe);
        let receiver = receiver.ok_or_else(stopped)?;
        let mut has_place = false;
        self.listeners.send_if_modified(|listeners| {
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
        let mut is_on = self.is_on.subscribe();
        let listening = Listening {
            source: Arc::clone(self),
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

    /// Tells everybody.
    pub(crate) fn tell(&self, news: News) {
        if let Some(sender) = &*self.sender.lock() {
            // Whoever has left meanwhile needs none of it.
            let _ = sender.send(Arc::new(news));
        }
    }

    /// Whether anybody listens.
    pub(crate) fn is_wanted(&self) -> bool {
        self.listeners.borrow().all > 0
    }

    /// Waits until somebody listens; `false` once nobody can any more.
    pub(crate) async fn wanted(&self) -> bool {
        let mut listeners = self.listeners.subscribe();
        listeners.wait_for(|listeners| listeners.all > 0).await.is_ok()
    }

    /// The projects that somebody listens to.
    pub(crate) fn projects(&self) -> Vec<ProjectId> {
        self.listeners.borrow().projects.keys().copied().collect()
    }

    /// Says whether news are gathered now: who begins to listen waits for it.
    pub(crate) fn gathers(&self, is_on: bool) {
        self.is_on
            .send_if_modified(|was| std::mem::replace(was, is_on) != is_on);
    }
}

/// A place of a stream. Goes back when dropped.
pub(crate) struct Listening {
    source: Arc<NewsSource>,
    holder: Holder,
    project: ProjectId,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.source.listeners.send_modify(|listeners| {
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
