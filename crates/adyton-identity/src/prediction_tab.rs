//! The second way in: how the control plane hands the Prediction tab's calls to the gateway. The gateway implements the
//! trait, the control plane calls it, the binary connects them; they do not know each other.
//!
//! The control plane decides nothing about such a call: the gateway's pipeline does, in its own order, so that whatever is
//! refused has a record.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use adyton_core::id::{ProjectId, RequestId};
use bytes::Bytes;

use crate::caller::Caller;

/// A body on its way through the Prediction tab, either way; it streams.
pub type TabBody = Pin<Box<dyn http_body::Body<Data = Bytes, Error = Box<dyn Error + Send + Sync>> + Send>>;

/// A call from the Prediction tab.
pub struct TabCall {
    /// The head as it was sent to the management address: what a signature covers. The gateway takes out what is the
    /// console's (session cookie, CSRF header, token) before a model sees it.
    pub head: http::request::Parts,
    /// The project of the management path; `None` for a text that is no id, and so nobody's project.
    pub project: Option<ProjectId>,
    /// The service of the management path, as sent: perhaps no id.
    pub service: String,
    /// Path below the API address and query, as sent, beginning with `/`: `/predictions/poetry?n=3`.
    pub path_and_query: String,
    /// Who calls.
    pub visitor: Visitor,
    /// Where the call comes from.
    pub peer: SocketAddr,
    /// The body, not read yet.
    pub body: TabBody,
}

/// Who calls through the Prediction tab.
pub enum Visitor {
    /// Whoever the credentials in the head show. The gateway verifies them, as at the API address.
    Credentials,
    /// The signed-in user of a console session: its cookie is the control plane's, which has verified it.
    Session(Caller),
}

/// The answer, as the pipeline gave it, with the id that it already shows in `X-Request-Id`.
pub struct TabAnswer {
    /// The request's id.
    pub request: RequestId,
    /// The answer.
    pub response: http::Response<TabBody>,
}

/// Runs calls through the pipeline, with the tab's own limits. Refusals are answers in the gateway's envelope.
pub trait PredictionTab: Send + Sync {
    /// One call. Dropping the future, or the answer's body, is what a client that leaves does.
    fn call(&self, call: TabCall) -> Pin<Box<dyn Future<Output = TabAnswer> + Send + '_>>;
}
