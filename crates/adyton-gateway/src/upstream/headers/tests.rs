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
    let (head, ()) = request.into_parts();
    let peer = "9.8.7.6".parse().expect("an address");
    let remote = Remote {
        proxied,
        ..Remote::local(peer)
    };
    let mut written = Vec::new();
    write_for_model(&mut written, &head, &remote, Way::Token, "/v1/infers/x");
    let written = String::from_utf8(written).expect("text");
    let mut lines: Vec<String> = written.split_terminator("\r\n").map(str::to_owned).collect();
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
            ("te", "gzip"),
            ("content-length", "2"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-prefix", "/mine"),
            ("x-forwarded-port", "1"),
            ("x-forwarded-server", "elsewhere"),
            ("x-client-ip", "1.2.3.4"),
            ("true-client-ip", "1.2.3.4"),
            ("x-original-url", "/admin"),
            ("x-rewrite-url", "/admin"),
            ("x_forwarded_for", "1.2.3.4"),
            ("x.real.ip", "1.2.3.4"),
            ("x~adyton~caller", "admin"),
            ("x_auth-token", "secret"),
            ("transfer_encoding", "chunked"),
            ("content_length", "1"),
            ("cook!e", "kept"),
            ("proxy", "http://evil.test"),
            ("forwarded", "for=1.2.3.4"),
            ("x-real-ip", "1.2.3.4"),
            ("x-forwarded-host", "elsewhere"),
            ("x-forwarded-proto", "https"),
            ("x-request-id", "mine"),
            ("x-adyton-anything", "1"),
            ("x-kept", "1"),
        ],
        false,
    );
    let expected = [
        "cook!e: kept",
        "cookie: a=1; b=2",
        "x-forwarded-for: 9.8.7.6",
        "x-forwarded-host: api.example",
        "x-forwarded-prefix: /v1/infers/x",
        "x-forwarded-proto: http",
        "x-kept: 1",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_model_is_told_that_its_trailers_are_read() {
    let lines = sent(
        &[("host", "a"), ("te", "gzip, Trailers"), ("connection", "te")],
        false,
    );
    for line in ["te: trailers", "connection: te"] {
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
    }
}

#[test]
fn the_host_is_told_whatever_connection_names() {
    let lines = sent(
        &[
            ("host", "api.example"),
            ("connection", "Host, x-own"),
            ("x-own", "1"),
        ],
        false,
    );
    assert!(
        lines.contains(&"x-forwarded-host: api.example".to_owned()),
        "{lines:?}"
    );
    assert!(!lines.iter().any(|line| line.starts_with("x-own")), "{lines:?}");
}

#[test]
fn what_a_trusted_proxy_says_is_added_to() {
    let lines = sent(
        &[
            ("host", "inner"),
            ("x-forwarded-for", "1.2.3.4"),
            ("x-forwarded-for", "5.6.7.8"),
            ("x-forwarded-host", "outer"),
            ("x-forwarded-port", "443"),
            ("x-real-ip", "1.2.3.4"),
            ("x_real_ip", "1.2.3.4"),
        ],
        true,
    );
    assert!(
        lines.contains(&"x-forwarded-for: 1.2.3.4, 5.6.7.8, 9.8.7.6".to_owned()),
        "{lines:?}"
    );
    for line in [
        "x-forwarded-host: outer",
        "x-forwarded-port: 443",
        "x-real-ip: 1.2.3.4",
    ] {
        assert!(lines.contains(&line.to_owned()), "{lines:?}");
    }
    assert!(!lines.iter().any(|line| line.contains('_')), "{lines:?}");
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
fn a_line_of_the_consoles_cookies_alone_is_left_out() {
    let lines = sent(
        &[
            ("host", "a"),
            ("cookie", "adyton_session=secret"),
            ("cookie", "a=1;b=2"),
        ],
        false,
    );
    let cookies: Vec<&String> = lines.iter().filter(|line| line.starts_with("cookie")).collect();
    assert_eq!(cookies, ["cookie: a=1;b=2"]);
}
