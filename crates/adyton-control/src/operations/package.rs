//! Uploaded packages: whose they are, and when they go.
//!
//! A package is named by its content, so two projects may upload the same. Who may use one is kept as a small file
//! `uploads/<project>/<digest>` in the data folder: `package://` resolves only for the project that uploaded it. Once a model was
//! imported from it the file goes, and the model says the same.

pub(crate) mod sweep;
pub(crate) mod upload;
