//! The private listener.

use adyton_cli::language::{phrase, spoken};
use adyton_cli::said;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::found::Raw;
use crate::config::section::section;
use crate::config::value::{BaseUrl, Network, Value};

/// Who reads `/metrics` without a user's credentials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MetricsReaders {
    /// This machine.
    Loopback,
    /// Whoever sends the token.
    Token,
    /// Everybody.
    Open,
}

impl Value for MetricsReaders {
    const KIND: &'static str = "`loopback`, `token` or `open`";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `loopback`, `token` or `open`",
            "请写 `loopback`、`token` 或 `open`"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match String::read(raw)?.as_str() {
            "loopback" => Ok(Self::Loopback),
            "token" => Ok(Self::Token),
            "open" => Ok(Self::Open),
            _ => Err(said!("is not one of them", "不属于其中之一")),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Loopback => "loopback".to_owned(),
            Self::Token => "token".to_owned(),
            Self::Open => "open".to_owned(),
        }
    }
}

/// A name that clients call the server by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct HostName(pub(crate) String);

impl Value for HostName {
    const KIND: &'static str = "host name";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write names without scheme and port, such as `adyton.example.com`, or `*` for every name",
            "请写不带协议和端口的名称，例如 `adyton.example.com`，或用 `*` 表示任意名称"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = String::read(raw)?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        if text == "*" || (!text.is_empty() && text.bytes().all(fits)) {
            Ok(Self(text))
        } else {
            Err(said!(
                "contains `{text}`, which is not a host name",
                "其中的 `{text}` 不是主机名"
            ))
        }
    }
    fn show(&self) -> String {
        self.0.clone()
    }
}

section! {
    /// The private listener: IAM and the management APIs. Keep it off the public network.
    Control in "control" {
        /// The address to listen on.
        listen: SocketAddr = "127.0.0.1:8081" at "control.listen", Start;
        /// Open connections; when the limit is reached, the connection that has been idle longest is closed. Never more than the limit of open files allows.
        max_connections: u32 = "2048" at "control.max_connections", Start;
        /// How long a new connection may stay silent before its first byte.
        first_byte_timeout: Duration = "10s" at "control.first_byte_timeout", Reload;
        /// How long a client may take to send the head of a request; for the first one, from when it connects.
        head_timeout: Duration = "30s" at "control.head_timeout", Reload;
        /// How long an idle connection is kept open.
        idle_timeout: Duration = "120s" at "control.idle_timeout", Reload;
        /// How long a client may pause while it reads its response.
        write_timeout: Duration = "60s" at "control.write_timeout", Reload;
        /// Scheme and host by which browsers and clients reach the listener through a proxy; its own address when unset.
        public_url: Option<BaseUrl> = "" at "control.public_url", Reload;
        /// Additional host names that requests may have in `Host`, such as a container's; `*` accepts every name. Addresses, `localhost`, the machine's name and the host of `control.public_url` are always accepted.
        hosts: Vec<HostName> = "" at "control.hosts", Reload;
        /// Proxies whose `X-Forwarded-For` header is trusted: failed sign-ins and locks are counted by the address in it.
        trusted_proxies: Vec<Network> = "" at "control.trusted_proxies", Reload;
        /// Who can read `/metrics` without the credentials of an administrator or auditor: this machine (`loopback`), whoever sends the token (`token`), or everybody (`open`).
        metrics: MetricsReaders = "loopback" at "control.metrics", Reload;
        /// The file with the token that scrapers send as `Authorization: Bearer`, with `control.metrics = "token"`. A reload reads the file again.
        metrics_token_file: Option<PathBuf> = "" at "control.metrics_token_file", Start;
        /// How many sign-ins may wait at the same time; further ones are refused with `Retry-After`.
        sign_ins: u32 = "256" at "control.sign_ins", Start;
        /// How many days the counts of each service's requests are kept, which `adyton service metrics` shows; 0 keeps them for ever. After a day, minutes are joined to quarters of an hour.
        service_metrics_days: u32 = "90" at "control.service_metrics_days", Start;
    }
}
