//! `…/services/{service_id}/predict/{path}`: the Prediction tab's door. Any method goes to the service as the signed-in user,
//! through the gateway's own pipeline. Nothing is decided here, so that each refusal is the pipeline's, with a record; but who is
//! signed in at the console this listener alone knows.

use std::net::SocketAddr;

use adyton_core::address;
use adyton_core::id::ProjectId;
use adyton_identity::{Accepts, TabCall, Visitor, session};
use axum::body::Body;
use axum::response::Response;
use http_body_util::BodyExt;

use crate::admission::seen_of;
use crate::call::Forwarded;
use crate::failure::OperationResult;
use crate::remote::Remote;

/// Any method, any path below `predict`.
pub(crate) async fn predict(call: Forwarded) -> OperationResult<Response> {
    let remote = call.remote()?;
    let visitor = visitor(&call, remote)?;
    let peer = SocketAddr::new(remote.address, remote.peer.port());
    let Forwarded { shared, parts, body } = call;
    let Address {
        project,
        service,
        path_and_query,
    } = Address::of(parts.uri.path(), parts.uri.query());
    let answer = shared
        .prediction_tab
        .call(TabCall {
            head: parts,
            project,
            service,
            path_and_query,
            visitor,
            peer,
            body: Box::pin(body.map_err(Into::into)),
        })
        .await;
    let mut response = answer.response.map(Body::new);
    // The door names the record in the journal; should an answer not say so itself, it is said here.
    let id = answer.request.to_string();
    if let Ok(value) = id.parse() {
        response
            .headers_mut()
            .entry(adyton_core::header::X_REQUEST_ID)
            .or_insert(value);
    }
    Ok(response)
}

/// Who calls: the user of the console's session, else whoever the gateway finds by the credentials.
fn visitor(call: &Forwarded, remote: Remote) -> OperationResult<Visitor> {
    if !session::decides(&call.parts.headers) {
        return Ok(Visitor::Credentials);
    }
    let live = call.shared.live();
    let seen = seen_of(&call.parts, remote, false);
    let standing = call
        .shared
        .identity
        .identify(&live, &Accepts::MANAGEMENT, &seen)?;
    Ok(Visitor::Session(standing.claimed().clone()))
}

/// The door's address, taken apart as it was sent: the pipeline decodes.
struct Address {
    project: Option<ProjectId>,
    service: String,
    path_and_query: String,
}

impl Address {
    /// Takes `/adyton/v1/{project}/services/{service}/predict{below}` apart.
    fn of(path: &str, query: Option<&str>) -> Self {
        let (project, service, below) = address::split_tab(path);
        let below = below.strip_prefix('/').unwrap_or_default();
        Self {
            project: ProjectId::parse(project.as_bytes()),
            service: service.to_owned(),
            path_and_query: match query {
                Some(query) => format!("/{below}?{query}"),
                None => format!("/{below}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_goes_on_as_it_was_sent() {
        let project = ProjectId::from_bits(7);
        let base = format!("/adyton/v1/{project}/services/s%20s/predict");
        let below = |path: &str, query| Address::of(path, query).path_and_query;
        assert_eq!(below(&base, None), "/");
        assert_eq!(below(&format!("{base}/"), None), "/");
        assert_eq!(below(&format!("{base}/a%2Fb//c"), Some("n=3")), "/a%2Fb//c?n=3");
        let address = Address::of(&base, None);
        assert_eq!((address.project, &*address.service), (Some(project), "s%20s"));
        assert_eq!(Address::of("/adyton/v1/p/services/s/predict", None).project, None);
    }
}
