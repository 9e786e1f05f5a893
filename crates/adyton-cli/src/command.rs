//! The verbs, one file each: its arguments, and what it does with them.

pub mod app;
pub mod audit;
mod call_path;
pub mod console;
pub mod contexts;
pub mod curl;
mod deleting;
pub mod errors;
pub mod explain;
pub mod input;
pub mod key;
pub mod login;
pub mod logout;
pub mod model;
pub mod predict;
pub mod project;
pub mod quota;
pub mod requests;
pub mod role;
pub mod service;
pub mod shown_as;
pub mod sign;
pub mod status;
pub mod token;
pub mod user;
pub mod version;
pub mod whoami;
