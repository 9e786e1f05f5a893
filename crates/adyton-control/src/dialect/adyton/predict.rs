//! `…/services/{service_id}/predict/{path}`: the Prediction tab's door. Any method goes to the service as the signed-in user,
//! through the gateway's own pipeline; refusals here are in the gateway's envelope too.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::digest::Sha256;
use adyton_core::evidence::Evidence;
use adyton_core::id::ServiceId;
use adyton_core::rejection::Rejection;
use adyton_identity::{ConsoleBody, ConsoleCall};
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};

use crate::call::{Call, Streamed, check_declared};
use crate::failure::{Failure, Outcome};

/// How long the body of a signed call may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Any method, any path below `predict`.
pub(crate) async fn predict(mut streamed: Streamed) -> Outcome<Response> {
    let peer = streamed.peer();
    let (method, uri) = (streamed.parts.method.clone(), streamed.parts.uri.clone());
    let (call, body) = if streamed.owes_proof() {
        let body = std::mem::take(&mut streamed.body);
        let whole = whole(body, streamed.plane.settings.prediction_tab_body).await?;
        let call = streamed.prove(Sha256::of(&whole), &whole)?;
        (call, boxed(Full::new(whole)))
    } else {
        let (call, body, _) = streamed.without_body()?;
        (call, boxed(body))
    };
    let service = service(&call)?;
    let answer = call
        .plane
        .door
        .call(ConsoleCall {
            service,
            method,
            path_and_query: below(uri.path(), uri.query()),
            headers: call.headers.clone(),
            caller: call.caller.clone(),
            peer,
            body,
        })
        .await;
    let mut response = answer.response.map(Body::new);
    // The door names the record in the journal; should an answer not say so itself, it is said here.
    let id = answer.request.to_string();
    if let Ok(value) = id.parse() {
        response
            .headers_mut()
            .entry(crate::envelope::REQUEST_ID)
            .or_insert(value);
    }
    Ok(response)
}

/// The service of the path. One of another project looks like none; an unknown one is the pipeline's to refuse, so that the
/// journal has it.
fn service(call: &Call) -> Outcome<ServiceId> {
    let text = call.text("service_id");
    let id = ServiceId::parse(text.as_bytes()).ok_or_else(|| refused(Reason::RouteMalformedServiceId))?;
    let project = call.project()?;
    match call.live.service(id) {
        Some(found) if found.service.project != project => Err(refused(Reason::RouteNoSuchService)),
        Some(_) | None => Ok(id),
    }
}

fn refused(reason: Reason) -> Failure {
    Failure::Unauthenticated(Box::new(Rejection::new(reason, Evidence::None)))
}

/// What follows `…/predict`, as sent, with the query.
fn below(path: &str, query: Option<&str>) -> String {
    // `/adyton/v1/{project}/services/{service}/predict` has seven slashes before what follows.
    let rest = path.splitn(8, '/').nth(7).unwrap_or_default();
    match query {
        Some(query) => format!("/{rest}?{query}"),
        None => format!("/{rest}"),
    }
}

async fn whole(body: Body, limit: u64) -> Outcome<Bytes> {
    check_declared(&body, limit)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    match tokio::time::timeout(BODY_TIME, Limited::new(body, limit).collect()).await {
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(refused(Reason::BodyTooLarge)),
        Ok(Err(_)) => Err(refused(Reason::BodyBroken)),
        Err(_) => Err(refused(Reason::BodyTooSlow)),
    }
}

fn boxed<B>(body: B) -> ConsoleBody
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    Box::pin(body.map_err(Into::into))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_below_goes_on_as_it_was_sent() {
        let base = "/adyton/v1/p/services/s/predict";
        assert_eq!(below(base, None), "/");
        assert_eq!(below(&format!("{base}/"), None), "/");
        assert_eq!(below(&format!("{base}/a%2Fb//c"), Some("n=3")), "/a%2Fb//c?n=3");
    }
}
