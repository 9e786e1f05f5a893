//! What is promised to whoever signs requests (API Request Signing Guide), for those who check it and those who explain it.

use std::time::Duration;

/// How far `X-Sdk-Date` may be from our clock, before or after.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// At most this many headers can be signed; the official signers sign some five.
pub const HEADERS_MOST: usize = 128;
