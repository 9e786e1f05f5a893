//! What holds for the connections that the gateway opens: which addresses may be called, and who vouches for certificates.
//!
//! An address that people gave is checked when it is connected to, after its name was looked up. What must hold:
//!
//! - The server's own listeners and link-local addresses (where clouds keep their metadata) are always refused, and so is what is
//!   no address of one machine.
//! - Loopback and private addresses are refused unless `gateway.backend_allow` has them; with `auto` they are allowed
//!   while the gateway itself is reached from this machine alone.
//! - What is connected to is what was checked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use adyton_core::fact::Fact;
use adyton_core::language::{Language, message};
use adyton_core::source::AddressRange;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::{Error as TlsError, RootCertStore};

/// What is wrong with the text of `gateway.backend_ca_file`.
#[derive(Debug)]
pub enum AuthoritiesError {
    /// It is no PEM.
    NotPem(pem::Error),
    /// A certificate is not one of an authority.
    Unusable(TlsError),
    /// It has no certificate.
    None,
}

impl AuthoritiesError {
    /// In words; what the library says stays as it is.
    pub fn message_in(&self, language: Language) -> String {
        match self {
            Self::NotPem(problem) => message!(
                language,
                "it is no PEM text: {problem}",
                "不是 PEM 文本：{problem}"
            ),
            Self::Unusable(problem) => message!(
                language,
                "a certificate in it cannot be used: {problem}",
                "其中的证书不可用：{problem}"
            ),
            Self::None => message!(language, "no certificate is in it", "其中没有证书"),
        }
    }
}

/// What may be called beside the addresses that everybody may call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reachable {
    /// This machine.
    Loopback,
    /// Addresses that have a meaning only in a network of somebody's own.
    Private,
    /// These.
    Range(AddressRange),
}

/// See the top of the file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outgoing {
    /// `gateway.backend_allow`; by where the gateway listens when there is none (`auto`).
    allow: Option<Vec<Reachable>>,
    /// `gateway.backend_ca_file`: who vouches for certificates beside the authorities that browsers trust.
    authorities: Vec<CertificateDer<'static>>,
    /// Where this server listens, the gateway first.
    own: Vec<SocketAddr>,
}

impl Outgoing {
    /// What was set.
    pub fn new(allow: Option<Vec<Reachable>>, authorities: Vec<CertificateDer<'static>>) -> Self {
        Self {
            allow,
            authorities,
            own: Vec::new(),
        }
    }

    /// The same with the authorities whose certificates stand in a PEM text.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn with_authorities(self, pem: &[u8]) -> Result<Self, AuthoritiesError> {
        let mut authorities = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(AuthoritiesError::NotPem)?;
            // Whatever is no certificate of an authority would be found out only when it is needed.
            RootCertStore::empty()
                .add(certificate.clone())
                .map_err(AuthoritiesError::Unusable)?;
            authorities.push(certificate);
        }
        match authorities.is_empty() {
            true => Err(AuthoritiesError::None),
            false => Ok(Self { authorities, ..self }),
        }
    }

    /// The same for a server that listens there, too.
    #[must_use]
    pub(crate) fn listening_at(&self, listener: SocketAddr) -> Self {
        let mut own = self.own.clone();
        own.push(listener);
        Self { own, ..self.clone() }
    }

    /// What was set anew, for the same server; the very same if nothing has changed.
    pub(crate) fn reloaded(self: &Arc<Self>, new: &Self) -> Arc<Self> {
        let new = Self {
            own: self.own.clone(),
            ..new.clone()
        };
        if **self == new {
            Arc::clone(self)
        } else {
            Arc::new(new)
        }
    }

    /// Who vouches for certificates beside the usual authorities.
    pub(crate) fn authorities(&self) -> &[CertificateDer<'static>] {
        &self.authorities
    }

    /// Why an address that people gave may not be called; nothing if it may.
    pub(crate) fn denies(&self, address: SocketAddr) -> Option<Fact> {
        let ip = address.ip().to_canonical();
        let shown = || address.to_string();
        if self.own.iter().any(|own| is_at(*own, ip, address.port())) {
            return Some(Fact::AddressOfServer { address: shown() });
        }
        match kind(ip) {
            AddressKind::Public => None,
            AddressKind::LinkLocal => Some(Fact::AddressLinkLocal { address: shown() }),
            AddressKind::NoMachine => Some(Fact::AddressOfNoMachine { address: shown() }),
            AddressKind::Loopback if self.allows(Reachable::Loopback, ip) => None,
            AddressKind::Loopback => Some(Fact::AddressLoopback { address: shown() }),
            AddressKind::Private if self.allows(Reachable::Private, ip) => None,
            AddressKind::Private => Some(Fact::AddressPrivate { address: shown() }),
        }
    }

    fn allows(&self, kind: Reachable, ip: IpAddr) -> bool {
        match &self.allow {
            None => self.own.first().is_some_and(|gateway| gateway.ip().is_loopback()),
            Some(allowed) => allowed.iter().any(|allowed| match allowed {
                Reachable::Range(range) => range.contains(ip),
                Reachable::Loopback | Reachable::Private => *allowed == kind,
            }),
        }
    }
}

