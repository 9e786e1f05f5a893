//! API Gateway's management API, version 2: apps, their codes and what they are authorised for (API Gateway API Reference v2).

pub(crate) mod apis;
pub(crate) mod app_auths;
pub(crate) mod app_codes;
pub(crate) mod apps;
pub(crate) mod errors;
pub(crate) mod instance;
pub(crate) mod shapes;
