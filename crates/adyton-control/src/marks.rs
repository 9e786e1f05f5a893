//! What an answer carries on its way to the middleware, which alone knows the request id: the row that made it, and a failure that
//! is to get its envelope.

use std::sync::Arc;

use axum::body::Body;
use axum::response::Response;
use http::StatusCode;

use crate::failure::Failure;
use crate::heading::Heading;

/// The row that answered.
#[derive(Clone)]
pub(crate) struct Answered(pub(crate) Arc<Heading>);

/// Marks an answer with the row that made it.
pub(crate) fn mark(mut answer: Response, heading: &Arc<Heading>) -> Response {
    answer.extensions_mut().insert(Answered(heading.clone()));
    answer
}

/// A failure on its way to the envelope.
#[derive(Clone)]
pub(crate) struct FailedAnswer(pub(crate) Arc<Failure>);

/// An empty answer that carries `failure`.
pub(crate) fn failed(failure: Failure) -> Response {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer.extensions_mut().insert(FailedAnswer(Arc::new(failure)));
    answer
}