enum AddressKind {
    Public,
    Loopback,
    Private,
    /// Always refused.
    LinkLocal,
    /// Always refused.
    NoMachine,
}

fn kind(ip: IpAddr) -> AddressKind {
    // Where a cloud keeps its metadata though it is no link-local address.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    match ip {
        IpAddr::V4(ip) if ip.is_link_local() => AddressKind::LinkLocal,
        IpAddr::V4(ip) if ip.octets()[0] == 0 || ip.is_broadcast() || ip.is_multicast() => {
            AddressKind::NoMachine
        }
        IpAddr::V4(ip) if ip.is_loopback() => AddressKind::Loopback,
        IpAddr::V4(ip) if ip.is_private() || is_shared(ip) => AddressKind::Private,
        IpAddr::V4(_) => AddressKind::Public,
        IpAddr::V6(ip) if ip.is_unicast_link_local() || ip == METADATA => AddressKind::LinkLocal,
        IpAddr::V6(ip) if ip.is_unspecified() || ip.is_multicast() => AddressKind::NoMachine,
        IpAddr::V6(ip) if ip.is_loopback() => AddressKind::Loopback,
        // Addresses of IPv4 in a form that a gateway of the network would turn back.
        IpAddr::V6(ip) => match embedded(ip) {
            Some(inside) => kind(IpAddr::V4(inside)),
            None if ip.is_unique_local() => AddressKind::Private,
            None => AddressKind::Public,
        },
    }
}

/// 100.64.0.0/10, which providers share among their customers.
fn is_shared(ip: Ipv4Addr) -> bool {
    let [first, second, ..] = ip.octets();
    first == 100 && second & 0xc0 == 64
}

/// The IPv4 address that NAT64 (64:ff9b::/96) or 6to4 (2002::/16) would connect to.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [high, low] = match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => [high, low],
        [0x2002, high, low, ..] => [high, low],
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

/// Whether a listener answers at an address. One that listens everywhere answers at all addresses of this machine.
fn is_at(listener: SocketAddr, ip: IpAddr, port: u16) -> bool {
    let at = listener.ip().to_canonical();
    listener.port() == port && (at == ip || (at.is_unspecified() && is_of_this_machine(ip)))
}

