//! The dialects: request ↔ operation ↔ response. They translate and decide nothing.
//!
//! One endpoint a file (or one small group that shares its types), and one `errors.rs` a dialect. To add an endpoint: a
//! function here, an operation in `operations/`, a line in `routes.rs`.

pub(crate) mod adyton;
pub(crate) mod apig;
pub(crate) mod door;
pub(crate) mod iam;
pub(crate) mod modelarts;

use adyton_core::address::{self, Family};
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::failure::Failure;

/// Whose manners an address has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    /// Identity and Access Management: Keystone's envelope.
    Iam,
    /// ModelArts management.
    ModelArts,
    /// API Gateway management.
    Apig,
    /// Adyton's own API.
    Adyton,
    /// The Prediction tab's door: the gateway's envelope.
    Door,
}

impl Dialect {
    /// The tag in the OpenAPI document.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Dialect::Iam => "IAM",
            Dialect::ModelArts => "ModelArts",
            Dialect::Apig => "APIG",
            Dialect::Adyton | Dialect::Door => "Adyton",
        }
    }
    /// The dialect of an address that no row of the table has.
    pub(crate) fn of_path(path: &str) -> Self {
        match address::family(path) {
            Family::Iam => Dialect::Iam,
            Family::ModelArts => Dialect::ModelArts,
            Family::Apig => Dialect::Apig,
            Family::Adyton => Dialect::Adyton,
        }
    }
    /// The answer for `failure` in this dialect's envelope.
    pub(crate) fn refuse(self, failure: &Failure, request: RequestId) -> Response {
        match self {
            Dialect::Iam => iam::errors::answer(failure, request),
            Dialect::ModelArts => modelarts::errors::answer(failure, request),
            Dialect::Apig => apig::errors::answer(failure, request),
            Dialect::Adyton => adyton::errors::answer(failure, request),
            Dialect::Door => door::answer(request),
        }
    }
}

#[cfg(test)]
mod tests;
