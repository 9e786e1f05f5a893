//! Takes events without blocking and writes them in the background.

use std::future::Future;

use adyton_core::events::{Event, Events};

use crate::Store;

/// The [`Events`] of the store: a bounded queue. What does not fit is logged and dropped. Cheap to clone.
#[derive(Clone)]
pub struct EventWriter {}

impl Events for EventWriter {
    fn record(&self, event: Event) {
        todo!()
    }
}

impl EventWriter {
    /// A writer, and the task that empties its queue until `stop` is ready, then writes what is left and ends.
    pub fn start(
        store: Store,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        (todo!(), async {})
    }
}
