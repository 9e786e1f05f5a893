//! Where things are: addresses, networks, URLs, databases.

use adyton_cli::language::{phrase, spoken};
use std::fmt;
use std::net::SocketAddr;

use adyton_core::secret::Secret;
use adyton_core::source::AddressRange;

use super::{Value, scalar};
use crate::config::found::Raw;
use adyton_cli::said;

impl Value for SocketAddr {
    const KIND: &'static str = "address";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write an IP address and a port, such as `127.0.0.1:8080` or `[::]:8080`; port 0 picks a free one",
            "请写 IP 地址和端口，例如 `127.0.0.1:8080` 或 `[::]:8080`；端口 0 表示任选一个空闲端口"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?;
        let text = text.replace("localhost:", "127.0.0.1:");
        text.parse()
            .map_err(|_| said!("is not an address with a port", "不是带端口的地址"))
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
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `http://` or `https://`, a host and perhaps a port, and nothing after them",
            "请写 `http://` 或 `https://`、主机，以及可选的端口，其后不要有其他内容"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?.trim_end_matches('/');
        let rest = text
            .strip_prefix("http://")
            .or_else(|| text.strip_prefix("https://"));
        match rest {
            None => Err(said!(
                "does not begin with `http://` or `https://`",
                "不以 `http://` 或 `https://` 开头"
            )),
            Some("") => Err(said!("has no host", "没有主机")),
            Some(host) if host.contains(['/', '?', '#', '@', ' ']) => Err(said!(
                "has more than scheme, host and port",
                "除协议、主机和端口外还有其他内容"
            )),
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
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `sqlite`, or `postgres://USER:PASSWORD@HOST/DATABASE`",
            "请写 `sqlite`，或 `postgres://USER:PASSWORD@HOST/DATABASE`"
        )
    }
    const SECRET: bool = true;
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "sqlite" => Ok(Self::Sqlite),
            text if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
                Ok(Self::Postgres(Secret::new(text.to_owned())))
            }
            _ => Err(said!(
                "is neither `sqlite` nor a `postgres://` address",
                "既不是 `sqlite`，也不是 `postgres://` 地址"
            )),
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
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write addresses or networks such as `10.0.0.0/8`",
            "请写地址或网段，例如 `10.0.0.0/8`"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?.to_owned();
        let range = text.parse().map_err(|_| {
            said!(
                "contains `{text}`, which is not an address or network",
                "其中的 `{text}` 不是地址或网段"
            )
        })?;
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
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `auto`, `loopback`, `private`, and addresses or networks such as `10.0.0.0/8`",
            "请写 `auto`、`loopback`、`private`，以及地址或网段，例如 `10.0.0.0/8`"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "auto" => Ok(Self::Auto),
            "loopback" => Ok(Self::Loopback),
            "private" => Ok(Self::Private),
            text => Network::read(raw).map(Self::Network).map_err(|_| {
                said!(
                    "holds `{text}`, which is none of them",
                    "其中的 `{text}` 不属于这些"
                )
            }),
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