/// Only an address of this machine can be bound.
fn is_of_this_machine(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    /// A gateway that listens there.
    fn outgoing(listener: &str, allow: Option<&[Reachable]>) -> Outgoing {
        Outgoing::new(allow.map(<[Reachable]>::to_vec), Vec::new()).listening_at(at(listener))
    }

    const LOOPBACK: [&str; 3] = ["127.0.0.1:80", "127.8.8.8:80", "[::ffff:127.0.0.1]:80"];
    const PRIVATE: [&str; 7] = [
        "10.1.2.3:80",
        "172.16.0.1:80",
        "192.168.1.1:80",
        "100.64.0.1:80",
        "[fd12::1]:80",
        "[64:ff9b::a00:1]:80",
        "[2002:c0a8:1::1]:80",
    ];
    const PUBLIC: [&str; 4] = [
        "192.0.2.1:80",
        "172.32.0.1:80",
        "100.128.0.1:80",
        "[2001:db8::1]:443",
    ];
    const NEVER: [&str; 10] = [
        "169.254.169.254:80",
        "[::ffff:169.254.169.254]:80",
        "[64:ff9b::a9fe:a9fe]:80",
        "[fe80::1]:80",
        "[fd00:ec2::254]:80",
        "0.0.0.0:80",
        "0.1.2.3:80",
        "[::]:80",
        "255.255.255.255:80",
        "224.0.0.1:80",
    ];

    #[test]
    fn loopback_and_private_addresses_are_for_gateways_of_this_machine_alone_unless_allowed() {
        let (mine, everybodys) = (outgoing("127.0.0.1:8080", None), outgoing("192.0.2.7:8080", None));
        for address in LOOPBACK.into_iter().chain(PRIVATE) {
            assert_eq!(mine.denies(at(address)), None, "{address}");
            let why = everybodys.denies(at(address)).map(|why| why.words());
            assert!(
                why.is_some_and(|why| why.contains("gateway.backend_allow")),
                "{address}"
            );
        }
        let closed = outgoing("127.0.0.1:8080", Some(&[]));
        let loopback = outgoing("192.0.2.7:8080", Some(&[Reachable::Loopback]));
        let private = outgoing("192.0.2.7:8080", Some(&[Reachable::Private]));
        for (addresses, by_loopback, by_private) in [(&LOOPBACK[..], true, false), (&PRIVATE, false, true)] {
            for address in addresses {
                assert!(closed.denies(at(address)).is_some(), "{address}");
                assert_eq!(loopback.denies(at(address)).is_none(), by_loopback, "{address}");
                assert_eq!(private.denies(at(address)).is_none(), by_private, "{address}");
            }
        }
        let range = outgoing(
            "192.0.2.7:8080",
            Some(&[Reachable::Range("10.1.0.0/16".parse().unwrap())]),
        );
        assert_eq!(range.denies(at("10.1.2.3:80")), None);
        assert!(range.denies(at("10.2.2.3:80")).is_some());
    }

    #[test]
    fn what_everybody_may_call_is_allowed_and_some_is_never() {
        let all = [
            Reachable::Loopback,
            Reachable::Private,
            Reachable::Range("0.0.0.0/0".parse().unwrap()),
        ];
        for outgoing in [
            outgoing("127.0.0.1:8080", None),
            outgoing("192.0.2.7:8080", Some(&[])),
            outgoing("192.0.2.7:8080", Some(&all)),
        ] {
            for address in PUBLIC {
                assert_eq!(outgoing.denies(at(address)), None, "{address}");
            }
            for address in NEVER {
                assert!(outgoing.denies(at(address)).is_some(), "{address}");
            }
        }
    }

    #[test]
    fn listeners_of_the_server_itself_are_never_called() {
        let outgoing = outgoing("127.0.0.1:8080", None).listening_at(at("0.0.0.0:8081"));
        for own in ["127.0.0.1:8080", "127.0.0.1:8081", "127.0.0.9:8081", "[::1]:8081"] {
            let address = own.to_owned();
            assert_eq!(outgoing.denies(at(own)), Some(Fact::AddressOfServer { address }));
        }
        for other in ["127.0.0.2:8080", "127.0.0.1:8082", "192.0.2.1:8081"] {
            assert_eq!(outgoing.denies(at(other)), None, "{other}");
        }
    }

    #[test]
    fn authorities_are_read_from_a_text_and_what_is_none_is_refused() {
        let pem = include_str!("connect/private-authority.pem");
        let read = |text: &str| Outgoing::default().with_authorities(text.as_bytes());
        assert_eq!(read(pem).unwrap().authorities().len(), 1);
        let both = format!("some words\n{pem}{}", include_str!("connect/localhost.pem"));
        assert_eq!(
            read(&both).unwrap().authorities().len(),
            2,
            "keys and words beside them are passed over"
        );
        for (text, cause) in [
            ("", "no certificate"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n", "no PEM text"),
            (
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "cannot be used",
            ),
        ] {
            let problem = read(text).unwrap_err().message_in(Language::English);
            assert!(problem.contains(cause), "{problem}");
        }
    }

    #[test]
    fn a_reload_keeps_what_has_not_changed_and_where_the_server_listens() {
        let old = Arc::new(outgoing("127.0.0.1:8080", None));
        assert!(Arc::ptr_eq(&old, &old.reloaded(&Outgoing::default())));
        let new = old.reloaded(&Outgoing::new(Some(Vec::new()), Vec::new()));
        assert!(new.denies(at("10.0.0.1:80")).is_some());
        assert_eq!(
            new.denies(at("127.0.0.1:8080")),
            Some(Fact::AddressOfServer {
                address: "127.0.0.1:8080".to_owned()
            })
        );
    }
}
