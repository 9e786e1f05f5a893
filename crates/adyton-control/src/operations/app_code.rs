//! AppCodes: the simple way for an app to show itself.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod show;
