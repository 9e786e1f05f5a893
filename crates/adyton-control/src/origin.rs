//! Hosts and origins as browsers and other clients write them: `host:port` of a request, `scheme://host:port` of a page.

/// A host name as it is compared: without the root's dot, in small letters.
pub(crate) fn plain(name: &str) -> String {
    let name = name.trim();
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// A host and perhaps a port.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Authority {
    /// The host, as it is compared.
    pub(crate) host: String,
    port: Option<u16>,
}

impl Authority {
    /// `host`, `host:port`, `[v6]` or `[v6]:port`.
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?.trim();
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, rest) = rest.split_once(']')?;
                host.parse::<std::net::Ipv6Addr>().ok()?;
                match rest {
                    "" => (host, None),
                    rest => (host, Some(rest.strip_prefix(':')?)),
                }
            }
            None => match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
        if host.is_empty() || !host.bytes().all(fits) {
            return None;
        }
        // An empty port is the scheme's own.
        let port = match port {
            None | Some("") => None,
            Some(port) => Some(port.parse().ok()?),
        };
        Some(Self {
            host: plain(host),
            port,
        })
    }
    /// Host and port of a URL, the scheme's own port where it names none.
    pub(crate) fn of_url(url: &str) -> Option<Self> {
        let origin = Origin::parse(url)?;
        Some(Self {
            port: Some(origin.authority.port.unwrap_or(origin.default_port)),
            ..origin.authority
        })
    }
}

/// Where a page comes from.
pub(crate) struct Origin {
    authority: Authority,
    default_port: u16,
}

impl Origin {
    /// `scheme://host[:port]`. `null`, as pages without an origin send it, is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once("://")?;
        let default_port = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        Some(Self {
            authority: Authority::parse(rest.trim_end_matches('/').as_bytes())?,
            default_port,
        })
    }
    /// Whether it has this host and port. A host that names no port has the one of the page's scheme: a proxy may have
    /// ended TLS in front of this server, which does not know the scheme then.
    pub(crate) fn is(&self, other: &Authority) -> bool {
        let port = |of: &Authority| of.port.unwrap_or(self.default_port);
        self.authority.host == other.host && port(&self.authority) == port(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> Option<(String, Option<u16>)> {
        Authority::parse(text.as_bytes()).map(|found| (found.host, found.port))
    }

    #[test]
    fn a_host_is_read_with_its_port_and_compared_in_small_letters() {
        let some = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(host("Box:8081"), some("box", Some(8081)));
        assert_eq!(host("example.com."), some("example.com", None));
        assert_eq!(host("example.com:"), some("example.com", None));
        assert_eq!(host("[FD00::7]:1"), some("fd00::7", Some(1)));
        assert_eq!(host("[::1]"), some("::1", None));
        for wrong in [
            "", ":80", "a:b", "a:65536", "a b", "u@h", "[::1", "[host]", "[::1]x", "a/b",
        ] {
            assert_eq!(host(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_origin_names_a_scheme_whose_port_stands_in_for_one_that_is_left_out() {
        let is = |origin: &str, other: &str| {
            let other = Authority::parse(other.as_bytes()).expect("a host");
            Origin::parse(origin).is_some_and(|origin| origin.is(&other))
        };
        assert!(is("https://a", "a:443") && is("https://a:443", "a") && is("http://a/", "a:80"));
        assert!(!is("https://a", "a:80") && !is("http://a:81", "a") && !is("http://a", "b"));
        for none in ["null", "a:80", "ftp://a", "http://", ""] {
            assert!(Origin::parse(none).is_none(), "{none}");
        }
    }

    #[test]
    fn a_url_has_the_port_of_its_scheme() {
        let port = |url| Authority::of_url(url).and_then(|found| found.port);
        assert_eq!(port("https://models.example.com"), Some(443));
        assert_eq!(port("http://models.example.com:8081/"), Some(8081));
        assert_eq!(port("models.example.com"), None);
    }
}
