//! What a head says, and what is none.

use proptest::prelude::*;

use super::*;

/// Reads a head that comes in steps of `step` bytes.
fn read_in_steps(sent: &[u8], step: usize, bodiless: bool) -> Result<Option<Head>, BadHead> {
    let (mut reader, mut buffer) = (HeadReader::default(), BytesMut::new());
    for bytes in sent.chunks(step) {
        buffer.extend_from_slice(bytes);
        if let Some(head) = reader.take(&mut buffer, bodiless)? {
            return Ok(Some(head));
        }
    }
    Ok(None)
}

fn head(sent: &str) -> Head {
    read_in_steps(sent.as_bytes(), usize::MAX, false)
        .expect("HTTP")
        .expect("a whole head")
}

fn refusal(sent: &str) -> String {
    match read_in_steps(sent.as_bytes(), usize::MAX, false) {
        Err(problem) => problem.0.words(),
        Ok(read) => panic!("read {read:?} from {sent:?}"),
    }
}

#[test]
fn a_model_cannot_speak_as_the_gateway() {
    let head = head(
        "HTTP/1.1 200 OK\r\nX-Adyton-Reason: route.no_such_service\r\nX-Adyton-Answered-By: gateway\r\n\
         Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: text/plain\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n",
    );
    let mut seen: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect();
    seen.sort();
    assert_eq!(
        seen,
        ["content-type: text/plain", "set-cookie: a=1", "set-cookie: b=2"]
    );
}

#[test]
fn a_model_sets_no_cookie_of_the_console() {
    let head = head(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: adyton_session=theirs; Path=/\r\nSet-Cookie: =adyton_session=theirs\r\n\
         set-cookie:\t = adyton_session=; Max-Age=0\r\nSet-Cookie: theme=adyton\r\nSet-Cookie: my_adyton=1\r\n\r\n",
    );
    let kept: Vec<_> = head.headers.get_all(SET_COOKIE).iter().collect();
    assert_eq!(kept, ["theme=adyton", "my_adyton=1"]);
}

#[test]
fn a_head_says_where_its_body_ends_and_whether_the_connection_stays() {
    let until_close = (Framing::UntilClose, false);
    for (sent, expected) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
            (Framing::Length(7), true),
        ),
        (
            "HTTP/1.1 200 OK\nContent-Length:7\n\n",
            (Framing::Length(7), true),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 7, 7\r\nContent-Length: 7\r\n\r\n",
            (Framing::Length(7), true),
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: a, Close\r\n\r\n",
            (Framing::Length(7), false),
        ),
        (
            "HTTP/1.1 200\r\nTransfer-Encoding: Chunked\r\n\r\n",
            (Framing::CHUNKED, true),
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", until_close),
        ("HTTP/1.0 200 OK\r\n\r\n", until_close),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 7\r\n\r\n",
            (Framing::Length(7), false),
        ),
        (
            "HTTP/1.0 200 OK\r\nContent-Length: 7\r\nConnection: keep-alive\r\n\r\n",
            (Framing::Length(7), true),
        ),
        (
            "HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n",
            (Framing::OVER, true),
        ),
        (
            "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
            (Framing::OVER, true),
        ),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n",
            (Framing::Length(7), true),
        ),
    ] {
        let head = head(sent);
        assert_eq!((head.framing, head.keeps), expected, "{sent:?}");
    }
    let of_head = read_in_steps(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", 9, true);
    let of_head = of_head.expect("HTTP").expect("a whole head");
    assert_eq!(
        (of_head.framing, of_head.headers["content-length"].as_bytes()),
        (Framing::OVER, &b"7"[..])
    );
}

#[test]
fn a_length_beside_chunks_is_not_passed_on() {
    let head = head("HTTP/1.1 200 OK\r\nContent-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_eq!(
        (head.framing, head.headers.get("content-length")),
        (Framing::CHUNKED, None)
    );
}

#[test]
fn an_unusual_phrase_passes() {
    let phrase = |sent| {
        head(sent)
            .phrase
            .map(|phrase| String::from_utf8_lossy(phrase.as_bytes()).into_owned())
    };
    assert_eq!(phrase("HTTP/1.1 200 Fine\r\n\r\n").as_deref(), Some("Fine"));
    assert_eq!(phrase("HTTP/1.1 200 OK\r\n\r\n"), None);
    assert_eq!(phrase("HTTP/1.1 299 \r\n\r\n"), None);
}

#[test]
fn what_is_no_answer_is_refused_with_its_cause() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(LINES_MAX + 1));
    let long = format!("HTTP/1.1 200 OK\r\na: {}", "b".repeat(HEAD_MAX));
    let ended = format!("{long}\r\n\r\n");
    for (sent, cause) in [
        ("hello\r\n", "invalid HTTP version"),
        ("\u{16}\u{3}\u{1}", "invalid HTTP version"),
        ("HTTP/1.1 OK\r\n\r\n", "invalid response status"),
        ("HTTP/1.1 099 Odd\r\n\r\n", "invalid status code"),
        ("HTTP/1.1 200 OK\r\na b: c\r\n\r\n", "invalid header name"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Length: 8\r\n\r\n",
            "two different Content-Length headers",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: +7\r\n\r\n",
            "Content-Length is not a number",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "Content-Length is not a number",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
            "Content-Length is not a number",
        ),
        (
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.0 has no Transfer-Encoding",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "is `gzip, chunked`; only one `chunked`",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "is `gzip`; only one `chunked`",
        ),
        (&ended, "longer than 131072 bytes"),
        (&many, "header lines"),
        (&long, "longer than 131072 bytes"),
    ] {
        let shown = &sent[..sent.len().min(60)];
        assert!(refusal(sent).contains(cause), "{shown:?}: {}", refusal(sent));
    }
}

proptest! {
    #[test]
    fn a_head_is_the_same_however_it_is_cut(step in 1usize..80, length in 0u64..1000, padding in "[ -~]{0,60}") {
        let sent = format!("HTTP/1.1 200 OK\r\nx-padding: a{padding}\r\ncontent-length: {length}\r\n\r\n");
        let read = read_in_steps(sent.as_bytes(), step, false).expect("HTTP").expect("a whole head");
        prop_assert_eq!(read.framing, Framing::Length(length));
        let expected = format!("a{padding}");
        prop_assert_eq!(read.headers["x-padding"].as_bytes(), expected.trim_end().as_bytes());
    }

    #[test]
    fn no_bytes_make_it_fail_otherwise(sent in prop::collection::vec(any::<u8>(), 0..200), step in 1usize..50) {
        let _ = read_in_steps(&sent, step, false);
        let mut answer = b"HTTP/1.1 200 OK\r\n".to_vec();
        answer.extend_from_slice(&sent);
        answer.extend_from_slice(b"\r\n\r\n");
        let _ = read_in_steps(&answer, step, false);
    }
}

#[test]
fn a_length_that_is_said_twice_is_passed_on_once() {
    for lines in [
        "Content-Length: 3, 3\r\nContent-Length: 3",
        "Content-Length: 3",
        "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 003",
        "Content-Length: 3\r\nConnection: content-length",
    ] {
        let head = head(&format!("HTTP/1.1 200 OK\r\n{lines}\r\n\r\n"));
        let lengths: Vec<_> = head.headers.get_all("content-length").iter().collect();
        assert_eq!(lengths, ["3"], "{lines}");
        assert_eq!(head.framing, Framing::Length(3), "{lines}");
    }
}
