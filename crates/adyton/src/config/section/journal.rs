//! What is kept of requests, and for how long.

use std::path::PathBuf;

use adyton_core::record::query::CREDENTIAL_QUERY_KEYS_LISTED;

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
    const EXPECTED: &'static str = "write `off`, `stdout` or the path of a file";
    fn read(raw: &Raw) -> Result<Self, String> {
        match String::read(raw)?.as_str() {
            "" => Err("is empty".to_owned()),
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
    /// The request journal, which `adyton requests` and `adyton explain` read. The bound that is reached first wins.
    Journal in "journal" {
        /// How much disk the records of requests may take that matched a service and whose caller was proven.
        keep_bytes: ByteSize = "2GiB" at "journal.keep_bytes", Start;
        /// How much disk all other records may take: those of strangers, who cannot wash out the former.
        strangers_bytes: ByteSize = "256MiB" at "journal.strangers_bytes", Start;
        /// Of strangers' refused requests, so many records a second and source (address; of IPv6 the network of 64 bits) are kept; the rest is counted.
        strangers_per_second: u32 = "50" at "journal.strangers_per_second", Start;
        /// How many days a record is kept. Whole files go, at most one an hour and never the newest, and only while the clock has not jumped for an hour.
        keep_days: u32 = "30" at "journal.keep_days", Start;
        /// How much of the disk the journal leaves free for others, by giving back its oldest files; the smaller of this and `keep_free_percent`. 0 is nothing.
        keep_free: ByteSize = "512MiB" at "journal.keep_free", Start;
        /// The same in per cent of the file system, at most 100.
        keep_free_percent: u32 = "10" at "journal.keep_free_percent", Start;
        /// Query keys whose values are kept as digests only, however the key is encoded; a list of your own takes the place of this one.
        hide_query_keys: Vec<String> = CREDENTIAL_QUERY_KEYS_LISTED at "journal.hide_query_keys", Start;
        /// The access log, one JSON line a request: `off`, `stdout`, or the path of a file, which is rotated at 64 MiB.
        access_log: AccessLogPlace = "off" at "journal.access_log", Start;
    }
}
