//! What the gateway's and the control plane's listeners have in common: how long a connection may take, who may stay when
//! slots run short, and how much memory callers may take before they are proven.
//!
//! | to understand | read |
//! | --- | --- |
//! | deadlines and idle limits: from accept to the first head, later heads, idle, stuck writes | [`connection_state`] |
//! | which connection is closed when all slots are taken | [`connection_slots`] |
//! | which unproven request gives up when their memory runs short | [`budget`] |
//! | accepting, also when the process has no descriptor left | [`acceptor`] |
//! | closing without losing a connection | [`closing`] |
//! | the limit of open files: raised at the start, and what fits into it | [`files`] |
//!
//! What must hold: a connection is judged by one function ([`connection_state::ConnectionState::judge`]) on both listeners. Nothing here knows
//! HTTP: whoever serves a connection says when a head has come and when an answer has ended. All types can be shared between
//! threads; what changes with each request is a plain store to memory that the connection's own thread has at hand, without a
//! lock. Locks are taken when a connection comes or leaves, once a second, and by requests that do not arrive at once.

pub mod acceptor;
pub mod budget;
pub mod closing;
pub mod connection_slots;
pub mod connection_state;
pub mod files;
mod log_throttle;
pub mod watched;

pub use acceptor::Acceptor;
pub use budget::{Budget, Claim, GiveUp, Kind};
pub use connection_slots::{ConnectionSlot, ConnectionSlots};
pub use connection_state::{ConnectionState, Deadlines, Notice};
pub use log_throttle::LogThrottle;
pub use watched::Watched;
