//! Persistence: the truth about domains, users, keys, apps, models and services, in SQLite or PostgreSQL.
//!
//! What must hold here:
//!
//! - Every write that the live state shows is one transaction that takes the next [revision](Committed::revision) by
//!   updating one row: commits serialise, revisions have no holes, and every changed entity is named in the change table.
//! - An acknowledged write survives `kill -9` and loss of power.
//! - Secrets are sealed with the master key, each bound to its row; the master key never leaves this crate.
//! - A transaction in which anything failed is never committed, and a connection that did not end one is thrown away.
//! - Every call has a deadline; every list and queue has a bound.
//! - What is kept for a span is kept for that span of [`uptime`], which no clock can turn back.
//!
//! Start with [`Store::open`], then [`repository`] for what can be asked and changed, [`feed`] for how changes reach the
//! live state, [`housekeeping`] for what ends by itself, and [`health`] for whether writes work. For who operates it:
//! [`backup`] copies the database, [`resealing`] changes the master key.

pub mod audit_writer;
pub mod backup;
pub mod bootstrap;
mod cause;
mod credential;
mod database;
pub mod error;
pub mod event_writer;
pub mod faults;
pub mod feed;
pub mod folder;
pub mod health;
pub mod housekeeping;
mod master_key;
mod migration;
mod open;
pub mod open_error;
pub mod outside_audit;
mod password;
mod postgres_programs;
pub mod repository;
pub mod resealing;
mod reserve;
mod schema;
mod seal;
mod session;
mod store;
mod transaction;
mod uptime;
mod urgent_retry;
mod writability;

pub use cause::Refusal;
pub use error::StoreError;
pub use feed::Feed;
pub use folder::DataFolder;
pub use open::Settings;
pub use open_error::OpenError;
pub use store::Store;
pub use transaction::Committed;
pub use writability::Health;
