//! Connections: how they are bound, accepted and let go. How long they may take and who has to go when places run short is
//! `adyton-listener`'s.

pub(crate) mod accept;
mod arriving;
pub(crate) mod bind;
mod connection;
pub(crate) mod connections;
pub(crate) mod drain;
mod head;
mod long;
mod unread;
mod wire;
