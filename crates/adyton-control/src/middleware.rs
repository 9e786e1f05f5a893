//! What happens around every call: it gets an id, its failure gets the envelope of its surface, a defect becomes an answer, and
//! it is logged once, and where it changed something or was refused it is noted in the audit trail.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use adyton_core::address;
use adyton_core::catalogue::Surface;
use adyton_core::header::{X_ADYTON_IGNORED, X_ADYTON_REASON, X_REQUEST_ID, retry_after_seconds};
use adyton_core::id::RequestId;
use adyton_core::shown::quoted;
use adyton_identity::Accepts;
use adyton_identity::policy::has_role;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt;
use http::{HeaderValue, Method, header};

use crate::admission::seen;
use crate::audit::{Draft, Ended};
use crate::dialect;
use crate::failure::{Failure, NoSuchAddress};
use crate::heading::Access;
use crate::marks::{Answered, FailedAnswer, failed};
use crate::refused;
use crate::remote::Remote;
use crate::shared::Shared;
use crate::table::{Methods, Table};
use crate::unread;

/// How much of a path the log repeats, in characters.
const PATH_MOST: usize = 256;

/// How much of a method that nobody knows a refusal repeats, in characters.
const METHOD_MOST: usize = 16;

/// The router with everything around it.
pub(crate) fn application(table: &Table, shared: &Arc<Shared>) -> Router {
    let known = Arc::new(Fallback {
        methods: table.methods(),
        shared: shared.clone(),
    });
    let of_methods = known.clone();
    table
        .router(shared)
        .fallback(move |request: Request| async move { known.no_such_address(&request) })
        .method_not_allowed_fallback(move |request: Request| async move { of_methods.wrong_method(&request) })
        .layer(from_fn_with_state(shared.clone(), around))
}

async fn around(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let id = shared.request_id();
    let started = shared.clock.monotonic();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(id);
    let draft = Arc::new(Draft::default());
    request.extensions_mut().insert(draft.clone());
    // What came in at the gateway's listener brings its own, and is not judged by the names of this one.
    let handed_over = request.extensions().get::<Remote>().copied();
    let admitted = match handed_over {
        Some(_) => Ok(()),
        None => {
            let remote = Remote::of(&request, &shared.settings().trusted_proxies);
            request.extensions_mut().insert(remote);
            shared.perimeter().admit(&request)
        }
    };
    let remote = request.extensions().get::<Remote>().copied();
    let over_limit = unread::over_limit(&request, id);
    let answer = match (over_limit, admitted) {
        (Some(refusal), _) => refusal,
        (None, Ok(())) => AssertUnwindSafe(next.run(request))
            .catch_unwind()
            .await
            .unwrap_or_else(|_| failed(Failure::defect("a call panicked"))),
        (None, Err(failure)) => failed(failure),
    };
    let (row, failure) = (
        answer.extensions().get::<Answered>().cloned(),
        answer.extensions().get::<FailedAnswer>().cloned(),
    );
    let why = failure
        .as_ref()
        .map_or_else(String::new, |FailedAnswer(failure)| refused::summary(failure));
    let answer = settle(answer, &path, id);
    let ended = Ended {
        id,
        at: shared.clock.now(),
        method: &method,
        path: &path,
        address: remote.map(|remote| remote.address),
        row: row.as_ref().map(|Answered(row)| &**row),
        failure: failure.as_ref().map(|FailedAnswer(failure)| &**failure),
        answer: &answer,
        live: &shared.live(),
    };
    shared.audit.note(&ended, &draft, shared.clock.monotonic());
    // Probes say nothing, and would bury what people look for.
    if !address::is_probe(&path) {
        let took = shared.clock.monotonic().saturating_sub(started);
        log(&method, &path, &answer, took, id, &why);
    }
    answer
}

