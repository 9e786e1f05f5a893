//! The end of the control listener: whoever was let in is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::world::{World, until};

const CALLERS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_come_while_it_closes_are_answered_or_not_let_in() {
    let mut world = World::start().await;
    let (address, answered) = (world.address, Arc::new(AtomicUsize::new(0)));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let answered = answered.clone();
        callers.spawn(async move {
            // Until nobody listens: what the kernel had begun meanwhile may be reset, before anything was asked.
            while let Ok(mut stream) = TcpStream::connect(address).await {
                let ask =
                    format!("GET /healthz/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
                let mut answer = Vec::new();
                let asked = stream.write_all(ask.as_bytes()).await;
                let read = stream.read_to_end(&mut answer).await;
                assert!(
                    answer.starts_with(b"HTTP/1.1 200"),
                    "a request was lost: {asked:?} {read:?} {}",
                    String::from_utf8_lossy(&answer)
                );
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    until("the callers to be busy", async || {
        (answered.load(Ordering::SeqCst) > 20 * CALLERS).then_some(())
    })
    .await;
    world.stop().await;
    while let Some(ended) = callers.join_next().await {
        ended.unwrap();
    }
}
