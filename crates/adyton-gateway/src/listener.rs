//! Connections: how they are bound, accepted, watched over and let go.

pub(crate) mod accept;
pub(crate) mod bind;
pub(crate) mod connection;
pub(crate) mod drain;
pub(crate) mod guests;
pub(crate) mod wire;
