//! `…/services/{service_id}/log`: what a service's programs printed.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The end of a log.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LogTail {
    /// Oldest first.
    pub lines: Vec<LineShown>,
}

/// One line.
#[derive(Serialize, Deserialize, ToSchema, Clone, PartialEq, Eq, Debug)]
pub struct LineShown {
    /// When it was read.
    pub at: String,
    /// The instance that printed it.
    pub instance_id: String,
    /// `stdout`, `stderr`, or `adyton` for what the server says.
    pub stream: String,
    /// The line.
    pub text: String,
}
