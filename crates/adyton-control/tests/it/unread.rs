//! What the parser refuses by itself is a refusal like the others: an id, the envelope, a line in the log.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::World;

/// All that is answered to these bytes.
async fn answers(world: &World, sent: &[u8]) -> String {
    let mut socket = TcpStream::connect(world.address).await.unwrap();
    // What was refused is not read to its end: the rest may meet a closed socket.
    let _ = socket.write_all(sent).await;
    let mut answer = Vec::new();
    let mut piece = [0u8; 4096];
    while let Ok(read) = socket.read(&mut piece).await {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8(answer).unwrap()
}

/// The refusal that stands last in `answers`: its status line and its body.
fn refusal(answers: &str) -> (String, Value) {
    let at = answers.rfind("HTTP/1.1 ").unwrap();
    let (head, body) = answers[at..].split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let id = body["request_id"].as_str().unwrap();
    assert!(head.contains(&format!("x-request-id: {id}")), "{answers}");
    assert!(head.contains("x-adyton-reason: manage."), "{answers}");
    assert!(head.contains("connection: close"), "{answers}");
    (head.lines().next().unwrap_or_default().to_owned(), body)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_with_an_id() {
    let world = World::start().await;
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: v\r\n".repeat(300));
    for (sent, status, told) in [
        (
            &b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n"[..],
            "HTTP/1.1 400 Bad Request",
            "cannot be read as HTTP",
        ),
        (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 is no HTTP\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
            "cannot be read as HTTP",
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            "HTTP/1.1 400 Bad Request",
            "cannot be read as HTTP",
        ),
        (
            many.as_bytes(),
            "HTTP/1.1 431 Request Header Fields Too Large",
            "too many headers",
        ),
    ] {
        let all = answers(&world, sent).await;
        let (line, body) = refusal(&all);
        assert_eq!(line, status, "{all}");
        assert!(body["error_msg"].as_str().unwrap().contains(told), "{all}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_before_it_is_left_alone() {
    let world = World::start().await;
    let all = answers(
        &world,
        b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
    )
    .await;
    assert!(all.starts_with("HTTP/1.1 200 OK"), "{all}");
    assert_eq!(refusal(&all).0, "HTTP/1.1 400 Bad Request");
}
