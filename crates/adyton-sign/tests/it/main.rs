//! The crate from outside: the official signer's vectors, properties, the corpus of mistakes.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod costs;
mod mistakes;
mod properties;
mod vectors;
