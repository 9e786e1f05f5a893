//! Is the program there? One question over HTTP.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How much of an answer is read, and for how long, once its status is known.
const REST_BYTES: usize = 64 * 1024;
const REST_TIME: Duration = Duration::from_millis(500);

/// What came of one question.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// It spoke HTTP and gave this status.
    Status(u16),
    /// Nobody listens on the port.
    NoListener,
    /// It answered with something that is not HTTP/1.
    NotHttp,
    /// It did not answer in time, or hung up.
    Silent,
}

/// Asks `method path` at `address`.
pub async fn ask(address: SocketAddr, method: &str, path: &str, timeout: Duration) -> Reply {
    tokio::time::timeout(timeout, converse(address, method, path))
        .await
        .unwrap_or(Reply::Silent)
}

async fn converse(address: SocketAddr, method: &str, path: &str) -> Reply {
    let Ok(mut stream) = TcpStream::connect(address).await else {
        return Reply::NoListener;
    };
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: adyton\r\nConnection: close\r\n\r\n"
    );
    if stream.write_all(request.as_bytes()).await.is_err() {
        return Reply::Silent;
    }
    let mut head = Vec::with_capacity(64);
    // `HTTP/1.1 200`: twelve bytes say it all.
    while head.len() < 12 {
        match stream.read_buf(&mut head).await {
            Ok(0) | Err(_) => {
                return if head.is_empty() {
                    Reply::Silent
                } else {
                    Reply::NotHttp
                };
            }
            Ok(_) => {}
        }
    }
    let status = head
        .starts_with(b"HTTP/1.")
        .then(|| std::str::from_utf8(&head[9..12]).ok()?.parse().ok())
        .flatten();
    // A program that writes while nobody reads any more gets an error, and many print it: so it is heard to its end. What
    // it says is known already, so neither its length nor its time change the reply.
    let _ = tokio::time::timeout(REST_TIME, rest(stream)).await;
    status.map_or(Reply::NotHttp, Reply::Status)
}

async fn rest(mut stream: TcpStream) {
    let mut buffer = [0u8; 4096];
    let mut read = 0;
    while read < REST_BYTES {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(some) => read += some,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    async fn answering(answer: &'static [u8]) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0u8; 1024];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(answer).await.unwrap();
        });
        address
    }

    /// A program that writes its answer in two parts, as Python's `http.server` does, must be able to write the second.
    #[tokio::test]
    async fn an_answer_is_heard_to_its_end() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let program = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0u8; 1024];
            let _ = stream.read(&mut request).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            tokio::time::sleep(Duration::from_millis(20)).await;
            for _ in 0..8 {
                stream.write_all(&[b'x'; 2048]).await?;
                tokio::task::yield_now().await;
            }
            // Reset instead of closed is what a reader that left looks like.
            stream.shutdown().await?;
            stream.read(&mut request).await
        });
        assert_eq!(
            ask(address, "GET", "/", Duration::from_secs(5)).await,
            Reply::Status(200)
        );
        assert_eq!(program.await.unwrap().unwrap(), 0);
    }

    #[tokio::test]
    async fn replies_are_told_apart() {
        let second = Duration::from_secs(5);
        assert_eq!(
            ask(answering(b"HTTP/1.0 503 No\r\n\r\n").await, "GET", "/", second).await,
            Reply::Status(503)
        );
        assert_eq!(
            ask(answering(b"\x15\x03\x01 TLS, not HTTP").await, "GET", "/", second).await,
            Reply::NotHttp
        );
        assert_eq!(ask(answering(b"").await, "GET", "/", second).await, Reply::Silent);
        assert_eq!(
            ask(crate::command::port::free(&[]).unwrap(), "GET", "/", second).await,
            Reply::NoListener
        );
    }
}
