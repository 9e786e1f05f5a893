//! The `Authorization` header of a signed request. What must hold: what is accepted says the same when it is written down again in the
//! way of the official signers.

use adyton_sign::{Algorithm, Authorization, looks_signed, scheme};

pub(crate) fn run(bytes: &[u8]) {
    let _ = scheme(bytes);
    let Ok(read) = Authorization::parse(bytes) else {
        return;
    };
    // Who looks only whether it is a signature finds one.
    assert!(looks_signed(bytes) && Algorithm::of_header(bytes).is_some());
    let names: Vec<&str> = read.signed_headers.names().collect();
    assert!(names.contains(&"x-sdk-date"));
    assert!(
        names.windows(2).all(|pair| pair[0] < pair[1]),
        "sorted, each once: {names:?}"
    );
    let text = format!(
        "SDK-HMAC-SHA256 Access={}, SignedHeaders={}, Signature={}",
        read.access,
        names.join(";"),
        read.signature,
    );
    let again = Authorization::parse(text.as_bytes()).expect("what was accepted");
    assert_eq!(again.access, read.access);
    assert_eq!(again.signed_headers.names().collect::<Vec<_>>(), names);
    assert_eq!(again.signature, read.signature);
}
