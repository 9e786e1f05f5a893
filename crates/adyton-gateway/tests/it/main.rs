//! The gateway from outside: real sockets, a live state made by hand, a model program made of threads. No store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod answers;
mod apis;
mod attribution;
mod cancel;
mod client;
mod connections;
mod drain;
mod forwarding;
mod head;
mod in_process;
mod last_byte;
mod limits;
mod model;
mod order;
mod prediction_tab;
mod reasons;
mod restart;
mod routes;
mod storm;
mod throttle;
mod update;
mod world;
