//! Models: from a package to something that can be deployed.

pub(crate) mod delete;
pub(crate) mod import;
pub(crate) mod recover;
pub(crate) mod show;
pub(crate) mod source;
