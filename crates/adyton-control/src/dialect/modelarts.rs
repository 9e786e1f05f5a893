//! ModelArts' management API, version 1 (ModelArts API Reference, "Model Management" and "Service Management").

pub(crate) mod errors;
pub(crate) mod model_import;
pub(crate) mod model_shapes;
pub(crate) mod models;
pub(crate) mod quotas;
pub(crate) mod service_activity;
pub(crate) mod service_deploy;
pub(crate) mod service_shapes;
pub(crate) mod service_tags;
pub(crate) mod services;
pub(crate) mod tagged_services;
