//! The end of the control listener: whoever was let in is answered.

use std::io::Write as _;
use std::net::TcpStream as Client;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::world::World;

/// On one thread nothing is accepted before the test waits: all of them are in the listener's queue when it is told to end.
#[tokio::test]
async fn callers_in_the_queue_of_a_listener_that_ends_are_answered() {
    let mut world = World::start().await;
    let address = world.address;
    let callers: Vec<Client> = (0..16)
        .map(|_| {
            let mut caller = Client::connect(address).unwrap();
            write!(
                caller,
                "GET /healthz/live HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            caller
        })
        .collect();
    world.stop().await;
    for caller in callers {
        caller.set_nonblocking(true).unwrap();
        let mut answer = Vec::new();
        let read = TcpStream::from_std(caller)
            .unwrap()
            .read_to_end(&mut answer)
            .await;
        assert!(
            answer.starts_with(b"HTTP/1.1 200"),
            "a request was lost: {read:?} {}",
            String::from_utf8_lossy(&answer)
        );
    }
}
