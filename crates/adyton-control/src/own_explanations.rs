//! Callers' questions about their own requests that came in at the gateway's listener: answered by the same row of the table as those
//! of this listener, on this runtime's threads.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use adyton_identity::{ExplanationCall, OwnExplanations};
use axum::Router;
use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use tokio::runtime::Handle;
use tower_service::Service as _;

use crate::remote::Remote;

/// Answers what the gateway hands over.
pub(crate) struct Explanations {
    pub(crate) router: Router,
    /// Where it is answered: the gateway's threads have other work.
    pub(crate) runtime: Handle,
}

impl OwnExplanations for Explanations {
    fn explain(&self, call: ExplanationCall) -> Pin<Box<dyn Future<Output = Response<Bytes>> + Send + '_>> {
        let ExplanationCall {
            head,
            source,
            peer,
            private,
        } = call;
        let mut request = Request::from_parts(head, Body::empty());
        request.extensions_mut().insert(Remote {
            peer: SocketAddr::new(peer, 0),
            address: source,
            private,
            https: false,
            is_own: false,
        });
        let mut router = self.router.clone();
        let answering = self.runtime.spawn(async move {
            let answer = match router.call(request).await {
                Ok(answer) => answer,
                Err(never) => match never {},
            };
            let (head, body) = answer.into_parts();
            let body = body.collect().await.map(|whole| whole.to_bytes());
            Response::from_parts(head, body.unwrap_or_default())
        });
        Box::pin(async move {
            answering.await.unwrap_or_else(|_| {
                // The control plane has stopped.
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response
            })
        })
    }
}
