//! The verbs, one file each: its arguments, and what it does with them.

pub(crate) mod app;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod errors;
pub(crate) mod explain;
pub(crate) mod input;
pub(crate) mod keeper;
pub(crate) mod login;
pub(crate) mod model;
pub(crate) mod predict;
pub(crate) mod reference;
pub(crate) mod requests;
pub(crate) mod serve;
pub(crate) mod service;
pub(crate) mod sign;
pub(crate) mod whoami;
