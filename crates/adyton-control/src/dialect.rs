//! The dialects: request ↔ operation ↔ response. They translate, and check the form of what was
//! sent; what is allowed, and what happens, is decided in `operations/`.
//!
//! One endpoint a file (or one small group that shares its types), and one `errors.rs` a dialect. To add an endpoint: a
//! function here, an operation in `operations/`, a line in `routes.rs`.

pub(crate) mod adyton;
pub(crate) mod apig;
pub(crate) mod door;
pub(crate) mod iam;
pub(crate) mod modelarts;

use adyton_core::id::RequestId;
use axum::response::Response;

use crate::failure::Failure;
use crate::heading::Dialect;

/// The answer for `failure` in the envelope of a dialect.
pub(crate) fn refuse(dialect: Dialect, failure: &Failure, request: RequestId) -> Response {
    match dialect {
        Dialect::Iam => iam::errors::answer(failure, request),
        Dialect::ModelArts => modelarts::errors::answer(failure, request),
        Dialect::Apig => apig::errors::answer(failure, request),
        Dialect::Adyton => adyton::errors::answer(failure, request),
        Dialect::Door => door::answer(request),
    }
}

#[cfg(test)]
mod tests;
