//! IAM as OpenStack clients and the official SDK know it (Identity and Access Management API Reference).

pub(crate) mod credentials;
pub(crate) mod discovery;
pub(crate) mod errors;
pub(crate) mod projects;
pub(crate) mod quotas;
pub(crate) mod shapes;
pub(crate) mod tokens;
pub(crate) mod users;
