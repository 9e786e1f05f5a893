//! What carrying a plan out takes.

use std::sync::Arc;

use adyton_core::clock::Clock;
use adyton_core::events::Events;

use super::board::Board;
use super::executor::Executor;
use super::plan::RestartPolicy;

/// See the top of the file.
pub(super) struct LaunchParts {
    pub(super) executor: Arc<dyn Executor>,
    pub(super) board: Arc<Board>,
    pub(super) events: Arc<dyn Events>,
    pub(super) clock: Clock,
    /// How instances are started again.
    pub(super) restarts: RestartPolicy,
}
