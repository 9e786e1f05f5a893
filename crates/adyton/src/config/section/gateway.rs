//! The public listener and how predictions go through it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::config::section::section;
use crate::config::value::{BaseUrl, ByteSize, Network, ReachableNetwork};

section! {
    /// The public listener: predictions and published APIs, nothing else.
    Gateway in "gateway" {
        /// The address to listen on.
        listen: SocketAddr = "127.0.0.1:8080" at "gateway.listen", Start;
        /// Scheme and host that API addresses are printed with; the listener's own when unset.
        public_url: Option<BaseUrl> = "" at "gateway.public_url", Start;
        /// Gateway cores, each with its own thread, listener and connections; 0 means one for every core of the machine.
        threads: u32 = "0" at "gateway.threads", Start;
        /// How long requests in flight may take after SIGTERM before they are cut off.
        shutdown_grace: Duration = "30s" at "gateway.shutdown_grace", Start;
        /// How long the gateway, when it stops, still answers on kept connections (telling them to close) before it closes idle ones.
        drain_linger: Duration = "2s" at "gateway.drain_linger", Reload;
        /// How long a model may take before its response begins.
        prediction_timeout: Duration = "40s" at "gateway.prediction_timeout", Reload;
        /// How long a model may pause within its response.
        stream_timeout: Duration = "300s" at "gateway.stream_timeout", Reload;
        /// How long connecting to an instance may take.
        connect_timeout: Duration = "5s" at "gateway.connect_timeout", Reload;
        /// How long a client may pause while it sends a request's body.
        body_timeout: Duration = "8s" at "gateway.body_timeout", Reload;
        /// How long the whole body of a request may take when its caller can be authenticated only after the last byte (a signature that covers the body).
        unproven_body_time: Duration = "60s" at "gateway.unproven_body_time", Reload;
        /// How much memory unfinished heads and bodies of unauthenticated callers may take together; when it runs short, the request that has been sending longest is refused.
        unproven_memory: ByteSize = "64MiB" at "gateway.unproven_memory", Start;
        /// How long a new connection may stay silent before its first byte.
        first_byte_timeout: Duration = "10s" at "gateway.first_byte_timeout", Reload;
        /// How long a client may take to send the head of a request; for the first one, from when it connects.
        head_timeout: Duration = "30s" at "gateway.head_timeout", Reload;
        /// How long an idle connection is kept open.
        idle_timeout: Duration = "120s" at "gateway.idle_timeout", Reload;
        /// How long a client may pause while it reads its response.
        write_timeout: Duration = "60s" at "gateway.write_timeout", Reload;
        /// Open connections of all cores together; when the limit is reached, the connection that has been idle longest is closed. Never more than the limit of open files allows.
        max_connections: u32 = "16384" at "gateway.max_connections", Start;
        /// How long the database may be unreachable before the gateway reports that it is not ready; it keeps serving from the last
        /// known state, without the revocations of that time.
        feed_limit: Duration = "10m" at "gateway.feed_limit", Reload;
        /// Addresses that back ends of APIs may have beside public ones: `loopback`, `private`, networks. `auto` is `loopback` and `private`
        /// while the gateway listens on a loopback address, else none. Link-local addresses and the server's own listeners are always refused.
        backend_allow: Vec<ReachableNetwork> = "auto" at "gateway.backend_allow", Reload;
        /// File with certificates (PEM) of authorities that vouch for instances and back ends called over TLS, beside those that browsers
        /// trust. Read again at each reload.
        backend_ca_file: Option<PathBuf> = "" at "gateway.backend_ca_file", Reload;
        /// Idle connections that each core keeps to one instance.
        upstream_idle: u32 = "64" at "gateway.upstream_idle", Start;
        /// Whether `%2F` in a path stays one segment; otherwise it separates two segments, for routing, signing and the model alike.
        keep_encoded_slash: bool = "false" at "gateway.keep_encoded_slash", Start;
        /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` headers are trusted.
        trusted_proxies: Vec<Network> = "" at "gateway.trusted_proxies", Reload;
    }
}
