//! The verbs, one file each: its arguments, and what it does with them.

pub mod app;
mod call_path;
pub mod errors;
pub mod explain;
pub mod input;
pub mod key;
pub mod login;
pub mod model;
pub mod predict;
pub mod project;
pub mod requests;
pub mod role;
pub mod service;
pub mod sign;
pub mod user;
pub mod whoami;
