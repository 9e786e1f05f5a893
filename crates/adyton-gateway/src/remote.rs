//! Where a request came from: the other end of its connection, and the caller behind it.

use std::borrow::Cow;
use std::net::IpAddr;

use adyton_core::source::{AddressRange, Forwarded, forwarded};
use http::{HeaderMap, HeaderValue};

/// Where a request came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Remote {
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

impl Remote {
    /// Finds the caller's address. `X-Forwarded-*` counts only from a trusted proxy: anybody can write it.
    pub(crate) fn of(
        peer: &Peer,
        headers: &HeaderMap,
        trusted_proxies: &[AddressRange],
        loopback: bool,
    ) -> Self {
        let Peer {
            address: peer,
            text: peer_text,
        } = peer.clone();
        let direct = Self {
            address: peer,
            peer,
            peer_text,
            private: loopback,
            https: false,
            proxied: false,
        };
        let Some(Forwarded { address, https }) = forwarded(peer, headers, trusted_proxies) else {
            return direct;
        };
        Self {
            address,
            private: https || loopback,
            https,
            proxied: true,
            ..direct
        }
    }

    /// Somebody on this machine, whom nobody can listen to.
    pub(crate) fn local(address: IpAddr) -> Self {
        let Peer { address, text } = Peer::at(address);
        Self {
            address,
            peer: address,
            peer_text: text,
            private: true,
            https: false,
            proxied: false,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn source(peer: &str, forwarded: &[&str], trusted: &[&str]) -> Remote {
        let trusted: Vec<AddressRange> = trusted
            .iter()
            .map(|range| range.parse().expect("a range"))
            .collect();
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().expect("a value"));
        }
        headers.insert("x-forwarded-proto", "https".parse().expect("a value"));
        Remote::of(
            &Peer::at(peer.parse().expect("an address")),
            &headers,
            &trusted,
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
