//! What can be set about the gateway, with defaults and units in the types. Everything that could grow has a limit here.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::source::AddressRange;
use adyton_sign::EncodedSlash;

pub use crate::upstream::outgoing::{Outgoing, Reachable};

/// Bytes in one KiB.
const KIB: u64 = 1024;
/// Bytes in one MiB.
const MIB: u64 = 1024 * KIB;

// The two doors, as the interface promises them: a request that one refuses may pass the other, never the other way round.
const _: () = assert!(Limits::DEFAULT.prediction_tab_body < Limits::DEFAULT.address_body);
// What hyper may buffer must hold every head that our own limits let pass, or its limits would win over ours.
const _: () = assert!(HEAD_BUFFER > Limits::DEFAULT.uri + Limits::DEFAULT.headers + 64 * KIB);

/// The most that the HTTP parser buffers of one head, in bytes. Over it the parser answers 431 by itself.
pub(crate) const HEAD_BUFFER: u64 = 416 * KIB;

/// How large the parts of a request may be, in bytes. Each is the last size that passes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// `limits.address_body`: the body at the API address.
    pub address_body: u64,
    /// `limits.prediction_tab_body`: the body at the Prediction tab's door.
    pub prediction_tab_body: u64,
    /// `limits.uri`: path and query as sent.
    pub uri: u64,
    /// `limits.header`: one header, name and value and four bytes for `: ` and the line's end.
    pub header: u64,
    /// `limits.headers`: all headers, counted the same way.
    pub headers: u64,
}

impl Limits {
    /// API Gateway User Guide, "Notes and Constraints"; ModelArts User Guide, "Prediction".
    pub const DEFAULT: Self = Self {
        address_body: 12 * MIB,
        prediction_tab_body: 8 * MIB,
        uri: 32 * KIB,
        header: 32 * KIB,
        headers: 128 * KIB,
    };
}

/// How long the gateway waits, and for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TimeLimits {
    /// `gateway.prediction_timeout`: from the hand-over to a model until the head of its answer.
    pub prediction: Duration,
    /// `gateway.stream_timeout`: between two pieces of an answer's body.
    pub stream: Duration,
    /// `gateway.connect_timeout`: for a connection to an instance.
    pub connect: Duration,
    /// `gateway.body_timeout`: between two pieces of a request's body.
    pub body: Duration,
    /// `gateway.unproven_body_time`: for a whole body whose caller is not proven before its last byte.
    pub unproven_body: Duration,
    /// What connections are judged by: `gateway.first_byte_timeout`, `gateway.head_timeout`, `gateway.idle_timeout`,
    /// `gateway.write_timeout`.
    pub connection: adyton_listener::Deadlines,
}

impl TimeLimits {
    /// The prediction limit is ModelArts', the body's is API Gateway's.
    pub const DEFAULT: Self = Self {
        prediction: Duration::from_secs(40),
        stream: Duration::from_secs(300),
        connect: Duration::from_secs(5),
        body: Duration::from_secs(8),
        unproven_body: Duration::from_secs(60),
        connection: adyton_listener::Deadlines::DEFAULT,
    };
}

/// Everything that can be set about the gateway.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// `gateway.listen`: where the workers listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// `gateway.threads`: how many workers, each a thread with a listener of its own.
    pub threads: usize,
    /// The number of this node, part of every request id.
    pub node: u16,
    /// `gateway.keep_encoded_slash`: whether `%2F` in a path stays one segment.
    pub encoded_slash: EncodedSlash,
    /// Sizes.
    pub limits: Limits,
    /// Times.
    pub time_limits: TimeLimits,
    /// `throttle.default_per_second`: calls a second for an API that sets none itself; 0 is none.
    pub default_per_second: u32,
    /// `gateway.public_url`: scheme and host of API addresses; those of each request when unset.
    pub public_url: Option<String>,
    /// `gateway.trusted_proxies`: peers whose `X-Forwarded-For` and `-Proto` count.
    pub trusted_proxies: Vec<AddressRange>,
    /// `journal.hide_query_keys`: query keys whose values are kept as digests only.
    pub hide_query_keys: Vec<String>,
    /// `gateway.max_connections`: open connections of all workers together; for more, idle ones are closed.
    pub max_connections: usize,
    /// `gateway.unproven_memory`: bytes that unfinished heads and unproven bodies may take together, in the whole process.
    pub unproven_memory: u64,
    /// `gateway.upstream_idle`: idle connections kept to one instance, by each worker.
    pub upstream_idle: usize,
    /// `gateway.drain_linger`: how long answers carry `Connection: close` before idle connections are closed.
    pub drain_linger: Duration,
    /// `gateway.feed_limit`: how old the live state may be, when nobody can say whether it is the newest, before readiness
    /// fails.
    pub feed_limit: Duration,
    /// `gateway.backend_allow` and `gateway.backend_ca_file`: what holds for connections to instances and back ends.
    pub outgoing: Arc<Outgoing>,
}

impl GatewaySettings {
    /// These settings with what may change while the gateway runs taken from `new`: sizes, times, the default throttle, the
    /// trusted proxies. The rest is built in at the start, or must not change in the middle of a request.
    #[must_use]
    pub fn reloaded(&self, new: &Self) -> Self {
        Self {
            limits: new.limits,
            time_limits: new.time_limits,
            default_per_second: new.default_per_second,
            trusted_proxies: new.trusted_proxies.clone(),
            drain_linger: new.drain_linger,
            feed_limit: new.feed_limit,
            outgoing: self.outgoing.reloaded(&new.outgoing),
            ..self.clone()
        }
    }
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            node: 0,
            encoded_slash: EncodedSlash::Decode,
            limits: Limits::DEFAULT,
            time_limits: TimeLimits::DEFAULT,
            default_per_second: 200,
            public_url: None,
            trusted_proxies: Vec::new(),
            hide_query_keys: adyton_core::hidden_query::CREDENTIAL_QUERY_KEYS
                .iter()
                .map(|key| (*key).to_owned())
                .collect(),
            max_connections: 16_384,
            unproven_memory: 64 * MIB,
            upstream_idle: 64,
            drain_linger: Duration::from_secs(2),
            feed_limit: Duration::from_secs(600),
            outgoing: Arc::default(),
        }
    }
}
