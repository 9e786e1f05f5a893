//! The verbs of the server itself, one file each: its arguments, and what it does with them.

pub(crate) mod backup;
pub(crate) mod completion;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod health;
mod installation;
pub(crate) mod keeper;
pub(crate) mod man;
pub(crate) mod master_key;
pub(crate) mod offline_password;
pub(crate) mod package_check;
pub(crate) mod reference;
pub(crate) mod restore;
pub(crate) mod serve;
