//! What is kept of management calls, and for how long.

use crate::config::section::section;

section! {
    /// The audit trail of the management APIs, which `adyton audit` reads: who changed what, who signed in, and which calls were refused.
    Audit in "audit" {
        /// How many days a record is kept; 0 keeps it for ever. Of sign-ins and of refused calls the newest 500,000 are kept, of calls that nobody was proven to have sent the newest 20,000.
        keep_days: u32 = "365" at "audit.keep_days", Start;
    }
}
