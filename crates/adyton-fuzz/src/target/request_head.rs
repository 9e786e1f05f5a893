//! The head of a request: what is routed, what is signed, and what is sent on to a program.
//!
//! What must hold: a path that is accepted has no dot segment and is decoded once; a head that goes on to a program is one head, with
//! one `Host`, no credentials, and no name that a program misreads.

use adyton_gateway::fuzzing;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

/// Headers of which none may reach a program, whatever was sent.
const NEVER: &[&str] = &[
    "x-auth-token",
    "x-apig-appcode",
    "x-hw-appkey",
    "transfer-encoding",
    "content-length",
    "connection",
    "proxy",
    "te",
    "upgrade",
];

pub(crate) fn run(bytes: &[u8]) {
    let mut lines = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut lines);
    if !matches!(parsed.parse(bytes), Ok(httparse::Status::Complete(_))) {
        return;
    }
    let (Some(method), Some(target)) = (parsed.method, parsed.path) else {
        return;
    };
    let (Ok(method), Ok(uri)) = (Method::from_bytes(method.as_bytes()), Uri::try_from(target)) else {
        return;
    };
    let mut headers = HeaderMap::new();
    for line in &*parsed.headers {
        let name = HeaderName::from_bytes(line.name.as_bytes()).expect("a parsed name");
        let Ok(value) = HeaderValue::from_bytes(line.value) else {
            return;
        };
        headers.append(name, value);
    }
    let has_host = fuzzing::host(&uri, &headers);
    for keep in [false, true] {
        if let Some(path) = fuzzing::path(uri.path(), keep) {
            assert!(
                !path.split('/').any(|part| part == ".." || part == "."),
                "{path:?}"
            );
            assert!(keep || !path.contains('\0'), "{path:?}");
            if !keep {
                let again = adyton_core::live::route::encoded(&path);
                assert_eq!(fuzzing::path(&again, false).as_deref(), Some(&*path));
            }
        }
    }
    let mut request = Request::new(());
    (*request.method_mut(), *request.uri_mut(), *request.headers_mut()) = (method, uri, headers);
    let (head, ()) = request.into_parts();
    for proxied in [false, true] {
        check_onward(&fuzzing::onward(&head, proxied), has_host);
    }
}

/// What goes on is one head of lines that the gateway means.
fn check_onward(lines: &[u8], has_host: bool) {
    let whole = [b"POST / HTTP/1.1\r\nhost: instance\r\n", lines, b"\r\n"].concat();
    let mut room = [httparse::EMPTY_HEADER; 128];
    let mut parsed = httparse::Request::new(&mut room);
    let status = parsed.parse(&whole);
    assert_eq!(
        status,
        Ok(httparse::Status::Complete(whole.len())),
        "one head, and nothing behind it"
    );
    let names = || parsed.headers.iter().map(|line| line.name.to_ascii_lowercase());
    assert_eq!(names().filter(|name| name == "host").count(), 1);
    // What the gateway says of itself: that it reads what comes behind a body.
    let own = |line: &httparse::Header<'_>| {
        (line.name == "te" && line.value == b"trailers") || (line.name == "connection" && line.value == b"te")
    };
    assert!(parsed.headers.iter().filter(|line| own(line)).count() <= 2);
    let sent = parsed.headers.iter().filter(|line| !own(line));
    for name in sent.map(|line| line.name.to_ascii_lowercase()) {
        let misread: String = name.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
        assert!(!name.contains('_') && !NEVER.contains(&&*misread), "{name}");
        assert!(!misread.starts_with("x-adyton-"), "{name}");
    }
    assert_eq!(names().filter(|name| name == "x-forwarded-for").count(), 1);
    let hosts = names().filter(|name| name == "x-forwarded-host").count();
    assert!(
        !has_host || hosts >= 1,
        "the program is told which host was called"
    );
}
