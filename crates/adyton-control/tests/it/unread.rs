//! What the parser refuses by itself is a refusal like the others: an id, the envelope, a line in the log.

use serde_json::{Value, json};
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

/// The records of calls that were refused, newest first.
async fn refused(world: &World) -> Vec<Value> {
    let all = world
        .owner()
        .await
        .get("/adyton/v1/audit?refused=true&limit=1000")
        .await
        .expect(200);
    all["records"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_has_a_record_that_explains_it_and_strangers_cannot_make_many() {
    let world = World::start().await;
    let sent = b"POST /v1/x/services?token=secret HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n";
    let (_, body) = refusal(&answers(&world, sent).await);
    let id = body["request_id"].as_str().unwrap();
    let all = refused(&world).await;
    let record = all.iter().find(|record| record["request_id"] == id).unwrap();
    assert_eq!(
        (&record["method"], &record["path"]),
        (&json!("POST"), &json!("/v1/x/services"))
    );
    assert_eq!(record["source"], "127.0.0.1");
    assert_eq!(record["status"], 400);
    assert_eq!(record["refusal"]["reason"], "manage.bad_request");
    assert!(
        record["caller"].is_null() && record["project_id"].is_null(),
        "{record}"
    );
    let explained = format!("/adyton/v1/{}/audit/{id}", world.project());
    let shown = world.owner().await.get(&explained).await;
    assert_eq!(shown.expect(200)["record"]["request_id"], id);
    for _ in 0..40 {
        answers(&world, b"no HTTP\r\n\r\n").await;
    }
    let of_parser = |records: &[Value]| {
        records
            .iter()
            .filter(|record| record["refusal"]["reason"] == "manage.bad_request")
            .count()
    };
    assert_eq!(
        of_parser(&refused(&world).await),
        30,
        "of one source, in a minute"
    );
}

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let mut frame = vec![length[1], length[2], length[3], kind, flags];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(content);
    frame
}

/// A header line as it is written without compression.
fn line(name: &str, value: &str) -> Vec<u8> {
    fn text(text: &str) -> Vec<u8> {
        let mut written = Vec::new();
        match u8::try_from(text.len()) {
            Ok(short) if short < 127 => written.push(short),
            _ => {
                written.push(127);
                let mut left = text.len() - 127;
                while left >= 128 {
                    written.push(u8::try_from(left % 128).unwrap() | 128);
                    left /= 128;
                }
                written.push(u8::try_from(left).unwrap());
            }
        }
        written.extend_from_slice(text.as_bytes());
        written
    }
    [vec![0], text(name), text(value)].concat()
}

/// A request over HTTP/2, and all that is answered until the connection has nothing more to say.
async fn over_http2(world: &World, lines: &[(&str, &str)]) -> String {
    let head = lines
        .iter()
        .flat_map(|(name, value)| line(name, value))
        .collect::<Vec<_>>();
    let mut sent = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    sent.extend(frame(4, 0, 0, &[]));
    let pieces: Vec<&[u8]> = head.chunks(16_000).collect();
    for (at, piece) in pieces.iter().enumerate() {
        let kind = if at == 0 { 1 } else { 9 };
        let (stream_ends, head_ends) = (u8::from(at == 0), if at + 1 == pieces.len() { 4 } else { 0 });
        sent.extend(frame(kind, stream_ends | head_ends, 1, piece));
    }
    // Whoever is asked to go away has said all before.
    sent.extend(frame(7, 0, 0, &[0; 8]));
    let mut socket = TcpStream::connect(world.address).await.unwrap();
    let _ = socket.write_all(&sent).await;
    let (mut answer, mut piece) = (Vec::new(), [0_u8; 4096]);
    while let Ok(read) = socket.read(&mut piece).await {
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&piece[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_over_http2() {
    let world = World::start().await;
    let usual = |path| {
        vec![
            (":method", "GET"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "localhost"),
        ]
    };
    let (long, long_path) = ("v".repeat(300 << 10), format!("/v3/{}", "p".repeat(40 << 10)));
    let mut large = usual("/v3/users");
    large.push(("x-large", &long));
    let mut many = usual("/v3/users");
    many.extend(std::iter::repeat_n(("x-many", "v"), 300));
    for (lines, reason) in [
        (large, "manage.headers_too_large"),
        (many, "manage.headers_too_large"),
        (usual(&long_path), "manage.uri_too_large"),
    ] {
        let said = over_http2(&world, &lines).await;
        assert!(said.contains("APIGW.0201"), "{reason}: {said}");
        let all = refused(&world).await;
        let record = &all[0];
        assert_eq!(record["refusal"]["reason"], reason);
        assert!(said.contains(record["request_id"].as_str().unwrap()), "{said}");
    }
    // What gets no answer has a record all the same.
    let mut malformed = usual("/v3/users");
    malformed.push(("connection", "close"));
    let mut broken = usual("/v3/users");
    broken.push(("Upper-Case", "v"));
    let huge = "v".repeat(700 << 10);
    let mut larger = usual("/v3/users");
    larger.push(("x-large", &huge));
    for (lines, found) in [
        (malformed, "stream was reset"),
        (broken, "connection was ended"),
        (larger, "HTTP/2"),
    ] {
        over_http2(&world, &lines).await;
        let all = refused(&world).await;
        let told = all[0]["refusal"]["found"].as_str().unwrap();
        assert!(told.contains(found), "{}", all[0]);
    }
    assert_eq!(refused(&world).await.len(), 6);
}
