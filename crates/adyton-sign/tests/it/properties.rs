//! What must hold for every request.

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use adyton_sign::mistakes::{AutopsyInput, SeenBody, autopsy};
use adyton_sign::{
    Authorization, BodyHash, BodyHasher, Canonical, EncodedSlash, Head, Outgoing, OutgoingBody, Signature,
    diff, sign,
};
use proptest::prelude::*;

type Headers = Vec<(String, String)>;

#[derive(Debug, Clone)]
struct Request {
    method: String,
    path: String,
    query: String,
    headers: Headers,
    body: Vec<u8>,
    secret: String,
}

fn requests() -> impl Strategy<Value = Request> {
    let headers = prop::collection::btree_map("x-[a-z]{1,8}", "[ -~]{0,20}", 0..5);
    let body = prop::collection::vec(any::<u8>(), 0..200);
    (
        "[A-Z]{3,7}",
        "/[ -~]{0,40}",
        "[!-~]{0,60}",
        headers,
        body,
        "[!-~]{1,90}",
    )
        .prop_map(|(method, path, query, headers, body, secret)| Request {
            method,
            path: path.replace('?', "/"),
            query: query.replace('#', "&"),
            headers: headers.into_iter().collect(),
            body,
            secret,
        })
}

fn at() -> Timestamp {
    Timestamp::from_sdk_date("20260115T081530Z").expect("a date")
}

fn signed(request: &Request) -> (Headers, String) {
    let outgoing = Outgoing {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        host: "gateway.example.com:8080",
        headers: &request.headers,
        body: OutgoingBody::Hashed(Sha256::of(&request.body)),
    };
    let signed = sign(&outgoing, "AK", &Secret::new(request.secret.clone()), at()).expect("signs");
    let mut headers = request.headers.clone();
    headers.extend(signed.headers);
    (headers, signed.authorization)
}

fn verify(request: &Request, headers: &Headers, authorization: &str) -> bool {
    let head = Head {
        method: &request.method,
        path: &request.path,
        query: &request.query,
        host: None,
        headers,
    };
    let Ok(authorization) = Authorization::parse(authorization.as_bytes()) else {
        return false;
    };
    let Ok(canonical) = Canonical::of(&head, &authorization.signed_headers, EncodedSlash::Decode) else {
        return false;
    };
    let body = BodyHash::Of(Sha256::of(&request.body));
    canonical
        .verify(
            &Secret::new(request.secret.clone()),
            &authorization.signature,
            body,
        )
        .is_some()
}

proptest! {
    #[test]
    fn what_is_signed_verifies(request in requests()) {
        let (headers, authorization) = signed(&request);
        prop_assert!(verify(&request, &headers, &authorization));
    }

    #[test]
    fn the_order_of_headers_and_query_does_not_matter(request in requests(), seed in any::<u64>()) {
        let (mut headers, authorization) = signed(&request);
        let mut other = request.clone();
        let mut pieces: Vec<&str> = request.query.split('&').collect();
        shuffle(&mut pieces, seed);
        other.query = pieces.join("&");
        shuffle(&mut headers, seed);
        prop_assert!(verify(&other, &headers, &authorization));
    }

    #[test]
    fn one_flipped_bit_fails(request in requests(), place in 0usize..5, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let (headers, authorization) = signed(&request);
        let (mut other, mut spoilt, mut headers) = (request.clone(), authorization.clone(), headers);
        match place {
            0 => {
                let parsed = Authorization::parse(authorization.as_bytes()).expect("ours");
                let mut bytes = *parsed.signature.as_bytes();
                bytes[at.index(32)] ^= 1 << bit;
                spoilt = authorization.replace(&parsed.signature.to_string(), &Signature::from_bytes(bytes).to_string());
            }
            1 => {
                if other.body.is_empty() { other.body.push(1) } else { let n = other.body.len(); other.body[at.index(n)] ^= 1 << bit }
            }
            2 => other.method.push('X'),
            3 => other.secret = flip(&request.secret, at, bit),
            _ => {
                let one = at.index(headers.len());
                if headers[one].0 != "Authorization" { headers[one].1.push('x') } else { other.path.push_str("/x") }
            }
        }
        prop_assert!(!verify(&other, &headers, &spoilt));
    }

    #[test]
    fn nothing_panics(header in prop::collection::vec(any::<u8>(), 0..120), path in "\\PC{0,30}", query in "\\PC{0,30}", list in "[a-zA-Z;_ -]{0,30}", body in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Authorization::parse(&header);
        let text = format!("SDK-HMAC-SHA256 Access=A, SignedHeaders={list};x-sdk-date, Signature={}", "0".repeat(64));
        let _ = diff::diff(&path, &query);
        let Ok(authorization) = Authorization::parse(text.as_bytes()) else { return Ok(()) };
        let headers = vec![("x-sdk-date", header.clone()), ("host", header.clone()), ("content-type", header)];
        let head = Head { method: "GET", path: &path, query: &query, host: None, headers: &headers };
        let _ = Canonical::of(&head, &authorization.signed_headers, EncodedSlash::Keep);
        let scene = AutopsyInput {
            head: &head,
            authorization: &authorization,
            body: SeenBody { digest: None, bytes: Some(&body) },
            slash: EncodedSlash::Decode,
        };
        prop_assert!(autopsy(&scene, &Secret::new(path.clone())).finding.is_none());
    }

    #[test]
    fn a_body_hashes_the_same_in_any_pieces(body in prop::collection::vec(any::<u8>(), 0..300), size in 1usize..50) {
        let mut hasher = BodyHasher::new();
        body.chunks(size).for_each(|piece| hasher.update(piece));
        prop_assert_eq!(hasher.finish(), Sha256::of(&body));
    }
}

fn flip(text: &str, at: prop::sample::Index, bit: u8) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = at.index(bytes.len());
    bytes[at] = (bytes[at] ^ 1 << (bit % 6)) & 0x7f;
    String::from_utf8(bytes).expect("ASCII")
}

/// Any order, the same for the same seed.
fn shuffle<T>(items: &mut [T], mut seed: u64) {
    for at in (1..items.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        items.swap(at, usize::try_from(seed >> 33).unwrap_or(0) % (at + 1));
    }
}
