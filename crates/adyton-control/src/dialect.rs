//! The dialects, one a surface: request ↔ operation ↔ response. They translate, and check the form of what was
//! sent; what is allowed, and what happens, is decided in `operations/`.
//!
//! One endpoint a file (or one small group that shares its types), and one `errors.rs` a dialect. To add an endpoint: a
//! function here, an operation in `operations/`, a line in `routes.rs`.

pub(crate) mod adyton;
pub(crate) mod apig;
pub(crate) mod gateway;
pub(crate) mod iam;
pub(crate) mod modelarts;

use adyton_core::catalogue::Surface;
use adyton_core::id::RequestId;
use axum::response::Response;

use crate::failure::Failure;

/// The answer for `failure` in the envelope of the surface that it is met at.
pub(crate) fn refuse(surface: Surface, failure: &Failure, request: RequestId) -> Response {
    match surface {
        Surface::Iam => iam::errors::answer(failure, request),
        Surface::ModelArts => modelarts::errors::answer(failure, request),
        Surface::Apig => apig::errors::answer(failure, request),
        Surface::Adyton => adyton::errors::answer(failure, request),
        Surface::Gateway => gateway::answer(failure, request),
    }
}

#[cfg(test)]
mod tests;
