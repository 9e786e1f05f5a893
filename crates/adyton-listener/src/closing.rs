//! Closing a listener without losing a connection: no new one begins, those that have begun are accepted, and then it closes.

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{SockFilter, SockRef};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// How long connections that have begun may take to be there: a round trip.
const HANDSHAKES: Duration = Duration::from_millis(100);

/// Drops segments that begin a connection (with SYN, the second bit of the fourteenth byte of a TCP header), and passes all others. Their
/// senders try again after a second, when nobody listens any more. Without it, a connection that the kernel completes between the
/// last `accept` and the end of the listener is reset, and its first request lost.
const NO_SYN: [SockFilter; 4] = [
    SockFilter::new(BPF_LOAD_BYTE, 0, 0, 13),
    SockFilter::new(BPF_JUMP_IF_SET, 0, 1, 0b10),
    SockFilter::new(BPF_RETURN, 0, 0, 0),
    SockFilter::new(BPF_RETURN, 0, 0, u32::MAX),
];
/// Codes of the classic Berkeley Packet Filter (`linux/bpf_common.h`).
const BPF_LOAD_BYTE: u16 = 0x30;
const BPF_JUMP_IF_SET: u16 = 0x45;
const BPF_RETURN: u16 = 0x06;

/// Lets no new connection begin, hands those that have to `serve`, and closes the listener. A listener that others go on with
/// must not come here.
pub async fn accept_rest(listener: TcpListener, mut serve: impl FnMut(TcpStream, SocketAddr)) {
    keep_away(&listener);
    let rest = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => serve(stream, peer),
                Err(problem) => return problem,
            }
        }
    };
    if let Ok(problem) = timeout(HANDSHAKES, rest).await {
        tracing::warn!(%problem, "a connection was lost while its listener closed");
    }
}

/// No connection begins from here on.
fn keep_away(listener: &TcpListener) {
    if let Err(problem) = SockRef::from(listener).attach_filter(&NO_SYN) {
        tracing::debug!(%problem, "new connections could not be kept away before the listener closes");
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::net::TcpStream as Client;

    use super::*;

    #[tokio::test]
    async fn whoever_has_begun_is_served_and_nobody_begins_any_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let begun: Vec<_> = (0..8).map(|_| Client::connect(address).unwrap()).collect();
        keep_away(&listener);
        // The kernel answers such a client at once, also while nobody accepts; without the filter it would be let in.
        let late = Client::connect_timeout(&address, Duration::from_millis(50)).unwrap_err();
        assert_eq!(late.kind(), ErrorKind::TimedOut);
        let mut served = Vec::new();
        accept_rest(listener, |_stream, peer| served.push(peer)).await;
        let begun: Vec<_> = begun.iter().map(|client| client.local_addr().unwrap()).collect();
        assert_eq!(served, begun);
        let after = Client::connect(address).unwrap_err();
        assert_eq!(after.kind(), ErrorKind::ConnectionRefused);
    }
}
