//! The kinds of values: how each is written, read and shown. Units are in the types.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use adyton_core::secret::Secret;
use adyton_gateway::settings::AddressRange;

use super::found::Raw;

/// A kind of value.
pub(crate) trait Value: Sized {
    /// The kind's name in the reference.
    const KIND: &'static str;
    /// How it is written, as a sentence for whoever wrote it otherwise.
    const EXPECTED: &'static str;
    /// Whether messages must not repeat it.
    const SECRET: bool = false;
    /// Whether it is a list of the kind.
    const LIST: bool = false;
    /// Reads it; the error completes the sentence "the value …".
    fn read(raw: &Raw) -> Result<Self, String>;
    /// As `config show` prints it, without secrets.
    fn show(&self) -> String;
}

/// The text of a scalar.
fn scalar(raw: &Raw) -> Result<&str, String> {
    match raw {
        Raw::Text(text) => Ok(text.trim()),
        Raw::List(_) => Err("is a list".to_owned()),
    }
}

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

impl Value for PathBuf {
    const KIND: &'static str = "path";
    const EXPECTED: &'static str = "write a path";
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)? {
            "" => Err("is empty".to_owned()),
            text => Ok(text.into()),
        }
    }
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for String {
    const KIND: &'static str = "text";
    const EXPECTED: &'static str = "write a text";
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw).map(str::to_owned)
    }
    fn show(&self) -> String {
        self.clone()
    }
}

impl Value for bool {
    const KIND: &'static str = "yes or no";
    const EXPECTED: &'static str = "write `true` or `false`";
    fn read(raw: &Raw) -> Result<Self, String> {
        match scalar(raw)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Ok(true),
            "false" | "no" | "off" | "0" => Ok(false),
            _ => Err("is neither".to_owned()),
        }
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for u32 {
    const KIND: &'static str = "number";
    const EXPECTED: &'static str = "write a whole number from 0 to 4294967295";
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw)?
            .replace('_', "")
            .parse()
            .map_err(|_| "is not such a number".to_owned())
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

/// The number of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Node(pub(crate) u16);

impl Value for Node {
    const KIND: &'static str = "number";
    const EXPECTED: &'static str = "write a whole number from 0 to 65535";
    fn read(raw: &Raw) -> Result<Self, String> {
        scalar(raw)?
            .parse()
            .map(Self)
            .map_err(|_| "is not such a number".to_owned())
    }
    fn show(&self) -> String {
        self.0.to_string()
    }
}

/// A number of bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct ByteSize(pub(crate) u64);

impl Value for ByteSize {
    const KIND: &'static str = "size";
    const EXPECTED: &'static str = "write bytes, or a number with `KiB`, `MiB` or `GiB`, such as `12MiB`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?;
        let (number, unit) = number_and_unit(text);
        let number: u64 = number.parse().map_err(|_| "is not a size".to_owned())?;
        let factor: u64 = match unit {
            "" | "B" => 1,
            "KiB" => 1 << 10,
            "MiB" => 1 << 20,
            "GiB" => 1 << 30,
            "TiB" => 1 << 40,
            other => {
                return Err(format!(
                    "has the unit `{other}`, which is not known (1 MiB is 1024 × 1024 bytes)"
                ));
            }
        };
        number
            .checked_mul(factor)
            .map(Self)
            .ok_or_else(|| "is too large".to_owned())
    }
    fn show(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        match units
            .iter()
            .find(|(shift, _)| self.0 != 0 && self.0.is_multiple_of(1 << shift))
        {
            Some((shift, unit)) => write!(f, "{}{unit}", self.0 >> shift),
            None => write!(f, "{}", self.0),
        }
    }
}

impl Value for Duration {
    const KIND: &'static str = "time";
    const EXPECTED: &'static str = "write a number with `ms`, `s`, `m`, `h` or `d`, such as `30s`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?;
        let (number, unit) = number_and_unit(text);
        let number: u64 = number.parse().map_err(|_| "is not a time".to_owned())?;
        let millis: u64 = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "" => return Err("has no unit".to_owned()),
            other => return Err(format!("has the unit `{other}`, which is not known")),
        };
        number
            .checked_mul(millis)
            .map(Duration::from_millis)
            .ok_or_else(|| "is too long".to_owned())
    }
    fn show(&self) -> String {
        let millis = self.as_millis();
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
        match units
            .iter()
            .find(|(size, _)| millis != 0 && millis.is_multiple_of(*size))
        {
            Some((size, unit)) => format!("{}{unit}", millis / size),
            None => format!("{millis}ms"),
        }
    }
}

fn number_and_unit(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '_')
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim_start())
}

/// Scheme, host and port: `https://models.example.com`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BaseUrl(pub(crate) String);

impl Value for BaseUrl {
    const KIND: &'static str = "URL";
    const EXPECTED: &'static str =
        "write `http://` or `https://`, a host and perhaps a port, and nothing behind them";
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
    /// What the gateway compares with.
    pub(crate) range: AddressRange,
}

impl Value for Network {
    const KIND: &'static str = "network";
    const EXPECTED: &'static str = "write addresses or networks such as `10.0.0.0/8`";
    fn read(raw: &Raw) -> Result<Self, String> {
        let text = scalar(raw)?.to_owned();
        let range = text
            .parse()
            .map_err(|_| format!("holds `{text}`, which is not an address or network"))?;
        Ok(Self { text, range })
    }
    fn show(&self) -> String {
        self.text.clone()
    }
}

impl<T: Value> Value for Vec<T> {
    const KIND: &'static str = T::KIND;
    const EXPECTED: &'static str = T::EXPECTED;
    const SECRET: bool = T::SECRET;
    const LIST: bool = true;
    fn read(raw: &Raw) -> Result<Self, String> {
        raw.parts()
            .into_iter()
            .map(|part| T::read(&Raw::Text(part)))
            .collect()
    }
    fn show(&self) -> String {
        self.iter().map(T::show).collect::<Vec<_>>().join(", ")
    }
}

/// Unset when the text is empty.
impl<T: Value> Value for Option<T> {
    const KIND: &'static str = T::KIND;
    const EXPECTED: &'static str = T::EXPECTED;
    const SECRET: bool = T::SECRET;
    const LIST: bool = T::LIST;
    fn read(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Text(text) if text.trim().is_empty() => Ok(None),
            raw => T::read(raw).map(Some),
        }
    }
    fn show(&self) -> String {
        self.as_ref().map_or_else(String::new, T::show)
    }
}
