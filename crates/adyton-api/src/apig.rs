//! API Gateway: what its management addresses take and answer.

pub mod app_auths;
pub mod app_codes;
pub mod apps;
pub mod instances;
