//! The memory of callers who are not proven is shared by source, also where all of them come through one proxy.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

const KIB: usize = 1 << 10;

/// A sign-in that a proxy passes on for `from`: `sent` of `whole` bytes have been sent.
async fn half(world: &World, from: &str, sent: usize, whole: usize) -> TcpStream {
    let mut socket = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /v3/auth/tokens HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Forwarded-For: {from}\r\n\
         Connection: close\r\nContent-Length: {whole}\r\n\r\n{}",
        " ".repeat(sent)
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

/// Waits until so many bytes are taken.
async fn taken(world: &World, bytes: usize) {
    let counts = async {
        while world.unproven.used() != bytes as u64 {
            tokio::task::yield_now().await;
        }
    };
    let counted = tokio::time::timeout(Duration::from_secs(30), counts).await;
    counted.expect("it counts");
}

/// Whoever sends the first and least, and three who send more one after the other: together more than there is room for.
async fn crowd(world: &World) -> (TcpStream, Vec<TcpStream>) {
    let first = half(world, "192.0.2.1", 8 * KIB, 12 * KIB).await;
    taken(world, 8 * KIB).await;
    let mut flood = Vec::new();
    for before in 0..3 {
        taken(world, (8 + before * 20) * KIB).await;
        flood.push(half(world, "192.0.2.66", 20 * KIB, 24 * KIB).await);
    }
    (first, flood)
}

/// What comes until the server closes.
async fn rest(mut socket: TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), socket.read_to_end(&mut answer)).await;
    // Closed with or without a reset.
    let _ = read.expect("an end in time");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Counted by the proxy's address, whoever began first would give up.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_trusted_proxy_the_source_that_holds_most_gives_up_first() {
    let world = World::within(64 * KIB as u64, |settings| {
        settings.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let (mut honest, mut flood) = crowd(&world).await;
    assert_eq!(rest(flood.remove(0)).await, "", "closed without an answer");
    honest.write_all(&vec![b' '; 4 * KIB]).await.unwrap();
    let answer = rest(honest).await;
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
}

/// Anybody can write the header.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_forwards_counts_for_the_stranger() {
    let world = World::within(64 * KIB as u64, |_| ()).await;
    let (first, _flood) = crowd(&world).await;
    assert_eq!(rest(first).await, "", "the oldest of one source gives up");
}
