//! `Host`: exactly one, and none that contradicts an address in absolute form. A request that names two hosts is read
//! differently by two proxies, and that is how requests are smuggled.

use adyton_core::fact::Fact;
use adyton_core::shown::quoted_bytes;
use http::header::HOST;
use http::{HeaderMap, Uri, Version};

/// Says what is wrong, if anything is. In HTTP/2 the pseudo header `:authority` is the host; in HTTP/1.1 a `Host` is sent
/// beside an address in absolute form too (RFC 9112, 3.2).
pub(crate) fn check(uri: &Uri, version: Version, headers: &HeaderMap) -> Result<(), Fact> {
    let mut sent = headers.get_all(HOST).iter();
    let host = match (sent.next(), sent.next()) {
        (Some(_), Some(_)) => return Err(Fact::HostRepeated),
        (Some(host), None) => Some(host.as_bytes()),
        (None, _) => None,
    };
    let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
    match (host, authority) {
        (None, None) => Err(Fact::HostMissing),
        (None, Some(_)) if version == Version::HTTP_11 => Err(Fact::HostMissingBesideAddress),
        (Some(host), _) if !is_host(host) => Err(Fact::HostMalformed {
            sent: quoted_bytes(host, 64),
        }),
        (Some(host), Some(authority)) if !same(host, authority) => Err(Fact::HostContradicted),
        _ => Ok(()),
    }
}

/// The characters of a host name, an address, and a port.
fn is_host(host: &[u8]) -> bool {
    let fits =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']');
    !host.is_empty() && host.iter().all(fits)
}

/// Equal but for case and for the default port.
fn same(host: &[u8], authority: &[u8]) -> bool {
    let bare = |name: &[u8]| name.strip_suffix(b":80").unwrap_or(name).to_ascii_lowercase();
    host.eq_ignore_ascii_case(authority) || bare(host) == bare(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(uri: &str, hosts: &[&str]) -> bool {
        check_in(Version::HTTP_11, uri, hosts)
    }

    fn check_in(version: Version, uri: &str, hosts: &[&str]) -> bool {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, host.parse().expect("a value"));
        }
        super::check(&uri.parse().expect("a uri"), version, &headers).is_ok()
    }

    #[test]
    fn there_is_one_host_and_nothing_contradicts_it() {
        assert!(check("/", &["a.example"]) && check("/", &["[::1]:8080"]));
        assert!(!check("/", &[]) && !check("/", &["a", "a"]) && !check("/", &[""]));
        assert!(!check("/", &["a/b"]) && !check("/", &["a@b"]) && !check("/", &["a b"]));
        assert!(check("http://a.example/", &["A.example:80"]) && !check("http://a.example/", &["b.example"]));
        assert!(
            !check("http://a.example/", &[]),
            "HTTP/1.1 wants a Host all the same"
        );
        assert!(
            check_in(Version::HTTP_2, "http://a.example/", &[]),
            "HTTP/2 sends the authority only"
        );
    }
}
