//! The binary from outside: what people read, what scripts rely on, how it starts and ends. Only the real binary is run,
//! each time in a folder of its own, with ports that the system picks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod contexts;
mod harness;
mod life;
mod mistakes;
mod newcomer;
mod offline;
mod output;
