//! Where somebody is called over HTTP/1.1, an instance of a service or the back end of another API: an [`Endpoint`] that is connected
//! to, and what stands before the paths there.
//!
//! Written as `http://10.0.0.7:8080`, `https://models.example/v1/iris` or `unix:/run/model.sock`. There is no user, no query and no
//! fragment in an address.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use crate::shown::quoted;

/// The port where an `http://` address names none, and the one for `https://`.
const PLAIN: u16 = 80;
const SECURE: u16 = 443;
/// The longest path of a Unix socket that Linux takes, in bytes.
const UNIX_MOST: usize = 107;

/// Something that is connected to. Two addresses with the same endpoint share connections.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Endpoint {
    /// A TCP port.
    Tcp {
        /// The machine.
        host: Host,
        /// Its port.
        port: u16,
        /// Whether TLS is spoken; the server's certificate must be for `host`.
        tls: bool,
    },
    /// A Unix socket, by its absolute path.
    Unix(Arc<Path>),
}

/// A machine.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Host {
    /// By its address.
    Ip(IpAddr),
    /// By its name, in lower case; resolved when it is connected to.
    Name(Arc<str>),
}

/// See the top of the file.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Address {
    endpoint: Endpoint,
    /// Empty, or begins with `/` and does not end with one.
    base: Arc<str>,
}

/// A text that is no address.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{given}` is no address: {problem}; write http://host:port, https://host or unix:/path/to/socket")]
pub struct BadAddress {
    /// The text, cut short.
    given: String,
    /// What is wrong with it.
    problem: &'static str,
}

impl Address {
    /// At an endpoint, whose paths have nothing before them.
    pub fn new(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            base: Arc::default(),
        }
    }
    /// Where it is connected to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
    /// The socket's address, if it is plain TCP to a machine that is known by its own.
    pub fn socket(&self) -> Option<SocketAddr> {
        match &self.endpoint {
            Endpoint::Tcp {
                host: Host::Ip(ip),
                port,
                tls: false,
            } => Some(SocketAddr::new(*ip, *port)),
            Endpoint::Tcp { .. } | Endpoint::Unix(_) => None,
        }
    }
    /// What stands before every path: empty, or `/v1/iris`. A path that is called is added to it as it is.
    pub fn base(&self) -> &str {
        &self.base
    }
}

impl Endpoint {
    /// As the `Host` of a request names it. The port is left out where it goes without saying.
    pub fn authority(&self) -> String {
        match self {
            Self::Tcp { host, port, tls } => match (tls, *port) {
                (false, PLAIN) | (true, SECURE) => host.to_string(),
                _ => format!("{host}:{port}"),
            },
            // RFC 9112 wants a host, and a socket has none.
            Self::Unix(_) => "localhost".to_owned(),
        }
    }
}

impl From<SocketAddr> for Endpoint {
    /// Plain TCP.
    fn from(address: SocketAddr) -> Self {
        Self::Tcp {
            host: Host::Ip(address.ip()),
            port: address.port(),
            tls: false,
        }
    }
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.into())
    }
}

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(given: &str) -> Result<Self, BadAddress> {
        parse(given).map_err(|problem| BadAddress {
            given: quoted(given, 200),
            problem,
        })
    }
}

fn parse(given: &str) -> Result<Address, &'static str> {
    if let Some(path) = given.strip_prefix("unix:") {
        return unix(path);
    }
    let (tls, rest) = match given.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
        _ => return Err("it begins with none of http://, https:// and unix:"),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    if authority.contains('@') {
        return Err("it names a user");
    }
    let (host, port) = split(authority)?;
    let port = match port {
        Some(port) => port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or("its port is none")?,
        None if tls => SECURE,
        None => PLAIN,
    };
    let endpoint = Endpoint::Tcp {
        host: self::host(host)?,
        port,
        tls,
    };
    Ok(Address {
        endpoint,
        base: base(path)?,
    })
}

/// Host and port of an authority; an IPv6 address stands in brackets.
fn split(authority: &str) -> Result<(&str, Option<&str>), &'static str> {
    let end = match authority.strip_prefix('[') {
        Some(rest) => rest.find(']').ok_or("a bracket is not closed")? + 2,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    match authority.split_at(end) {
        (host, "") => Ok((host, None)),
        (host, port) => Ok((host, Some(port.strip_prefix(':').ok_or("its port is none")?))),
    }
}

