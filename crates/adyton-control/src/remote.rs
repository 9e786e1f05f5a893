//! Where a request comes from.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use adyton_core::source::{AddressRange, forwarded};
use axum::body::Body;
use http::request::Parts;
use http::{Extensions, Request};

use crate::failure::{Failure, OperationResult};

/// The caller's address; the listener puts it into every request.
#[derive(Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Where a request comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Remote {
    /// The other end of the connection.
    pub(crate) peer: SocketAddr,
    /// The caller's address: the peer's, or what a trusted proxy says. Failures are counted by it.
    pub(crate) address: IpAddr,
    /// Whether nobody can listen in: this listener is private, the gateway's may not be.
    pub(crate) private: bool,
    /// Whether the caller came by HTTPS, as a trusted proxy says.
    pub(crate) https: bool,
    /// Whether it came in at this listener. The console's cookie counts nowhere else.
    pub(crate) is_own: bool,
}

impl Remote {
    /// Finds the caller's address. `X-Forwarded-For` counts only from a trusted proxy: anybody can write it.
    pub(crate) fn of(request: &Request<Body>, trusted: &[AddressRange]) -> Self {
        let nowhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        let peer = request.extensions().get::<Peer>().map_or(nowhere, |peer| peer.0);
        let told = forwarded(peer.ip(), request.headers(), trusted);
        Self {
            peer,
            address: told.map_or(peer.ip().to_canonical(), |told| told.address),
            private: true,
            https: told.is_some_and(|told| told.https),
            is_own: true,
        }
    }
    /// What [`Remote::of`] found, which the middleware put into the request.
    pub(crate) fn noted(parts: &Parts) -> OperationResult<Self> {
        Self::noted_in(&parts.extensions)
    }
    /// The same of a request that is not taken apart.
    pub(crate) fn noted_in(extensions: &Extensions) -> OperationResult<Self> {
        extensions
            .get()
            .copied()
            .ok_or_else(|| Failure::defect("a request that did not come through the middleware"))
    }
}
