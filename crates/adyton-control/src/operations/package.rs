//! Uploaded packages: whose they are, and when they go.
//!
//! A package is named by its content, so two projects may upload the same. Who may use one is kept as an empty file
//! `uploads/<project>/<digest>` in the data folder: `package://` resolves only for the project that uploaded it.

pub(crate) mod sweep;
pub(crate) mod upload;
