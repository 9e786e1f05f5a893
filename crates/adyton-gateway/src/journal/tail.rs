//! The tail: records for those who follow the journal, as they are written.
//!
//! What must hold: while nobody follows, it costs one comparison a record. Of a project's records so many a moment are told one
//! by one, refused ones apart from the others, so that neither a busy project nor its successful calls keep what others look
//! for from being told; the rest are counted. Memory is bounded by [`CAPACITY`] and [`PROJECTS_MAX`], whoever follows.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::id::ProjectId;
use adyton_core::journal::Recorded;
use tokio::sync::broadcast;

use super::encoding::view::View;

/// How many records a follower may be behind.
const CAPACITY: usize = 2_048;
/// A moment: for so long each project's records are counted.
const MOMENT: Duration = Duration::from_millis(500);
/// Records of a project that are told one by one in a moment, of refused requests and of the others.
const TOLD: u32 = 50;
/// Projects that are told apart in a moment.
const PROJECTS_MAX: usize = 256;

/// See the top of the file.
pub(super) struct Tail {
    sender: broadcast::Sender<Arc<Recorded>>,
    is_followed: bool,
    /// When the moment began.
    since: Duration,
    seen: HashMap<Option<ProjectId>, MomentCounts>,
}

/// What came of a project in this moment.
#[derive(Default)]
struct MomentCounts {
    refused: u32,
    passed: u32,
    more: u64,
}

/// The end that followers hold on to.
pub(super) fn pair(now: Duration) -> (broadcast::Sender<Arc<Recorded>>, Tail) {
    let sender = broadcast::Sender::new(CAPACITY);
    let tail = Tail {
        sender: sender.clone(),
        is_followed: false,
        since: now,
        seen: HashMap::new(),
    };
    (sender, tail)
}

impl Tail {
    /// Begins a round of the writer: looks whether anybody follows, and tells of a moment that is over.
    pub(super) fn begin_round(&mut self, now: Duration) {
        self.is_followed = self.sender.receiver_count() > 0;
        if now.saturating_sub(self.since) < MOMENT {
            return;
        }
        self.since = now;
        for (project, seen) in self.seen.drain() {
            if seen.more > 0 {
                let count = seen.more;
                // Whoever has left meanwhile needs none of it.
                let _ = self.sender.send(Arc::new(Recorded::More { project, count }));
            }
        }
    }

    /// Whether nothing is left to tell of the last moment.
    pub(super) fn is_quiet(&self) -> bool {
        self.seen.is_empty()
    }

    /// Tells of a record that is written now.
    pub(super) fn note(&mut self, record: &View<'_>) {
        if !self.is_followed {
            return;
        }
        let mut project = record.fixed.project();
        if self.seen.len() >= PROJECTS_MAX && !self.seen.contains_key(&project) {
            project = None;
        }
        let seen = self.seen.entry(project).or_default();
        let told = match record.reason {
            Some(_) => &mut seen.refused,
            None => &mut seen.passed,
        };
        if *told >= TOLD {
            seen.more += 1;
            return;
        }
        *told += 1;
        if let Some(record) = record.to_record() {
            let _ = self.sender.send(Arc::new(Recorded::Record(Box::new(record))));
        }
    }
}
