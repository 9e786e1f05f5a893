//! The second door: how the control plane hands the Prediction tab's calls to the gateway. The gateway implements the
//! trait, the control plane calls it, the binary connects them; they do not know each other.

use std::error::Error;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;

use adyton_core::id::{RequestId, ServiceId};
use bytes::Bytes;

use crate::caller::Caller;

/// A body on its way through the door, either way; it streams.
pub type ConsoleBody =
    Pin<Box<dyn http_body::Body<Data = Bytes, Error = Box<dyn Error + Send + Sync>> + Send>>;

/// A call from the Prediction tab.
pub struct ConsoleCall {
    /// The service, from the management path.
    pub service: ServiceId,
    /// The method, any.
    pub method: http::Method,
    /// Path below the API address and query, as sent, beginning with `/`: `/predictions/poetry?n=3`.
    pub path_and_query: String,
    /// The headers as sent. The door takes out what is the console's (session cookie, CSRF header, token).
    pub headers: http::HeaderMap,
    /// The signed-in user.
    pub caller: Caller,
    /// Where the call comes from.
    pub peer: SocketAddr,
    /// The body.
    pub body: ConsoleBody,
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