/// Puts a failure into its envelope, and the request id into the headers.
fn settle(mut answer: Response, path: &str, id: RequestId) -> Response {
    let row = answer.extensions_mut().remove::<Answered>();
    if let Some(FailedAnswer(failure)) = answer.extensions_mut().remove::<FailedAnswer>() {
        if let Failure::Defect(what) = &*failure {
            tracing::error!(request.id = %id, "a management call failed: {what}");
        }
        if let Failure::NoSpace(what) | Failure::Storage(what) = &*failure {
            tracing::warn!(request.id = %id, "a management call failed because of the storage: {what}");
        }
        let surface = match &row {
            // Callers are told of their credentials what a call is told.
            Some(row) if row.0.access == Access::AnyCaller && failure.is_of_credentials() => Surface::Gateway,
            Some(row) => row.0.surface,
            None => address::surface(path),
        };
        let ignored = answer.headers_mut().remove(X_ADYTON_IGNORED);
        answer = dialect::refuse(surface, &failure, id);
        if let Some(names) = ignored {
            answer.headers_mut().insert(X_ADYTON_IGNORED, names);
        }
        if let Some(after) = failure.retry_after() {
            let seconds = HeaderValue::from(retry_after_seconds(after));
            answer.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        if let Failure::WrongMethod { allowed, .. } = &*failure
            && let Ok(allowed) = HeaderValue::from_str(allowed)
        {
            answer.headers_mut().insert(header::ALLOW, allowed);
        }
    }
    let headers = answer.headers_mut();
    if !headers.contains_key(X_REQUEST_ID)
        && let Ok(value) = HeaderValue::from_str(&id.to_hex())
    {
        headers.insert(X_REQUEST_ID, value);
    }
    // Answers hold tokens, secrets, and what only some may see.
    if row.is_none_or(|row| row.0.access != Access::Anyone || row.0.surface == Surface::Iam) {
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    headers
        .entry(header::X_CONTENT_TYPE_OPTIONS)
        .or_insert(HeaderValue::from_static("nosniff"));
    answer
}

/// One line a call. The path holds ids, never secrets; the query stays out.
fn log(method: &Method, path: &str, answer: &Response, took: std::time::Duration, id: RequestId, why: &str) {
    let reason = answer
        .headers()
        .get(X_ADYTON_REASON)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let path = quoted(path, PATH_MOST);
    tracing::info!(
        request.id = %id,
        method = %method,
        path = %path,
        status = answer.status().as_u16(),
        reason,
        why,
        took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "management call"
    );
}

/// Answers what no row of the table does.
struct Fallback {
    methods: Arc<Methods>,
    shared: Arc<Shared>,
}

impl Fallback {
    fn no_such_address(&self, request: &Request) -> Response {
        self.note_caller(request);
        let path = request.uri().path();
        failed(Failure::NoSuchAddress(NoSuchAddress::of(&self.methods, path)))
    }

    /// The address is there, and takes other methods.
    fn wrong_method(&self, request: &Request) -> Response {
        let matched = request.extensions().get::<MatchedPath>();
        match matched.and_then(|path| self.methods.get(path.as_str())) {
            Some(allowed) => {
                self.note_caller(request);
                failed(Failure::WrongMethod {
                    sent: quoted(request.method().as_str(), METHOD_MOST),
                    allowed: allowed.iter().copied().collect::<Vec<_>>().join(", "),
                })
            }
            None => self.no_such_address(request),
        }
    }

    /// Notes who calls, where the head tells, so that they and their project can read why it was refused. Nothing is decided by it.
    fn note_caller(&self, request: &Request) {
        let Ok(remote) = Remote::noted_in(request.extensions()) else {
            return;
        };
        let live = self.shared.live();
        let seen = seen(request.method(), request.uri(), request.headers(), remote, true);
        if let Ok(standing) = self.shared.identity.identify(&live, &Accepts::MANAGEMENT, &seen) {
            let caller = standing.claimed();
            let audit = Draft::in_extensions(request.extensions());
            audit.caller(caller, request.headers(), standing.is_proven());
            let project = address::project(request.uri().path());
            audit.project(project.filter(|project| has_role(&live, caller, *project)));
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn bare() -> Response {
        Response::new(Body::empty())
    }

    #[test]
    fn every_answer_carries_the_request_id_and_a_failure_its_envelope() {
        let id = RequestId::from_bits(7);
        assert_eq!(
            settle(bare(), "/docs", id).headers()["x-request-id"],
            id.to_string()
        );
        let answer = settle(failed(Failure::defect("the disk is full")), "/v1/p/models", id);
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["x-adyton-reason"], "modelarts.internal");
    }
}
