//! Adyton's own addresses: packages, the Prediction tab's door, the journal, and what the command line asks.

pub(crate) mod audit;
pub(crate) mod catalogue;
pub(crate) mod console;
pub(crate) mod documents;
pub(crate) mod errors;
pub(crate) mod examples;
pub(crate) mod health;
pub(crate) mod live;
pub(crate) mod logs;
pub(crate) mod metrics;
pub(crate) mod overview;
pub(crate) mod own_requests;
pub(crate) mod packages;
pub(crate) mod predict;
pub(crate) mod quotas;
pub(crate) mod requests;
pub(crate) mod rollouts;
pub(crate) mod sessions;
pub(crate) mod whoami;
