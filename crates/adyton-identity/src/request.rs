//! What identity needs to see of a request.

use std::net::IpAddr;

use adyton_sign::{EncodedSlash, Head};

/// What a request is sent to, as far as advice about its credentials goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// An API of the gateway.
    Api,
    /// The Prediction tab's door, which is for users.
    PredictionTab,
    /// A management API.
    Management,
}

/// A request whose caller is to be found.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The head, as it was sent.
    pub head: Head<'a>,
    /// Where it comes from; lock-outs are per key and source.
    pub source: IpAddr,
    /// Whether nobody can listen in: TLS, or a loopback listener. AppCodes and key pairs want it.
    pub private: bool,
    /// Whether a body may follow. `false` when the length is 0 or there is none: then a signature is proven at once.
    pub has_body: bool,
    /// What `%2F` in the path is (`gateway.keep_encoded_slash`).
    pub slash: EncodedSlash,
}

impl Request<'_> {
    /// Told by the path as the client sent it. Advice only: what counts is what the address accepts.
    pub(crate) fn place(&self) -> Place {
        let mut segments = self.head.path.split('/').skip(1);
        match (segments.next(), segments.next()) {
            (Some("adyton"), _) if segments.nth(3) == Some("predict") => Place::PredictionTab,
            (Some("v1"), Some("infers")) => Place::Api,
            (Some("adyton" | "v1" | "v2" | "v3" | "v3.0"), _) => Place::Management,
            _ => Place::Api,
        }
    }
}
