//! `GET /adyton/v1/requests/{id}` on the gateway's listener, and `GET /adyton/v1/audit/{id}`: callers read what became of their own
//! requests and management calls. Nothing is decided here:
//! the question goes on to the control plane, which answers it on threads of its own. It is no call of an API, so it is counted, but
//! not recorded.

use std::sync::{Arc, OnceLock};

use adyton_core::address;
use adyton_identity::{ExplanationCall, OwnExplanations};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::pipeline::answer::AnswerBody;
use crate::remote::Remote;

/// Who explains; nobody before the control plane listens.
pub(crate) type Explanations = Arc<OnceLock<Arc<dyn OwnExplanations>>>;

/// Whether a request asks for an explanation.
pub(crate) fn is_asked(method: &Method, path: &str) -> bool {
    let is_own = [address::OWN_REQUESTS, address::OWN_MANAGEMENT_CALLS]
        .iter()
        .any(|start| path.starts_with(start));
    is_own && *method == Method::GET
}

/// The answer. A body is not read: a question has none.
pub(crate) async fn answer(
    explanations: &Explanations,
    request: Request<Incoming>,
    remote: &Remote,
) -> Response<AnswerBody> {
    let Some(explains) = explanations.get() else {
        return starting();
    };
    let (head, _) = request.into_parts();
    let call = ExplanationCall {
        head,
        source: remote.address,
        peer: remote.peer,
        private: remote.private,
    };
    explains.explain(call).await.map(AnswerBody::Whole)
}

fn starting() -> Response<AnswerBody> {
    let text = r#"{"error_code":"APIG.0201","error_msg":"The server is starting: ask again in a moment"}"#;
    let mut response = Response::new(AnswerBody::Whole(Bytes::from_static(text.as_bytes())));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reads_of_one_request_are_asked_for() {
        let asked = |method: Method, path: &str| is_asked(&method, path);
        assert!(asked(
            Method::GET,
            "/adyton/v1/requests/01a2097c3fcd00000100000000000003"
        ));
        assert!(asked(
            Method::GET,
            "/adyton/v1/audit/01a2097c3fcd0000ff00000000000003"
        ));
        assert!(
            asked(Method::GET, "/adyton/v1/requests/no-id"),
            "it is answered that there is none"
        );
        assert!(!asked(
            Method::POST,
            "/adyton/v1/requests/01a2097c3fcd00000100000000000003"
        ));
        for path in [
            "/adyton/v1/requests",
            "/adyton/v1/audit",
            "/adyton/v1/p/audit/x",
            "/adyton/v1/p/requests/x",
            "/v1/infers/adyton/v1/requests/x",
        ] {
            assert!(!asked(Method::GET, path), "{path}");
        }
    }
}
