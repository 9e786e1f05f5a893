//! An endpoint: a function from a call to an answer, whose types also write its page in the OpenAPI document.
//!
//! Five kinds, told apart by what the function takes, so that none can forget what it owes:
//!
//! - [`OpenCall`]: anybody may call it (discovery, signing in, health).
//! - [`Call`]: the caller is known, the project of the path is theirs, the row's action is permitted, and the body, where
//!   the signature covers it, is the one that was signed. Nothing else makes a [`Call`].
//! - [`Streamed`]: the same, but the body has not been read: the function must finish the proof itself.
//! - [`ReadCall`]: somebody who can call APIs is known, a user or an app. They read what is their own.
//! - [`Forwarded`]: nothing is known of it here. It is the gateway's to decide, and only the Prediction tab's door takes it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::response::Response;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

use crate::call::{Call, Forwarded, OpenCall, Payload, Streamed};
use crate::failure::{Failure, OperationResult};
use crate::heading::{Heading, Kind};
use crate::ignored::{Ignored, Reads};
use crate::marks::{failed, mark};
use crate::page::Page;
use crate::read_call::ReadCall;
use crate::shared::Shared;

/// A boxed future: the control plane can afford it.
pub(crate) type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A function that answers calls. `Marker` only tells the implementations apart.
pub(crate) trait Endpoint<Marker>: Clone + Send + Sync + 'static {
    /// What it owes.
    const KIND: Kind;
    /// Answers one request.
    fn answer(self, shared: Arc<Shared>, heading: Arc<Heading>, request: Request<HttpBody>) -> Answering;
    /// Writes its page.
    fn describe(page: &mut Page);
}

/// What a function takes first, and how that comes to be: what a call of its kind owes is done here.
pub(crate) trait Admit: Sized + Send + 'static {
    /// What it owes.
    const KIND: Kind;
    /// Makes it of a request that owes nothing more.
    fn admit(
        shared: Arc<Shared>,
        heading: &Arc<Heading>,
        request: Request<HttpBody>,
    ) -> impl Future<Output = OperationResult<Self>> + Send;
    /// The address and the body, as far as they are there for the function to read; nothing where all goes on as it came.
    fn sent(&self) -> Option<(&Uri, &[u8])>;
    /// Describes its body, where the function reads that itself.
    fn describe(page: &mut Page);
}

impl Admit for OpenCall {
    const KIND: Kind = Kind::Open;
    async fn admit(
        shared: Arc<Shared>,
        _: &Arc<Heading>,
        request: Request<HttpBody>,
    ) -> OperationResult<Self> {
        OpenCall::admit(shared, request).await
    }
    fn sent(&self) -> Option<(&Uri, &[u8])> {
        Some((self.payload.uri(), self.payload.body()))
    }
    fn describe(_: &mut Page) {}
}

impl Admit for Call {
    const KIND: Kind = Kind::Called;
    async fn admit(
        shared: Arc<Shared>,
        heading: &Arc<Heading>,
        request: Request<HttpBody>,
    ) -> OperationResult<Self> {
        Call::admit(shared, heading, request).await
    }
    fn sent(&self) -> Option<(&Uri, &[u8])> {
        Some((self.payload.uri(), self.payload.body()))
    }
    fn describe(_: &mut Page) {}
}

impl Admit for ReadCall {
    const KIND: Kind = Kind::Read;
    async fn admit(
        shared: Arc<Shared>,
        _: &Arc<Heading>,
        request: Request<HttpBody>,
    ) -> OperationResult<Self> {
        ReadCall::admit(shared, request).await
    }
    fn sent(&self) -> Option<(&Uri, &[u8])> {
        Some((self.payload.uri(), self.payload.body()))
    }
    fn describe(_: &mut Page) {}
}

impl Admit for Streamed {
    const KIND: Kind = Kind::Called;
    async fn admit(
        shared: Arc<Shared>,
        heading: &Arc<Heading>,
        request: Request<HttpBody>,
    ) -> OperationResult<Self> {
        Streamed::admit(shared, heading, request).await
    }
    fn sent(&self) -> Option<(&Uri, &[u8])> {
        // It reads the body itself.
        Some((&self.parts.uri, &[]))
    }
    fn describe(page: &mut Page) {
        page.streams();
    }
}

