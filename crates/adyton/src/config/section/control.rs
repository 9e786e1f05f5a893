//! The private listener.

use std::net::SocketAddr;
use std::time::Duration;

use crate::config::section::section;

section! {
    /// The private listener: IAM, the management APIs, the console. Keep it off the public network.
    Control in "control" {
        /// Where it listens.
        listen: SocketAddr = "127.0.0.1:8081" at "control.listen", Start;
        /// Open connections; when all places are taken, the one that has been idle longest is closed. No more than the limit of open files has room for.
        max_connections: u32 = "2048" at "control.max_connections", Start;
        /// How long a new connection may say nothing.
        first_byte_timeout: Duration = "10s" at "control.first_byte_timeout", Start;
        /// How long a client may take to send the head of a request; for the first one, from when it connects.
        head_timeout: Duration = "30s" at "control.head_timeout", Start;
        /// How long a connection without a request is kept.
        idle_timeout: Duration = "120s" at "control.idle_timeout", Start;
        /// How long a client may take nothing of its answer.
        write_timeout: Duration = "60s" at "control.write_timeout", Start;
    }
}
