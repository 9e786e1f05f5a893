//! The verbs of the server itself, one file each: its arguments, and what it does with them.

pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod keeper;
pub(crate) mod reference;
pub(crate) mod serve;
