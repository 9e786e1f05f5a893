//! What the hot path costs. Printed, not asserted: times depend on the machine, and on how the crate was built.
//! `cargo test --release -p adyton-sign costs -- --nocapture` shows them.

use std::time::Instant;

use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use adyton_sign::{Authorization, BodyHash, Canonical, EncodedSlash, Head};

#[test]
fn costs_of_a_check() {
    let header = format!(
        "SDK-HMAC-SHA256 Access=EXAMPLEACCESSKEY0001, SignedHeaders=content-type;host;x-sdk-date, Signature={}",
        "0".repeat(64)
    );
    let mut headers = http::HeaderMap::new();
    headers.insert("content-type", http::HeaderValue::from_static("application/json"));
    headers.insert("host", http::HeaderValue::from_static("127.0.0.1:8080"));
    headers.insert("x-sdk-date", http::HeaderValue::from_static("20260115T081530Z"));
    let head = Head {
        method: "POST",
        path: "/v1/infers/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0/predictions/poetry",
        query: "",
        host: None,
        headers: &headers,
    };
    let secret = Secret::new("example-secret-key-for-vectors-only-0001".to_owned());
    let body = BodyHash::Of(Sha256::of(b"{}"));
    let rounds = 20_000;
    let start = Instant::now();
    let verified = (0..rounds)
        .filter(|_| {
            let authorization = Authorization::parse(header.as_bytes()).expect("a header");
            let canonical =
                Canonical::of(&head, &authorization.signed_headers, EncodedSlash::Decode).expect("it");
            canonical
                .verify(&secret, &authorization.signature, body)
                .is_some()
        })
        .count();
    println!("parse, canonicalise, verify: {:?}", start.elapsed() / rounds);
    assert_eq!(verified, 0);
}
