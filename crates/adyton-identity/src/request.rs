//! What identity needs to see of a request.

use std::net::IpAddr;

use adyton_core::record::Door;
use adyton_sign::{EncodedSlash, Head};

/// What a request is for, which decides by what its failures are judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// A call.
    Call,
    /// To read what became of a call: a key that is locked for calls may, since its owner wants to know why. Failures lock a
    /// second time here, so that nobody can try secrets at this door who cannot at the other.
    Explanation,
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
    /// The door of the gateway that it came in by; none is a management API. Advice only: what counts is what the address accepts.
    pub door: Option<Door>,
    /// What it is for.
    pub purpose: Purpose,
}
