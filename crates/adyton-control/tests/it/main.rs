//! The control plane from outside: the whole service in process, on SQLite in a folder of its own, asked over a socket.
//!
//! [`world`] is a server with its callers, [`client`] asks it. What runs and what was journalled are stand-ins there; the store,
//! the feed, identity and the packages are the real ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod apps;
mod audit;
mod causes;
mod client;
mod closing;
mod codes;
mod console;
mod fields;
mod iam;
mod journal;
mod last_byte;
mod live;
mod logs;
mod memory;
mod metrics;
mod models;
mod openapi;
mod overview;
mod own_requests;
mod packages;
mod perimeter;
mod prediction_tab;
mod quotas;
mod rollouts;
mod services;
mod sessions;
mod sign_ins;
mod strangers;
mod tags;
mod tokens;
mod unread;
mod world;
