//! The private listener.

use std::net::SocketAddr;

use crate::config::section::section;

section! {
    /// The private listener: IAM, the management APIs, the console. Keep it off the public network.
    Control in "control" {
        /// Where it listens.
        listen: SocketAddr = "127.0.0.1:8081" at "control.listen", Start;
    }
}
