//! The runtime from outside: packages, models on both runtimes, programs under a keeper, and services.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod callers;
mod graph;
mod keeper;
mod models;
mod packages;
mod place;
mod services;
mod world;
