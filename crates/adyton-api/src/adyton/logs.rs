//! `…/services/{service_id}/log` and `…/log/follow`: what a service's programs printed.

use adyton_core::instances::LogLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The end of a log.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LogTail {
    /// Oldest first.
    pub lines: Vec<LineShown>,
}

/// `missed`: so many lines were printed faster than they were read, and are not kept any more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LinesMissed {
    /// How many.
    pub lines: u64,
}

/// `end`: the last event of a log that is followed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct LogEnd {
    /// `service` (it was deleted), `session` (that, or the role, has ended), `time` (ten minutes are over: come again) or `server` (it
    /// stops).
    pub reason: String,
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

impl LineShown {
    /// A line as it is shown.
    pub fn of(line: &LogLine) -> Self {
        Self {
            at: line.at.to_iso(),
            instance_id: line.instance.to_string(),
            stream: line.stream.clone(),
            text: line.text.clone(),
        }
    }
}