impl Admit for Forwarded {
    const KIND: Kind = Kind::Forwarded;
    async fn admit(
        shared: Arc<Shared>,
        _: &Arc<Heading>,
        request: Request<HttpBody>,
    ) -> OperationResult<Self> {
        Ok(Forwarded::new(shared, request))
    }
    fn sent(&self) -> Option<(&Uri, &[u8])> {
        None
    }
    fn describe(page: &mut Page) {
        page.streams();
    }
}

/// What has been read whole before the function sees it.
pub(crate) trait ReadWhole: Admit {
    /// Its query and its body.
    fn payload(&self) -> &Payload;
}

impl ReadWhole for OpenCall {
    fn payload(&self) -> &Payload {
        &self.payload
    }
}

impl ReadWhole for Call {
    fn payload(&self) -> &Payload {
        &self.payload
    }
}

impl<F, Fut, C, O> Endpoint<(C, O)> for F
where
    F: Fn(C) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = OperationResult<O>> + Send + 'static,
    C: Admit,
    O: Output,
{
    const KIND: Kind = C::KIND;
    fn answer(self, shared: Arc<Shared>, heading: Arc<Heading>, request: Request<HttpBody>) -> Answering {
        Box::pin(async move {
            let outcome = async {
                let call = C::admit(shared, &heading, request).await?;
                let ignored = ignored(&call, &heading, Reads::NOTHING)?;
                Ok((self(call).await, ignored))
            };
            finish(&heading, outcome.await)
        })
    }
    fn describe(page: &mut Page) {
        C::describe(page);
        O::describe(page);
    }
}

impl<F, Fut, C, I, O> Endpoint<(C, I, O)> for F
where
    F: Fn(C, I) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = OperationResult<O>> + Send + 'static,
    C: ReadWhole,
    I: Input,
    O: Output,
{
    const KIND: Kind = C::KIND;
    fn answer(self, shared: Arc<Shared>, heading: Arc<Heading>, request: Request<HttpBody>) -> Answering {
        Box::pin(async move {
            let outcome = async {
                let call = C::admit(shared, &heading, request).await?;
                let input = I::read(call.payload())?;
                let ignored = ignored(&call, &heading, I::READS)?;
                Ok((self(call, input).await, ignored))
            };
            finish(&heading, outcome.await)
        })
    }
    fn describe(page: &mut Page) {
        I::describe(page);
        O::describe(page);
    }
}

/// An outcome as an answer. A failure travels on as an extension, so that the one place that knows the request id can put it
/// into the dialect's envelope.
fn finish<O: Output>(
    heading: &Arc<Heading>,
    outcome: OperationResult<(OperationResult<O>, Ignored)>,
) -> Response {
    let answer = match outcome {
        Ok((given, ignored)) => {
            let answered = given.and_then(|given| given.answer(heading.status));
            let mut answer = answered.unwrap_or_else(failed);
            ignored.note(&mut answer);
            answer
        }
        Err(failure) => failed(failure),
    };
    mark(answer, heading)
}

/// What of the request counts for nothing.
fn ignored<C: Admit>(call: &C, heading: &Heading, reads: Reads) -> OperationResult<Ignored> {
    match call.sent() {
        Some((uri, body)) => Ignored::of(heading, uri, body, reads),
        None => Ok(Ignored::default()),
    }
}

/// What an endpoint reads of the request beside its path.
pub(crate) trait Input: Sized + Send {
    /// What it reads.
    const READS: Reads;
    /// Reads it, or says which field is wrong.
    fn read(payload: &Payload) -> OperationResult<Self>;
    /// Describes it.
    fn describe(page: &mut Page);
}

/// Nothing.
impl Input for () {
    const READS: Reads = Reads::NOTHING;
    fn read(_: &Payload) -> OperationResult<Self> {
        Ok(())
    }
    fn describe(_: &mut Page) {}
}

