//! Whether a model is loaded into the server or into a process of its own.

use serde::{Deserialize, Serialize};

/// Where a model is loaded, which decides what it may do to the process.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadInto {
    /// Into the server. What is known to end the process is kept from it, or refused.
    Server,
    /// The same; whatever is not proven to be harmless is refused.
    ServerIfProven,
    /// Into a process of its own, which a crash ends alone.
    Sandbox,
}
