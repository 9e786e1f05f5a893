//! Where things are: addresses, networks, URLs, databases.

use std::fmt;
use std::net::SocketAddr;

use adyton_core::secret::Secret;
use adyton_core::source::AddressRange;

use super::{Value, scalar};
use crate::config::found::Raw;

impl Value for SocketAddr {
    const KIND: &'static str = "address";
    const EXPECTED: &'static str =
        "write an IP address and a port, such as `127.0.0.1:8080` or `[::]:8080`; port 0 picks a free one";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?;
        let text = text.replace("localhost:", "127.0.0.1:");
        text.parse()
            .map_err(|_| "is not an address with a port".to_owned())
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// Scheme, host and port: `https://models.example.com`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BaseUrl(pub(crate) String);

impl Value for BaseUrl {
    const KIND: &'static str = "URL";
    const EXPECTED: &'static str =
        "write `http://` or `https://`, a host and perhaps a port, and nothing after them";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?.trim_end_matches('/');
        let rest = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"));
        match rest {
            None => Err("does not begin with `http://` or `https://`".to_owned()),
            Some("") => Err("has no host".to_owned()),
            Some(host) if host.contains(['/', '?', '#', '@', ' ']) => {
                Err("has more than scheme, host and port".to_owned())
            }
            Some(_) => Ok(Self(text.to_owned())),
        }
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

/// Where the database is: `sqlite` in the data folder, or a `postgres://` address, which may hold a password.
#[derive(Clone)]
pub(crate) enum DatabaseUrl {
    /// In the data folder.
    Sqlite,
    /// At this address.
    Postgres(Secret<String>),
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.show())
    }
}

impl Value for DatabaseUrl {
    const KIND: &'static str = "database";
    const EXPECTED: &'static str = "write `sqlite`, or `postgres://USER:PASSWORD@HOST/DATABASE`";
    const SECRET: bool = true;
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "sqlite" => Ok(Self::Sqlite),
            text if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
                Ok(Self::Postgres(Secret::new(text.to_owned())))
            }
            _ => Err("is neither `sqlite` nor a `postgres://` address".to_owned()),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Sqlite => "sqlite".to_owned(),
            Self::Postgres(url) => hide_password(url.expose()),
        }
    }
}

/// `postgres://user:secret@host/db?password=secret` → `postgres://user:***@host/db`.
fn hide_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    match rest.rsplit_once('@') {
        None => format!("{scheme}://{rest}"),
        Some((user, place)) => match user.split_once(':') {
            None => format!("{scheme}://{user}@{place}"),
            Some((name, _)) => format!("{scheme}://{name}:***@{place}"),
        },
    }
}

/// A range of addresses: `10.0.0.0/8`, or a single address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Network {
    /// As it was written.
    text: String,
    /// What the listeners compare with.
    pub(crate) range: AddressRange,
}

impl Value for Network {
    const KIND: &'static str = "network";
    const EXPECTED: &'static str = "write addresses or networks such as `10.0.0.0/8`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?.to_owned();
        let range = text
            .parse()
            .map_err(|_| format!("contains `{text}`, which is not an address or network"))?;
        Ok(Self { text, range })
    }
    fn show(&self) -> String {
        self.text.clone()
    }
}

/// What back ends may be called at: `loopback`, `private`, or a range of addresses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum ReachableNetwork {
    /// What goes with where the gateway listens.
    Auto,
    /// This machine.
    Loopback,
    /// Private addresses.
    Private,
    /// These.
    Network(Network),
}

impl Value for ReachableNetwork {
    const KIND: &'static str = "`auto`, `loopback`, `private` or network";
    const EXPECTED: &'static str =
        "write `auto`, `loopback`, `private`, and addresses or networks such as `10.0.0.0/8`";
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "auto" => Ok(Self::Auto),
            "loopback" => Ok(Self::Loopback),
            "private" => Ok(Self::Private),
            text => Network::read(raw)
                .map(Self::Network)
                .map_err(|_| format!("holds `{text}`, which is none of them")),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Auto => "auto".to_owned(),
            Self::Loopback => "loopback".to_owned(),
            Self::Private => "private".to_owned(),
            Self::Network(network) => network.show(),
        }
    }
}
