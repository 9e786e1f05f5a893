//! How the gateway hands callers' questions about their own requests to the control plane. The control plane implements the trait,
//! the gateway calls it, the binary connects them; they do not know each other.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use bytes::Bytes;

/// A request for the explanation of a caller's own request, which came in at the gateway's listener.
pub struct ExplanationCall {
    /// Its head, as it was sent. It has no body.
    pub head: http::request::Parts,
    /// The caller's address, behind trusted proxies.
    pub source: IpAddr,
    /// The other end of the connection.
    pub peer: IpAddr,
    /// Whether nobody can listen in on what the caller sends.
    pub private: bool,
}

/// Explains to callers what became of their own requests. The control plane implements it, the gateway calls it, so that they are
/// answered at the only listener that they may reach.
pub trait OwnExplanations: Send + Sync {
    /// The whole answer; refusals are answers.
    fn explain(
        &self,
        call: ExplanationCall,
    ) -> Pin<Box<dyn Future<Output = http::Response<Bytes>> + Send + '_>>;
}
