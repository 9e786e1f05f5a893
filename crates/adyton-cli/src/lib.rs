//! The command line that talks to a server: what people write, what the server is asked, and what they see.
//!
//! - [`verb`]: what can be written; [`command`]: one file a verb.
//! - [`client`]: finding the server, signing, sending, as any client of the public interfaces would.
//! - [`completion`]: names for a shell that completes a line.
//! - [`terminal`]: documents and tables on standard output, notes on standard error.
//!
//! What must hold: it knows servers by their public interfaces alone, so it can be another machine's; it decides nothing of the
//! product, it asks.

pub mod again;
pub mod byte_size;
pub mod client;
pub mod command;
pub mod completion;
pub mod context;
mod count;
pub mod failure;
pub mod interrupt;
pub mod language;
pub mod moment;
pub mod package_check;
pub mod ready;
pub mod span;
pub mod terminal;
pub mod verb;