fn host(written: &str) -> Result<Host, &'static str> {
    if let Some(inside) = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let ip = inside.parse().map_err(|_| "its host is no IPv6 address")?;
        return Ok(Host::Ip(IpAddr::V6(ip)));
    }
    if let Ok(ip) = written.parse() {
        return Ok(Host::Ip(IpAddr::V4(ip)));
    }
    let fits = !written.is_empty()
        && written.len() <= 253
        && written
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    match fits {
        true => Ok(Host::Name(written.to_ascii_lowercase().into())),
        false => Err("its host is no name"),
    }
}

fn base(path: &str) -> Result<Arc<str>, &'static str> {
    match path
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'))
    {
        true => Ok(path.trim_end_matches('/').into()),
        false => Err("its path has a query, a fragment, or characters that must be encoded"),
    }
}

fn unix(path: &str) -> Result<Address, &'static str> {
    if !path.starts_with('/') {
        return Err("the path of its socket is not absolute");
    }
    if path.len() > UNIX_MOST || path.contains('\0') {
        return Err("the path of its socket is longer than 107 bytes");
    }
    Ok(Address::new(Endpoint::Unix(Path::new(path).into())))
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]"),
            Self::Ip(IpAddr::V4(ip)) => ip.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Endpoint {
    /// For people: `127.0.0.1:20001`, `https://models.example:443`, `unix:/run/model.sock`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp {
                host,
                port,
                tls: false,
            } => write!(f, "{host}:{port}"),
            Self::Tcp {
                host,
                port,
                tls: true,
            } => write!(f, "https://{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

impl fmt::Display for Address {
    /// As an endpoint, with the base path behind it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.endpoint, self.base)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_is_read_and_shown() {
        for (given, shown, authority, base) in [
            ("http://127.0.0.1:20001", "127.0.0.1:20001", "127.0.0.1:20001", ""),
            (
                "http://127.0.0.1:20001/",
                "127.0.0.1:20001",
                "127.0.0.1:20001",
                "",
            ),
            ("HTTP://Models.Example", "models.example:80", "models.example", ""),
            ("http://a:443/x", "a:443/x", "a:443", "/x"),
            (
                "https://models.example/v1/iris/",
                "https://models.example:443/v1/iris",
                "models.example",
                "/v1/iris",
            ),
            (
                "https://models.example:80",
                "https://models.example:80",
                "models.example:80",
                "",
            ),
            ("http://[::1]:8080/a", "[::1]:8080/a", "[::1]:8080", "/a"),
            (
                "https://[2001:db8::1]",
                "https://[2001:db8::1]:443",
                "[2001:db8::1]",
                "",
            ),
            ("unix:/run/model.sock", "unix:/run/model.sock", "localhost", ""),
        ] {
            let address: Address = given.parse().unwrap();
            assert_eq!(address.to_string(), shown, "{given}");
            assert_eq!(address.endpoint().authority(), authority, "{given}");
            assert_eq!(address.base(), base, "{given}");
        }
        let socket: SocketAddr = "127.0.0.1:20001".parse().unwrap();
        assert_eq!(Address::from(socket), "http://127.0.0.1:20001".parse().unwrap());
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_cause() {
        for (given, cause) in [
            ("127.0.0.1:80", "begins with none"),
            ("ftp://a", "begins with none"),
            ("http://", "no name"),
            ("http://user@a", "names a user"),
            ("http://a:0", "port"),
            ("http://a:65536", "port"),
            ("http://a:", "port"),
            ("http://[::1", "bracket"),
            ("http://[::1]8080", "port"),
            ("http://[a]", "IPv6"),
            ("http://a b", "no name"),
            ("http://a/b?c", "query"),
            ("http://a/b#c", "query"),
            ("http://a/b c", "encoded"),
            ("http://a\r\nX", "no name"),
            ("http://a\r\nX: y", "port"),
            ("unix:run/model.sock", "absolute"),
        ] {
            let problem = given.parse::<Address>().unwrap_err().to_string();
            assert!(problem.contains(cause), "{given:?}: {problem}");
            assert!(problem.contains("https://host"), "{problem}");
            assert!(!problem.contains('\n'), "{problem:?}");
        }
        let long = format!("unix:/{}", "x".repeat(UNIX_MOST));
        assert!(long.parse::<Address>().is_err());
    }
}
