//! Connections: how they are bound, accepted and let go. How long they may take and who has to go when places run short is
//! `adyton-listener`'s.

pub(crate) mod accept;
pub(crate) mod bind;
pub(crate) mod connection;
pub(crate) mod drain;
pub(crate) mod head;
pub(crate) mod long;
pub(crate) mod looks;
pub(crate) mod unread;
pub(crate) mod wire;
