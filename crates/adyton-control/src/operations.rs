//! What the control plane does, in its own words: operations know no HTTP and no dialect.
//!
//! One thing a file. An operation checks what it is given, writes in one transaction of the store, waits until the live
//! state of this node has the write (who creates, can call), and gives the entity or a [`Failure`](crate::failure::Failure).
//! Whether the caller may ask for it is decided before, from the row's action; where an operation decides more of it, it takes the
//! [`Actor`](crate::actor::Actor).

pub(crate) mod app;
pub(crate) mod app_code;
pub(crate) mod audit;
pub(crate) mod authorisation;
pub(crate) mod credential;
pub(crate) mod deleted_service;
pub(crate) mod model;
pub(crate) mod overview;
pub(crate) mod own_request;
pub(crate) mod package;
pub(crate) mod password;
pub(crate) mod project;
pub(crate) mod quota;
pub(crate) mod request;
pub(crate) mod service;
pub(crate) mod session;
pub(crate) mod store_failure;
pub(crate) mod text;
pub(crate) mod token;
pub(crate) mod user;
