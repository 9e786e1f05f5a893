//! What is kept of requests, and for how long.

use std::path::PathBuf;

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
    /// The request journal, which `adyton requests` and `adyton explain` read. The older of the two bounds wins.
    Journal in "journal" {
        /// How much disk it may take.
        keep_bytes: ByteSize = "2GiB" at "journal.keep_bytes", Start;
        /// How many days a record is kept.
        keep_days: u32 = "30" at "journal.keep_days", Start;
        /// Query keys whose values are kept as digests only, however the key is encoded; a list of your own takes the place of this one.
        hide_query_keys: Vec<String> = "x-auth-token, token, access_token, apikey, api_key, x-apig-appcode, appcode, signature, x-hw-appkey, appsecret, secret, secret_key, password" at "journal.hide_query_keys", Start;
        /// The access log, one JSON line a request: `off`, `stdout`, or the path of a file, which is rotated at 64 MiB.
        access_log: AccessLogPlace = "off" at "journal.access_log", Start;
    }
}
