//! Calls a second.

use crate::config::section::section;

section! {
    /// How often an API may be called.
    Throttle in "throttle" {
        /// Calls per second of every API that has no limit of its own; 0 means no limit. Counted on each node.
        default_per_second: u32 = "200" at "throttle.default_per_second", Reload;
    }
}
