//! The second door: how the control plane hands the Prediction tab's calls to the gateway. The gateway implements the
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

/// A body on its way through the door, either way; it streams.
pub type ConsoleBody =
    Pin<Box<dyn http_body::Body<Data = Bytes, Error = Box<dyn Error + Send + Sync>> + Send>>;

/// A call from the Prediction tab.
pub struct ConsoleCall {
    /// The head as it was sent to the management address: what a signature covers. The door takes out what is the
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
    pub body: ConsoleBody,
}

/// Who calls at the door.
pub enum Visitor {
    /// Whoever the credentials in the head show. The gateway verifies them, as at the API address.
    Credentials,
    /// The signed-in user of a console session: its cookie is the control plane's, which has verified it.
    Session(Caller),
}

/// The answer, as the pipeline gave it, with the id that it already shows in `X-Request-Id`.
pub struct ConsoleAnswer {
    /// The request's id.
    pub request: RequestId,
    /// The answer.
    pub response: http::Response<ConsoleBody>,
}

/// Runs calls through the pipeline, with the door's own limits. Refusals are answers in the gateway's envelope.
pub trait ConsoleDoor: Send + Sync {
    /// One call. Dropping the future, or the answer's body, is what a client that leaves does.
    fn call(&self, call: ConsoleCall) -> Pin<Box<dyn Future<Output = ConsoleAnswer> + Send + '_>>;
}
