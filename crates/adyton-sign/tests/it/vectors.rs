//! What the official Python signer made is verified here, and made here byte for byte.

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use adyton_sign::{
    Algorithm, Authorization, AuthorizationError, BodyHash, Canonical, Declared, EncodedSlash, Head, Order,
    Outgoing, OutgoingBody, sign,
};
use serde_json::Value;

/// One entry of `vectors.json`.
struct Vector(Value);

impl Vector {
    fn all() -> Vec<Self> {
        let all: Vec<Value> = serde_json::from_str(include_str!("vectors.json")).expect("JSON");
        all.into_iter().map(Self).collect()
    }
    fn text(&self, field: &str) -> &str {
        self.0[field].as_str().unwrap_or_default()
    }
    fn headers(&self) -> Vec<(String, String)> {
        let headers = self.0["headers_sent"].as_object().expect("headers");
        headers
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
            .collect()
    }
    fn header(&self, name: &str) -> String {
        self.headers()
            .into_iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value)
            .unwrap_or_default()
    }
    fn path_and_query(&self) -> (&str, &str) {
        self.text("uri_sent")
            .split_once('?')
            .unwrap_or((self.text("uri_sent"), ""))
    }
    fn secret(&self) -> Secret<String> {
        Secret::new(self.text("secret_key").to_owned())
    }
    fn body(&self) -> Sha256 {
        Sha256::of(self.text("body_utf8").as_bytes())
    }
}

fn of_ours() -> Vec<Vector> {
    let ours: Vec<Vector> = Vector::all()
        .into_iter()
        .filter(|vector| vector.text("algorithm") == "SDK-HMAC-SHA256")
        .collect();
    assert_eq!(ours.len(), 27);
    ours
}

#[test]
fn every_vector_verifies_and_its_canonical_request_is_ours() {
    for vector in of_ours() {
        let (name, headers) = (vector.text("name"), vector.headers());
        let header = vector.header("Authorization");
        let authorization = Authorization::parse(header.as_bytes()).expect(name);
        let (path, query) = vector.path_and_query();
        let head = Head {
            method: vector.text("method"),
            path,
            query,
            host: None,
            headers: &headers,
        };
        let canonical =
            Canonical::of(&head, &authorization.signed_headers, EncodedSlash::Decode).expect(name);
        let body = match Declared::of(&head) {
            Declared::Unsigned => BodyHash::Unsigned,
            _ => BodyHash::Of(vector.body()),
        };
        let text = canonical.text(body);
        assert_eq!(text, vector.text("canonical_request"), "{name}");
        assert_eq!(
            Sha256::of(text.as_bytes()).to_string(),
            vector.text("canonical_request_sha256"),
            "{name}"
        );
        let verified = canonical.verify(&vector.secret(), &authorization.signature, body);
        assert_eq!(verified, Some(Order::Text), "{name}");
        assert_eq!(
            canonical.verify(&Secret::new("other".to_owned()), &authorization.signature, body),
            None,
            "{name}"
        );
    }
}

#[test]
fn every_vector_is_made_byte_for_byte() {
    for vector in of_ours() {
        let name = vector.text("name");
        let at = Timestamp::from_sdk_date(&vector.header("X-Sdk-Date")).expect(name);
        let (path, query) = vector.path_and_query();
        let (host, headers) = (vector.header("Host"), vector.headers());
        let body = match vector.header("X-Sdk-Content-Sha256").as_str() {
            "" => OutgoingBody::Hashed(vector.body()),
            _ => OutgoingBody::Unsigned,
        };
        let request = Outgoing {
            method: vector.text("method"),
            path,
            query,
            host: &host,
            headers: &headers,
            body,
        };
        let signed = sign(&request, vector.text("access_key"), &vector.secret(), at).expect(name);
        assert_eq!(
            signed.canonical_request,
            vector.text("canonical_request"),
            "{name}"
        );
        assert_eq!(signed.authorization, vector.header("Authorization"), "{name}");
        assert!(
            signed
                .string_to_sign
                .ends_with(vector.text("canonical_request_sha256")),
            "{name}"
        );
    }
}

#[test]
fn vectors_of_other_algorithms_say_which() {
    let mut seen = 0;
    for vector in Vector::all()
        .iter()
        .filter(|vector| vector.text("algorithm") != "SDK-HMAC-SHA256")
    {
        seen += 1;
        let header = vector.header("Authorization");
        let error = Authorization::parse(header.as_bytes()).expect_err("another algorithm");
        let AuthorizationError::OtherAlgorithm(algorithm) = &error else {
            panic!("{error}")
        };
        assert_eq!(algorithm.name(), vector.text("algorithm"));
        assert!(error.to_string().contains(algorithm.name()), "{error}");
        assert_ne!(*algorithm, Algorithm::SdkHmacSha256);
    }
    assert_eq!(seen, 4);
}

#[test]
fn integers_sorted_as_numbers_and_queries_as_sent_verify() {
    // What the official signer makes of `b=[2, 10]`, given as integers, and of an order that it is told.
    let secret = Secret::new("secret".to_owned());
    let header =
        "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=".to_owned() + &"0".repeat(64);
    let authorization = Authorization::parse(header.as_bytes()).expect("a header");
    let headers = vec![("Host", "h"), ("X-Sdk-Date", "20260115T081530Z")];
    let of = |query| {
        let head = Head {
            method: "GET",
            path: "/",
            query,
            host: None,
            headers: &headers,
        };
        Canonical::of(&head, &authorization.signed_headers, EncodedSlash::Decode).expect("canonical")
    };
    let by_hand = |query: &str| {
        // `z` alone keeps its place, so a canonical request with this query line can be made from any single key.
        let text = of("z=")
            .text(BodyHash::Of(Sha256::EMPTY))
            .replace("\nz=\n", &format!("\n{query}\n"));
        let string = format!(
            "SDK-HMAC-SHA256\n20260115T081530Z\n{}",
            Sha256::of(text.as_bytes())
        );
        adyton_sign::Signature::from_bytes(hmac(b"secret", string.as_bytes()))
    };
    let verify = |sent, signed| of(sent).verify(&secret, &by_hand(signed), BodyHash::Of(Sha256::EMPTY));
    assert_eq!(verify("b=2&b=10", "b=10&b=2"), Some(Order::Text));
    assert_eq!(verify("b=10&b=2", "b=2&b=10"), Some(Order::Numeric));
    assert_eq!(verify("b=2&a=1", "b=2&a=1"), Some(Order::AsSent));
    assert_eq!(verify("b=%3D&b=1", "b=%3D&b=1"), Some(Order::Encoded));
    assert_eq!(verify("b=2&b=1&b=3", "b=3&b=1&b=2"), None);
}

/// HMAC-SHA256 written out, so that nothing is proven by itself. Keys of up to 64 bytes.
pub(crate) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    match key.len() {
        0..=64 => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(Sha256::of(key).as_bytes()),
    }
    let with = |pad: u8, text: &[u8]| {
        let mut all: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
        all.extend_from_slice(text);
        *Sha256::of(&all).as_bytes()
    };
    with(0x5c, &with(0x36, text))
}
