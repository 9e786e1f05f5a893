//! The store from outside: one contract, kept by SQLite and by PostgreSQL.
//!
//! [`contract`] has the promises, [`bench`] what a test works on, [`server`] the throw-away PostgreSQL, and [`crash`] the
//! process that is killed. Every promise is a test twice, once for each database: see [`contract::store_contract`].

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should end there"
)]

mod bench;
mod contract;
mod crash;
mod disk;
mod folder;
mod server;

contract::store_contract!(sqlite);
contract::store_contract!(postgres);
