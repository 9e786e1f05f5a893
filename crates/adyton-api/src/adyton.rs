//! Adyton's own addresses, below `/adyton/v1`: what they answer.

pub mod audit;
pub mod examples;
pub mod live;
pub mod logs;
pub mod metrics;
pub mod overview;
pub mod packages;
pub mod quotas;
pub mod requests;
pub mod rollouts;
pub mod sessions;
pub mod whoami;
