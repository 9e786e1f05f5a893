//! What passes in each direction, and what does not.

use super::*;

fn sent(pairs: &[(&str, &str)], proxied: bool) -> Vec<String> {
    let mut request = http::Request::builder()
        .uri("/v1/infers/x")
        .body(())
        .expect("a request");
    for (name, value) in pairs {
        let name: HeaderName = name.parse().expect("a name");
        request
            .headers_mut()
            .append(name, value.parse().expect("a value"));
    }
    let (mut head, ()) = request.into_parts();
    let peer = "9.8.7.6".parse().expect("an address");
    let source = Source {
        address: peer,
        peer,
        peer_text: HeaderValue::from_static("9.8.7.6"),
        private: true,
        https: false,
        proxied,
    };
    to_model(
        &mut head,
        &source,
        HeaderValue::from_static("127.0.0.1:4000"),
        Way::Token,
        RequestId::from_bits(1),
    );
    let mut lines: Vec<String> = head
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("text")))
        .collect();
    lines.sort();
    lines
}

#[test]
fn a_model_sees_who_called_and_no_credentials() {
    let lines = sent(
        &[
            ("host", "api.example"),
            ("x-auth-token", "secret"),
            (
                "authorization",
                "SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c",
            ),
            ("x-apig-appcode", "secret"),
            ("x-hw-id", "key"),
            ("x-hw-appkey", "secret"),
            ("cookie", "a=1; adyton_session=secret; b=2"),
            ("x-csrf-token", "secret"),
            ("connection", "keep-alive, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("content-length", "2"),
            ("x-forwarded-for", "1.2.3.4"),
            ("forwarded", "for=1.2.3.4"),
            ("x-real-ip", "1.2.3.4"),
            ("x-adyton-anything", "1"),
            ("x-kept", "1"),
        ],
        false,
    );
    let expected = [
        "cookie: a=1; b=2",
        "host: 127.0.0.1:4000",
        "x-forwarded-for: 9.8.7.6",
        "x-forwarded-host: api.example",
        "x-forwarded-proto: http",
        "x-kept: 1",
        "x-request-id: 00000000000000000000000000000001",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_a_trusted_proxy_says_is_added_to() {
    let lines = sent(
        &[
            ("host", "inner"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-host", "outer"),
        ],
        true,
    );
    assert!(
        lines.contains(&"x-forwarded-for: 1.2.3.4, 9.8.7.6".to_owned()),
        "{lines:?}"
    );
    assert!(lines.contains(&"x-forwarded-host: outer".to_owned()), "{lines:?}");
}

#[test]
fn another_scheme_is_the_models_own() {
    let lines = sent(&[("host", "a"), ("authorization", "Bearer of-the-model")], false);
    assert!(
        lines.contains(&"authorization: Bearer of-the-model".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn a_model_cannot_speak_as_the_gateway() {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-adyton-reason", "route.no_such_service"),
        ("x-adyton-answered-by", "gateway"),
        ("connection", "x-hop"),
        ("x-hop", "1"),
        ("transfer-encoding", "chunked"),
        ("content-type", "text/plain"),
        ("set-cookie", "a=1"),
    ] {
        headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    from_model(&mut headers);
    let mut names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-type", "set-cookie"]);
}
