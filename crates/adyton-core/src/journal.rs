//! Reading the journal: the seam between the gateway, which writes it, and the control plane, which shows it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::clock::Timestamp;
use crate::id::{ApiId, ProjectId, RequestId, ServiceId};
use crate::record::{Record, Step};
use crate::tally::ServiceTally;

/// Which records a reader may see and wants to see. Every field narrows.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Filter {
    /// Only records of this project.
    pub project: Option<ProjectId>,
    /// Together with `project`: also those that matched nothing (domain administrators see these).
    pub with_unmatched: bool,
    /// Only this service.
    pub service: Option<ServiceId>,
    /// Only this API.
    pub api: Option<ApiId>,
    /// Only callers with this id (user or app).
    pub caller: Option<String>,
    /// Only this wire code, for example `APIG.0301`, or this sub-code.
    pub code: Option<String>,
    /// Only these statuses.
    pub statuses: Option<RangeInclusive<u16>>,
    /// Only records that this step decided.
    pub step: Option<Step>,
    /// Only from this moment on.
    pub from: Option<Timestamp>,
    /// Only before this moment.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// Whether `record` passes.
    pub fn admits(&self, record: &Record) -> bool {
        let owner = match (self.project, record.project) {
            (None, _) => true,
            (Some(_), None) => self.with_unmatched,
            (Some(wanted), Some(project)) => wanted == project,
        };
        owner
            && self.service.is_none_or(|service| record.service == Some(service))
            && self.api.is_none_or(|api| record.api == Some(api))
            && self
                .caller
                .as_ref()
                .is_none_or(|id| record.caller.as_ref().is_some_and(|caller| caller.id == *id))
            && self.code.as_ref().is_none_or(|code| {
                record
                    .reason
                    .is_some_and(|reason| reason.sub_code() == code || reason.code().entry().wire == code)
            })
            && self
                .statuses
                .as_ref()
                .is_none_or(|statuses| statuses.contains(&record.status))
            && self.step.is_none_or(|step| record.step == step)
            && self.from.is_none_or(|from| record.at >= from)
            && self.until.is_none_or(|until| record.at < until)
    }
}

/// One page of records, newest first.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// Pass it as `before` to get the next page; `None` at the end.
    pub next: Option<RequestId>,
}

/// What followers of the journal are told.
#[derive(Clone, PartialEq, Debug)]
pub enum Recorded {
    /// A request has ended, and this is its record.
    Record(Box<Record>),
    /// So many more requests of a project have ended, or of those that matched none: too many to tell of each.
    More {
        /// The project.
        project: Option<ProjectId>,
        /// How many.
        count: u64,
    },
}

/// The journal cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the journal cannot be read: {0}")]
pub struct JournalError(pub String);

/// Reads the journal. The gateway implements it; calls may touch the disk, so async code hands them to a blocking thread.
pub trait JournalReader: Send + Sync {
    /// The record with this id, if it is still kept.
    fn find(&self, id: RequestId) -> Result<Option<Record>, JournalError>;
    /// Up to `most` records that `filter` admits, newest first, starting below `before`.
    fn search(&self, filter: &Filter, before: Option<RequestId>, most: usize) -> Result<Page, JournalError>;
    /// The summary that stands for this request, if its record was left out: of a stranger's refused requests only so many a
    /// second are kept. The summary is the first of them, its evidence [`LeftOut`](crate::evidence::Evidence::LeftOut).
    fn left_out(&self, _id: RequestId) -> Result<Option<Record>, JournalError> {
        Ok(None)
    }
    /// What became of each service's requests, minute by minute, as they were recorded since this was asked last. It is counted
    /// whether or not a record was kept.
    fn take_tallies(&self) -> Vec<ServiceTally> {
        Vec::new()
    }
    /// What is recorded from now on, as it is written. Whoever reads too slowly misses some, and is told how many. Where
    /// nobody tells, it has ended already.
    fn follow(&self) -> broadcast::Receiver<Arc<Recorded>> {
        broadcast::Sender::new(1).subscribe()
    }
}
