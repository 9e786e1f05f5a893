//! The crate from outside: every way to be known, and every refusal.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    reason = "tests"
)]

mod apps;
mod authorisation;
mod readers;
mod sessions;
mod signatures;
mod tokens;
mod world;
