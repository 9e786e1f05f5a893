//! Who carries the steps of plans out: an [`Executor`] takes steps, and tells what becomes of the instances. On this node that is
//! `this_node.rs`; the reconciler knows no more of it than this file says.

use std::time::Duration;

use adyton_core::id::{InstanceId, ModelId, ServiceId};

use super::plan::Key;
use super::wanted::Recipe;
use crate::launcher::{End, News};
use crate::targets::ServiceTargets;

/// Takes steps, in the order in which they are given. None of them waits.
pub(super) trait Executor: Send + Sync {
    /// Removes what instances left behind when the node before this one was killed; comes before all else.
    fn recover(&self);
    /// Starts an instance, for the first time or again. There are reports until [`Report::End`], which is the last one of a run.
    fn start(&self, start: Start);
    /// Lets these instances, all of which are ready, answer the calls of a service from now on, and no others.
    fn serve(&self, service: ServiceId, targets: Option<ServiceTargets<InstanceId>>);
    /// Lets an instance that serves nothing any more finish the calls that it has, and ends it.
    fn retire(&self, instance: InstanceId);
    /// The longest that an instance which is retired takes to end, unless something is wrong with it.
    fn longest_retirement(&self) -> Duration;
    /// The node ends, and all instances have ended or are ended with it.
    fn close(&self);
}

/// One instance to be started.
pub(super) struct Start {
    pub(super) service: ServiceId,
    pub(super) instance: InstanceId,
    pub(super) model: ModelId,
    pub(super) key: Key,
    /// The service's generation: a later one is another try.
    pub(super) generation: u64,
    /// How long the instance may take to be ready.
    pub(super) ready_within: Duration,
    pub(super) recipe: Recipe,
}

/// What is told of an instance.
#[derive(Debug)]
pub(super) struct Message {
    pub(super) service: ServiceId,
    pub(super) instance: InstanceId,
    pub(super) report: Report,
}

/// See [`Message`].
#[derive(Debug)]
pub(super) enum Report {
    /// Something happened to it.
    News(News),
    /// It has ended.
    End(End),
}
