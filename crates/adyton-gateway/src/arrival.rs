//! A request as it arrived: its head, its body that nobody has read yet, and where it came from.

use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use adyton_core::id::ProjectId;
use adyton_core::record::Door;
use adyton_core::source::{Forwarded, forwarded};
use adyton_identity::Visitor;
use bytes::Bytes;
use http::header::EXPECT;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use crate::listener::wire::{Leftover, WireState};
use crate::settings::GatewaySettings;

/// A request, before anybody has decided anything about it. It is large and goes through many hands, so it is handed on boxed.
pub(crate) struct Arrival {
    pub(crate) head: Parts,
    pub(crate) body: Inbound,
    pub(crate) door: Entrance,
    pub(crate) source: Source,
}

/// The way in, with what only this way brings along.
pub(crate) enum Entrance {
    /// The API address.
    Address,
    /// The Prediction tab.
    PredictionTab(Box<Guest>),
}

/// What a call at the Prediction tab brings along.
pub(crate) struct Guest {
    /// The project whose services can be called: that of the management path.
    pub(crate) project: Option<ProjectId>,
    /// Who calls.
    pub(crate) visitor: Visitor,
    /// The head as it was sent, to the management address: what a signature covers.
    pub(crate) sent: Parts,
}

impl Entrance {
    pub(crate) fn door(&self) -> Door {
        match self {
            Self::Address => Door::Address,
            Self::PredictionTab(_) => Door::PredictionTab,
        }
    }
}

impl Arrival {
    /// The head as its client sent it: at the Prediction tab to the management address, not to the service's.
    pub(crate) fn sent(&self) -> &Parts {
        match &self.door {
            Entrance::Address => &self.head,
            Entrance::PredictionTab(guest) => &guest.sent,
        }
    }
}

/// Where a request came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Source {
    /// The caller's address: the peer, or what a trusted proxy says.
    pub(crate) address: IpAddr,
    /// The other end of the connection.
    pub(crate) peer: IpAddr,
    /// The same as text; a connection makes it once.
    pub(crate) peer_text: HeaderValue,
    /// Whether what the caller sends cannot be read on its way.
    pub(crate) private: bool,
    /// Whether the caller's own connection is HTTPS, as a trusted proxy says.
    pub(crate) https: bool,
    /// Whether the peer is a trusted proxy, so that its `X-Forwarded-For` is added to, not replaced.
    pub(crate) proxied: bool,
}

impl Source {
    /// Finds the caller's address. `X-Forwarded-*` counts only from a trusted proxy: anybody can write it.
    pub(crate) fn of(peer: &Peer, headers: &HeaderMap, settings: &GatewaySettings, loopback: bool) -> Self {
        let Peer {
            address: peer,
            text: peer_text,
        } = peer.clone();
        let direct = Self {
            address: peer,
            peer,
            peer_text: peer_text.clone(),
            private: loopback,
            https: false,
            proxied: false,
        };
        let Some(Forwarded { address, https }) = forwarded(peer, headers, &settings.trusted_proxies) else {
            return direct;
        };
        Self {
            address,
            peer,
            peer_text,
            private: https || loopback,
            https,
            proxied: true,
        }
    }

    /// The caller's address as text.
    pub(crate) fn address_text(&self) -> Cow<'_, str> {
        match self.peer_text.to_str() {
            Ok(text) if self.address == self.peer => Cow::Borrowed(text),
            _ => Cow::Owned(self.address.to_string()),
        }
    }
}

/// The other end of a connection: its address, and the same as text.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) text: HeaderValue,
}

impl Peer {
    pub(crate) fn at(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            // An address has only characters that a header can have.
            text: HeaderValue::try_from(address.to_string()).unwrap_or(HeaderValue::from_static("unknown")),
        }
    }
}

/// The body of a request.
pub(crate) enum Inbound {
    /// From a connection.
    Wire(WireBody),
    /// From the second door.
    Door(crate::door::DoorBody),
}

