//! What is kept of requests, and for how long.

use adyton_cli::language::{phrase, spoken};
use adyton_cli::said;
use std::path::PathBuf;

use adyton_core::hidden_query::CREDENTIAL_QUERY_KEYS_LISTED;

use crate::config::found::Raw;
use crate::config::section::section;
use crate::config::value::{ByteSize, Value};

/// Where the access log goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum AccessLogPlace {
    /// Nowhere.
    Off,
    /// To standard output.
    Stdout,
    /// Into a file.
    File(PathBuf),
}

impl Value for AccessLogPlace {
    const KIND: &'static str = "`off`, `stdout` or a path";
    fn expected() -> &'static str {
        phrase!(
            spoken(),
            "write `off`, `stdout` or the path of a file",
            "请写 `off`、`stdout` 或文件路径"
        )
    }
    fn read(raw: &Raw) -> Result<Self, String> {
        match String::read(raw)?.as_str() {
            "" => Err(said!("is empty", "为空")),
            "off" => Ok(Self::Off),
            "stdout" => Ok(Self::Stdout),
            path => Ok(Self::File(path.into())),
        }
    }
    fn show(&self) -> String {
        match self {
            Self::Off => "off".to_owned(),
            Self::Stdout => "stdout".to_owned(),
            Self::File(path) => path.show(),
        }
    }
}

section! {
    /// The request journal, which `adyton requests` and `adyton explain` read. The limit that is reached first applies.
    Journal in "journal" {
        /// How much disk space the records of authenticated requests to a service may take.
        keep_bytes: ByteSize = "2GiB" at "journal.keep_bytes", Start;
        /// How much disk space all other records may take: those of strangers, which never displace the former.
        strangers_bytes: ByteSize = "256MiB" at "journal.strangers_bytes", Start;
        /// Records kept per second and source (an address, or a /64 network of IPv6) of strangers' refused requests; the rest are counted.
        strangers_per_second: u32 = "50" at "journal.strangers_per_second", Start;
        /// How many days a record is kept. Whole files are deleted, at most one an hour and never the newest, and only when the clock has not jumped for an hour.
        keep_days: u32 = "30" at "journal.keep_days", Start;
        /// How much of the disk the journal leaves free, by deleting its oldest files; the smaller of this and `keep_free_percent` applies. 0 means none.
        keep_free: ByteSize = "512MiB" at "journal.keep_free", Start;
        /// The same as a percentage of the file system, at most 100.
        keep_free_percent: u32 = "10" at "journal.keep_free_percent", Start;
        /// Query keys whose values are kept as digests only, however the key is encoded; a list of your own replaces this one.
        hide_query_keys: Vec<String> = CREDENTIAL_QUERY_KEYS_LISTED at "journal.hide_query_keys", Start;
        /// The access log, one line of JSON per request: `off`, `stdout`, or the path of a file, which is rotated at 64 MiB.
        access_log: AccessLogPlace = "off" at "journal.access_log", Start;
    }
}
