//! The address of a listener: what requests are sent to, and what is signed as `Host`.

use std::fmt;

use crate::failure::{Failure, Outcome};
use crate::said;

/// Scheme, host and port; `http://127.0.0.1:8081`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Address {
    scheme: String,
    host: String,
}

impl Address {
    /// Reads it; `said` names where it was said, for the message.
    pub fn parse(text: &str, said: &str) -> Outcome<Self> {
        match Self::split(text) {
            Some((address, "" | "/")) => Ok(address),
            _ => Err(Failure::wrong_use(said!(
                "{said}: `{text}` is not the address of a server",
                "{said}：`{text}` 不是服务器地址"
            ))
            .hint(said!(
                "write scheme, host and port, such as `http://127.0.0.1:8081`",
                "请写明协议、主机和端口，例如 `http://127.0.0.1:8081`"
            ))),
        }
    }
    /// Takes a URL apart into its address and the rest, which begins with `/` or is empty.
    pub fn split(url: &str) -> Option<(Self, &str)> {
        let (scheme, rest) = url.split_once("://")?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let fits = matches!(scheme, "http" | "https")
            && !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
            && host.parse::<ureq::http::uri::Authority>().is_ok();
        fits.then(|| {
            (
                Self {
                    scheme: scheme.to_owned(),
                    host: host.to_owned(),
                },
                path,
            )
        })
    }
    /// As `Host` says it: without the scheme's own port, as the HTTP client sends it.
    pub fn host(&self) -> &str {
        let usual = if self.scheme == "https" { ":443" } else { ":80" };
        self.host.strip_suffix(usual).unwrap_or(&self.host)
    }
    /// Whether it is this machine.
    pub fn is_local(&self) -> bool {
        let host = self
            .host
            .rsplit_once(':')
            .map_or(self.host.as_str(), |(host, _)| host);
        host == "localhost" || host == "[::1]" || host.starts_with("127.")
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn an_address_is_taken_apart() {
        let Some((address, path)) = Address::split("http://127.0.0.1:8080/v1/infers/x?y") else {
            panic!("a URL")
        };
        assert_eq!(
            (address.to_string().as_str(), path),
            ("http://127.0.0.1:8080", "/v1/infers/x?y")
        );
        assert!(address.is_local());
        let Ok(usual) = Address::parse("https://models.example.com:443/", "--control") else {
            panic!("an address")
        };
        assert_eq!((usual.host(), usual.is_local()), ("models.example.com", false));
        for wrong in [
            "",
            "127.0.0.1:8080",
            "ftp://x",
            "http://",
            "http://a b",
            "http://user@host",
            "http://h/path",
        ] {
            assert!(Address::parse(wrong, "--control").is_err(), "{wrong}");
        }
    }
}