/// A body that arrives on a connection. Dropped before its end, it is left to whoever writes the answer: what becomes of
/// the connection depends on what the client still sends.
pub(crate) struct WireBody {
    incoming: Option<Incoming>,
    wire: Rc<WireState>,
    held_back: bool,
}

/// A body broke off: the client left, or sent something that is no body.
#[derive(Debug)]
pub(crate) struct Broken(pub(crate) String);

impl Arrival {
    /// A request from a connection.
    pub(crate) fn from_wire(
        request: Request<Incoming>,
        wire: &Rc<WireState>,
        settings: &GatewaySettings,
        loopback: bool,
    ) -> Box<Self> {
        let (head, incoming) = request.into_parts();
        let source = Source::of(&wire.peer, &head.headers, settings, loopback);
        let held_back = head.headers.contains_key(EXPECT);
        if incoming.is_end_stream() {
            wire.is_whole();
        }
        let body = Inbound::Wire(WireBody {
            incoming: Some(incoming),
            wire: Rc::clone(wire),
            held_back,
        });
        Box::new(Self {
            head,
            body,
            door: Entrance::Address,
            source,
        })
    }
}

impl Inbound {
    /// The caller is proven: the connection keeps its place until the answer.
    pub(crate) fn is_proven(&self) {
        if let Self::Wire(body) = self {
            body.wire.contact.proven();
        }
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.get_mut() {
            Self::Wire(body) => {
                // The first poll makes hyper send `100 Continue`.
                body.held_back = false;
                let Some(incoming) = body.incoming.as_mut() else {
                    return Poll::Ready(None);
                };
                let frame = Pin::new(&mut *incoming).poll_frame(context);
                let is_over = match &frame {
                    Poll::Ready(None) => true,
                    Poll::Ready(Some(Ok(_))) => incoming.is_end_stream(),
                    Poll::Ready(Some(Err(_))) | Poll::Pending => false,
                };
                if is_over {
                    // Read to its end: nothing is left for whoever answers.
                    body.incoming = None;
                    body.wire.is_whole();
                }
                frame.map_err(|problem| Broken(problem.to_string()))
            }
            Self::Door(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Wire(body) => body.incoming.as_ref().is_none_or(Body::is_end_stream),
            Self::Door(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Wire(body) => body.incoming.as_ref().map(Body::size_hint).unwrap_or_default(),
            Self::Door(body) => body.size_hint(),
        }
    }
}

impl Drop for WireBody {
    fn drop(&mut self) {
        if let Some(body) = self.incoming.take()
            && !body.is_end_stream()
        {
            self.wire.leave(Leftover {
                body,
                held_back: self.held_back,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Source {
        let settings = GatewaySettings {
            trusted_proxies: trusted
                .iter()
                .map(|range| range.parse().expect("a range"))
                .collect(),
            ..GatewaySettings::default()
        };
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a value"));
        }
        headers.insert("x-forwarded-proto", "https".parse().expect("a value"));
        Source::of(
            &Peer::at(peer.parse().expect("an address")),
            &headers,
            &settings,
            false,
        )
    }

    #[test]
    fn a_stranger_cannot_claim_another_address() {
        let seen = source("9.9.9.9", &["1.2.3.4"], &[]);
        assert_eq!(
            (seen.address.to_string().as_str(), seen.https, seen.private),
            ("9.9.9.9", false, false)
        );
        let seen = source("9.9.9.9", &["1.2.3.4"], &["10.0.0.0/8"]);
        assert_eq!(seen.address.to_string(), "9.9.9.9");
    }

    #[test]
    fn behind_trusted_proxies_the_nearest_stranger_is_the_caller() {
        let seen = source(
            "10.0.0.1",
            &["6.6.6.6, 1.2.3.4:5678", "10.0.0.7"],
            &["10.0.0.0/8"],
        );
        assert_eq!(
            (seen.address.to_string().as_str(), seen.https, seen.private),
            ("1.2.3.4", true, true)
        );
    }
}
