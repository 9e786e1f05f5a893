//! What all threads share, as one worker last saw it.
//!
//! Requests of a worker share a state by a count of this thread's own (`Rc`), since a count that all cores change would cost
//! more than the look-ups.

use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use adyton_core::live::{Live, LiveReader};
use arc_swap::ArcSwap;

use crate::settings::GatewaySettings;

/// One state, for as long as somebody needs it.
pub(crate) struct Snapshot<T>(Arc<T>);

impl<T> Deref for Snapshot<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// The live state.
pub(crate) struct LiveView(RefCell<Seen>);

struct Seen {
    reader: LiveReader,
    current: Rc<Snapshot<Live>>,
}

impl LiveView {
    pub(crate) fn new(mut reader: LiveReader) -> Self {
        let current = Rc::new(Snapshot(Arc::clone(reader.get())));
        Self(RefCell::new(Seen { reader, current }))
    }

    /// The newest state.
    pub(crate) fn current(&self) -> Rc<Snapshot<Live>> {
        let seen = &mut *self.0.borrow_mut();
        let newest = seen.reader.get();
        if !Arc::ptr_eq(newest, &seen.current.0) {
            seen.current = Rc::new(Snapshot(Arc::clone(newest)));
        }
        Rc::clone(&seen.current)
    }

    /// For how long nobody has known whether it is the newest.
    pub(crate) fn age(&self, now: Duration) -> Duration {
        self.0.borrow().reader.age(now)
    }
}

/// The settings.
pub(crate) struct SettingsView {
    newest: Arc<ArcSwap<GatewaySettings>>,
    current: RefCell<Rc<Snapshot<GatewaySettings>>>,
}

impl SettingsView {
    pub(crate) fn new(newest: Arc<ArcSwap<GatewaySettings>>) -> Self {
        let current = RefCell::new(Rc::new(Snapshot(newest.load_full())));
        Self { newest, current }
    }

    /// The settings that hold since the last tick.
    pub(crate) fn current(&self) -> Rc<Snapshot<GatewaySettings>> {
        Rc::clone(&self.current.borrow())
    }

    /// Takes what a reload has changed.
    pub(crate) fn tick(&self) {
        let newest = self.newest.load();
        let mut current = self.current.borrow_mut();
        if !Arc::ptr_eq(&newest, &current.0) {
            *current = Rc::new(Snapshot(Arc::clone(&newest)));
        }
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::live::LiveCell;

    use super::*;

    #[test]
    fn whoever_took_a_state_keeps_it_while_others_see_the_next() {
        let cell = LiveCell::new(Live::default());
        let view = LiveView::new(cell.reader());
        let before = view.current();
        let mut live = Live::default();
        live.reached(7);
        cell.publish(live);
        assert_eq!((before.revision(), view.current().revision()), (0, 7));
        assert!(
            Rc::ptr_eq(&view.current(), &view.current()),
            "one state is one snapshot"
        );
    }

    #[test]
    fn a_reload_holds_from_the_next_tick_on() {
        let shared = Arc::new(ArcSwap::from_pointee(GatewaySettings::default()));
        let view = SettingsView::new(Arc::clone(&shared));
        let new = GatewaySettings {
            default_per_second: 7,
            ..GatewaySettings::default()
        };
        shared.store(Arc::new(new));
        assert_ne!(view.current().default_per_second, 7);
        view.tick();
        assert_eq!(view.current().default_per_second, 7);
    }
}
