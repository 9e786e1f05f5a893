//! Authorisations: which app may call which API.

pub(crate) mod give;
pub(crate) mod show;
pub(crate) mod take;
