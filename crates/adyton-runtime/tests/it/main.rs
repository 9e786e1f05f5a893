//! The runtime from outside: packages, models on both runtimes, programs under a keeper, and services.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod archives;
mod bounds;
mod callers;
mod fence;
mod first_run;
mod graph;
mod isolated;
mod keeper;
mod launchers;
mod models;
mod packages;
mod place;
mod quantised;
mod recurrent;
mod runs;
mod services;
mod texts;
mod trees;
mod trials;
mod understood;
mod world;
