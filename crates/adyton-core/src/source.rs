//! Where a request comes from: the caller's address behind the proxies that an operator trusts, and the source that counts
//! and shares are kept by. Both listeners read `X-Forwarded-*` here, so they cannot disagree.

use std::net::{IpAddr, SocketAddrV4, SocketAddrV6};
use std::str::FromStr;

use http::HeaderMap;

use crate::shown::quoted;

/// A range of addresses: `10.0.0.0/8`, or a single address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AddressRange {
    base: IpAddr,
    prefix: u8,
}

/// A text that is not a range of addresses.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not an address or a range such as 10.0.0.0/8")]
pub struct AddressRangeError(String);

impl AddressRange {
    /// Whether an address is in the range. IPv4 addresses written as IPv6 count as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (base, address) = (bits(self.base), bits(address.to_canonical()));
        let shift = u32::from(base.1 - self.prefix);
        base.1 == address.1
            && base.0.checked_shr(shift).unwrap_or(0) == address.0.checked_shr(shift).unwrap_or(0)
    }
}

/// An address as a number, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;
    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        let wrong = || AddressRangeError(quoted(text, 64));
        let (base, prefix) = match text.split_once('/') {
            Some((base, prefix)) => (base, Some(prefix.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let base = base.parse::<IpAddr>().map_err(|_| wrong())?.to_canonical();
        let most = bits(base).1;
        let prefix = prefix.unwrap_or(most);
        if prefix > most {
            return Err(wrong());
        }
        Ok(Self { base, prefix })
    }
}

/// Bits of an IPv6 address that one subscriber shares: the rest is theirs to choose.
const V6_PREFIX: u32 = 64;

/// What counts, locks and shares are kept by: an IPv4 address, or the /64 of an IPv6 address.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Source([u8; 16]);

impl Source {
    /// The source that an address belongs to.
    pub fn of(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => (v6.to_bits() & (u128::MAX << (128 - V6_PREFIX))).to_be_bytes(),
        })
    }
    /// The same as bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// What a trusted proxy says of the request that it passes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forwarded {
    /// The nearest address that is no trusted proxy.
    pub address: IpAddr,
    /// Whether the proxy was called over HTTPS.
    pub https: bool,
}

/// What the proxy at `peer` says; `None` when it is not one of the `trusted`: anybody can write these headers.
pub fn forwarded(peer: IpAddr, headers: &HeaderMap, trusted: &[AddressRange]) -> Option<Forwarded> {
    let is_trusted = |address| trusted.iter().any(|range| range.contains(address));
    if trusted.is_empty() || !is_trusted(peer) {
        return None;
    }
    let mut address = peer.to_canonical();
    for text in headers
        .get_all("x-forwarded-for")
        .iter()
        .rev()
        .flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','))
    {
        // What no proxy of ours wrote is not believed, and neither is anything before it.
        let Some(hop) = hop(text) else { break };
        address = hop.to_canonical();
        if !is_trusted(address) {
            break;
        }
    }
    // A proxy that adds a line of its own adds it at the end: the ones before it are the client's.
    let https = headers
        .get_all("x-forwarded-proto")
        .iter()
        .next_back()
        .and_then(|line| line.as_bytes().rsplit(|byte| *byte == b',').next())
        .is_some_and(|proto| proto.trim_ascii().eq_ignore_ascii_case(b"https"));
    Some(Forwarded { address, https })
}

/// One entry of `X-Forwarded-For`: an address, which some proxies write with brackets, with a port, or with both.
fn hop(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?.trim();
    let bare = || {
        text.strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'))
            .unwrap_or(text)
            .parse::<IpAddr>()
            .ok()
    };
    let v4 = || {
        text.parse::<SocketAddrV4>()
            .ok()
            .map(|place| IpAddr::V4(*place.ip()))
    };
    let v6 = || {
        text.parse::<SocketAddrV6>()
            .ok()
            .map(|place| IpAddr::V6(*place.ip()))
    };
    bare().or_else(v4).or_else(v6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let check = |range: &str, address: &str| {
            range
                .parse::<AddressRange>()
                .expect(range)
                .contains(address.parse().expect(address))
        };
        assert!(check("10.0.0.0/8", "10.255.1.2") && !check("10.0.0.0/8", "11.0.0.1"));
        assert!(check("127.0.0.1", "::ffff:127.0.0.1") && !check("127.0.0.1", "127.0.0.2"));
        assert!(check("0.0.0.0/0", "8.8.8.8") && !check("0.0.0.0/0", "::1"));
        assert!(check("fd00::/8", "fd12::1") && !check("fd00::/8", "fe80::1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "a", "::1/129"] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_of_one_subscriber_are_one_source() {
        let of = |text: &str| Source::of(text.parse().expect(text));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("192.0.2.7"), of("::ffff:192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }

    fn seen(peer: &str, addresses: &[&str], protos: &[&str]) -> Option<(String, bool)> {
        let mut headers = HeaderMap::new();
        for line in addresses {
            headers.append("x-forwarded-for", line.parse().expect(line));
        }
        for line in protos {
            headers.append("x-forwarded-proto", line.parse().expect(line));
        }
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|range| range.parse().expect(range));
        let seen = forwarded(peer.parse().expect(peer), &headers, &trusted)?;
        Some((seen.address.to_string(), seen.https))
    }

    #[test]
    fn a_stranger_is_not_believed() {
        assert_eq!(seen("9.9.9.9", &["1.2.3.4"], &["https"]), None);
    }

    #[test]
    fn the_nearest_address_that_is_no_proxy_of_ours_is_the_caller() {
        let address = |lines: &[&str]| seen("10.0.0.1", lines, &[]).expect("a proxy").0;
        assert_eq!(address(&["6.6.6.6, 1.2.3.4", "10.0.0.7"]), "1.2.3.4");
        assert_eq!(address(&["nonsense"]), "10.0.0.1");
        assert_eq!(address(&[]), "10.0.0.1");
    }

    #[test]
    fn entries_may_have_a_port() {
        for (line, address) in [
            ("1.2.3.4:5678", "1.2.3.4"),
            ("[2001:db8::1]:5678", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("6.6.6.6, 1.2.3.4:80, 10.0.0.7:443", "1.2.3.4"),
            ("6.6.6.6, [2001:db8::1]:80 , [fd00::7]:443", "2001:db8::1"),
            ("6.6.6.6:x, 10.0.0.7", "10.0.0.7"),
        ] {
            assert_eq!(seen("10.0.0.1", &[line], &[]).expect(line).0, address, "{line}");
        }
    }

    #[test]
    fn the_last_proto_is_the_proxys_own() {
        let https = |lines: &[&str]| seen("10.0.0.1", &["1.2.3.4"], lines).expect("a proxy").1;
        assert!(
            https(&["https"]) && https(&["HTTPS"]) && https(&["http", "https"]) && https(&["http, https"])
        );
        assert!(!https(&["https", "http"]) && !https(&["https,http"]) && !https(&["http"]) && !https(&[]));
    }
}
