//! Real-time services.

pub(crate) mod activity;
pub(crate) mod check;
pub(crate) mod delete;
pub(crate) mod deploy;
pub(crate) mod rollout;
pub(crate) mod show;
pub(crate) mod status;
pub(crate) mod update;