/// The query. Unknown parameters are an error where the type says so (`deny_unknown_fields`).
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned + IntoParams + Send> Input for Query<T> {
    const READS: Reads = Reads {
        query: true,
        body: false,
    };
    fn read(payload: &Payload) -> OperationResult<Self> {
        payload.query().map(Query)
    }
    fn describe(page: &mut Page) {
        page.parameters(T::into_params(|| Some(ParameterIn::Query)));
        #[cfg(test)]
        page.reads.push(|payload| payload.query::<T>().err());
    }
}

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned + ToSchema + Send> Input for Body<T> {
    const READS: Reads = Reads {
        query: false,
        body: true,
    };
    fn read(payload: &Payload) -> OperationResult<Self> {
        payload.json().map(Body)
    }
    fn describe(page: &mut Page) {
        page.takes::<T>();
        #[cfg(test)]
        page.reads.push(|payload| payload.json::<T>().err());
    }
}

impl<A: Input, B: Input> Input for (A, B) {
    const READS: Reads = Reads {
        query: A::READS.query || B::READS.query,
        body: A::READS.body || B::READS.body,
    };
    fn read(payload: &Payload) -> OperationResult<Self> {
        Ok((A::read(payload)?, B::read(payload)?))
    }
    fn describe(page: &mut Page) {
        A::describe(page);
        B::describe(page);
    }
}

/// What an endpoint gives.
pub(crate) trait Output: Send {
    /// The answer, with the row's status.
    fn answer(self, status: StatusCode) -> OperationResult<Response>;
    /// Describes it.
    fn describe(page: &mut Page);
}

/// A JSON body.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: Serialize + ToSchema + Send> Output for Json<T> {
    fn answer(self, status: StatusCode) -> OperationResult<Response> {
        let text = serde_json::to_vec(&self.0).map_err(Failure::defect)?;
        let mut answer = Response::new(HttpBody::from(text));
        *answer.status_mut() = status;
        answer
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(answer)
    }
    fn describe(page: &mut Page) {
        page.gives::<T>();
    }
}

/// No body.
impl Output for () {
    fn answer(self, status: StatusCode) -> OperationResult<Response> {
        let mut answer = Response::new(HttpBody::empty());
        *answer.status_mut() = status;
        Ok(answer)
    }
    fn describe(page: &mut Page) {
        page.gives_nothing();
    }
}

/// No body, with headers of its own.
pub(crate) struct Bare(pub(crate) http::HeaderMap);

impl Output for Bare {
    fn answer(self, status: StatusCode) -> OperationResult<Response> {
        let mut answer = ().answer(status)?;
        answer.headers_mut().extend(self.0);
        Ok(answer)
    }
    fn describe(page: &mut Page) {
        page.gives_nothing();
    }
}

/// Something of its own making; the function sets the status.
impl Output for Response {
    fn answer(self, _: StatusCode) -> OperationResult<Response> {
        Ok(self)
    }
    fn describe(page: &mut Page) {
        page.gives_bytes();
    }
}

/// Server-sent events, for as long as the caller listens.
pub(crate) struct Events(pub(crate) Response);

impl Output for Events {
    fn answer(self, _: StatusCode) -> OperationResult<Response> {
        let mut answer = self.0;
        let kind = HeaderValue::from_static("text/event-stream");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        Ok(answer)
    }
    fn describe(page: &mut Page) {
        page.gives_events();
    }
}

/// A JSON body with headers of its own, such as `X-Subject-Token`.
pub(crate) struct WithHeaders<T>(pub(crate) T, pub(crate) http::HeaderMap);

impl<T: Serialize + ToSchema + Send> Output for WithHeaders<T> {
    fn answer(self, status: StatusCode) -> OperationResult<Response> {
        let mut answer = Json(self.0).answer(status)?;
        answer.headers_mut().extend(self.1);
        Ok(answer)
    }
    fn describe(page: &mut Page) {
        page.gives::<T>();
    }
}
