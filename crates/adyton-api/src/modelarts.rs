//! ModelArts: what its addresses take and answer.

pub mod activity;
pub mod models;
pub mod quotas;
pub mod service_deploy;
pub mod services;
pub mod tags;
