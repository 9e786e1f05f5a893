//! Signing, for those who call: the command line's `sign` and `predict`, the demo, tests.
//!
//! Like the official signers: every header is signed but those with `_` in their name and `Authorization`.

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use zeroize::Zeroize;

use crate::algorithm::Algorithm;
use crate::authorization::{AuthorizationError, SignedHeaders};
use crate::body::{BodyHash, UNSIGNED_PAYLOAD, X_SDK_CONTENT_SHA256};
use crate::canonical::{Canonical, CanonicalError};
use crate::encoding::EncodedSlash;
use crate::head::Head;
use crate::signature::Signature;

/// The body of a request that is about to be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OutgoingBody {
    /// It has this hash, which is signed and not sent, as the official signers do: whoever checks it needs the body's last byte.
    Hashed(Sha256),
    /// It has this hash, which the head declares, so that the head alone proves who sends it. A declaration among the
    /// request's own headers stays as it is.
    Declared(Sha256),
    /// It is not signed, and the head says so.
    Unsigned,
}

impl OutgoingBody {
    /// What stands in the last line of the canonical request.
    const fn hash(self) -> BodyHash {
        match self {
            Self::Hashed(digest) | Self::Declared(digest) => BodyHash::Of(digest),
            Self::Unsigned => BodyHash::Unsigned,
        }
    }

    /// What the head declares of it, beside these headers.
    fn declaration(self, headers: &[(String, String)]) -> Option<String> {
        let is_declared = || {
            headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(X_SDK_CONTENT_SHA256))
        };
        match self {
            Self::Hashed(_) => None,
            Self::Declared(digest) => (!is_declared()).then(|| digest.to_string()),
            Self::Unsigned => Some(UNSIGNED_PAYLOAD.to_owned()),
        }
    }
}

/// A request that is about to be sent.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The path as it will be sent.
    pub path: &'a str,
    /// The query as it will be sent, without `?`.
    pub query: &'a str,
    /// The host as it will be sent, with its port where the URL has one.
    pub host: &'a str,
    /// Further headers that will be sent; `Host`, `X-Sdk-Date` and `Authorization` are added here, and are left out.
    pub headers: &'a [(String, String)],
    /// The body, and what the head says of it.
    pub body: OutgoingBody,
}

/// What signing gives: the headers to add, and how they came about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signed {
    /// `Host`, `X-Sdk-Date`, perhaps `X-Sdk-Content-Sha256`, and `Authorization`.
    pub headers: Vec<(String, String)>,
    /// The canonical request.
    pub canonical_request: String,
    /// The string to sign.
    pub string_to_sign: String,
    /// The value of `Authorization`.
    pub authorization: String,
}

/// Why a request cannot be signed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignError {
    /// A header's name or value cannot be sent.
    #[error("the header `{0}` has a name or a value that cannot be sent")]
    BadHeader(String),
    /// The names cannot be listed.
    #[error(transparent)]
    SignedHeaders(#[from] AuthorizationError),
    /// The request has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// The key has a character that no key has.
    #[error("the access key is empty or has a space or another character that cannot be part of a key")]
    BadAccess,
}

/// Signs a request at the time `at`.
///
/// # Errors
/// A header or a key that cannot be sent.
pub fn sign<S: Zeroize + AsRef<[u8]>>(
    request: &Outgoing<'_>,
    access: &str,
    secret: &Secret<S>,
    at: Timestamp,
) -> Result<Signed, SignError> {
    if access.is_empty() || !access.bytes().all(|byte| byte.is_ascii_graphic() && byte != b',') {
        return Err(SignError::BadAccess);
    }
    let mut added = vec![
        ("Host".to_owned(), request.host.to_owned()),
        ("X-Sdk-Date".to_owned(), at.to_sdk_date()),
    ];
    if let Some(declared) = request.body.declaration(request.headers) {
        added.push((X_SDK_CONTENT_SHA256.to_owned(), declared));
    }
    let ours = |name: &str| {
        name.eq_ignore_ascii_case("authorization")
            || added.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
    };
    let mut all: Vec<(String, String)> = request
        .headers
        .iter()
        .filter(|(name, _)| !ours(name))
        .cloned()
        .collect();
    all.extend(added.iter().cloned());
    if let Some((name, _)) = all
        .iter()
        .find(|(_, value)| value.bytes().any(|b| b.is_ascii_control() && b != b'\t'))
    {
        return Err(SignError::BadHeader(name.clone()));
    }
    let mut names: Vec<String> = all
        .iter()
        .map(|(name, _)| name.to_ascii_lowercase())
        .filter(|name| !name.contains('_'))
        .collect();
    names.sort();
    names.dedup();
    let list = names.join(";");
    let signed = SignedHeaders::parse(&list)?;
    let head = Head {
        method: request.method,
        path: request.path,
        query: request.query,
        host: None,
        headers: &all,
    };
    let canonical = Canonical::of(&head, &signed, EncodedSlash::Decode)?;
    let hash = request.body.hash();
    let authorization = authorization(access, signed.as_str(), &canonical.sign(secret, hash));
    added.push(("Authorization".to_owned(), authorization.clone()));
    Ok(Signed {
        headers: added,
        canonical_request: canonical.text(hash),
        string_to_sign: canonical.string_to_sign(hash),
        authorization,
    })
}

/// Writes the header's value.
pub fn authorization(access: &str, signed_headers: &str, signature: &Signature) -> String {
    let algorithm = Algorithm::SdkHmacSha256.name();
    format!("{algorithm} Access={access}, SignedHeaders={signed_headers}, Signature={signature}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Declared;

    /// What a request says of its body once it is signed, and what is signed of it.
    fn said(headers: &[(String, String)], body: OutgoingBody) -> (Declared, String) {
        let outgoing = Outgoing {
            method: "POST",
            path: "/",
            query: "",
            host: "gateway.example.com",
            headers,
            body,
        };
        let at = Timestamp::from_sdk_date("20260115T081530Z").expect("a date");
        let signed = sign(&outgoing, "AK", &Secret::new("SK".to_owned()), at).expect("signs");
        let mut sent = headers.to_vec();
        sent.extend(signed.headers);
        let head = Head {
            method: "POST",
            path: "/",
            query: "",
            host: None,
            headers: &sent,
        };
        let hash = signed
            .canonical_request
            .lines()
            .last()
            .expect("a hash")
            .to_owned();
        (Declared::of(&head), hash)
    }

    #[test]
    fn the_head_declares_of_the_body_what_it_is_told_to() {
        let digest = Sha256::of(b"{}");
        let hash = digest.to_string();
        let of_it = Declared::Digest { digest, upper: false };
        assert_eq!(
            said(&[], OutgoingBody::Hashed(digest)),
            (Declared::Nothing, hash.clone())
        );
        assert_eq!(said(&[], OutgoingBody::Declared(digest)), (of_it, hash.clone()));
        let unsigned = (Declared::Unsigned, UNSIGNED_PAYLOAD.to_owned());
        assert_eq!(said(&[], OutgoingBody::Unsigned), unsigned);
        // Sent twice it would be no declaration.
        let own = [("x-sdk-content-sha256".to_owned(), hash.clone())];
        assert_eq!(said(&own, OutgoingBody::Declared(digest)), (of_it, hash));
    }

    #[test]
    fn what_cannot_be_sent_is_not_signed() {
        let bad = |access: &str, value: &str| {
            let headers = [("X-Name".to_owned(), value.to_owned())];
            let outgoing = Outgoing {
                method: "GET",
                path: "/",
                query: "",
                host: "h",
                headers: &headers,
                body: OutgoingBody::Hashed(Sha256::EMPTY),
            };
            sign(
                &outgoing,
                access,
                &Secret::new("SK".to_owned()),
                Timestamp::from_seconds(0),
            )
            .err()
        };
        for access in ["", "A K", "A,K", "Ä"] {
            assert_eq!(bad(access, "v"), Some(SignError::BadAccess), "{access:?}");
        }
        let header = Some(SignError::BadHeader("X-Name".to_owned()));
        assert_eq!(bad("AK", "a\nb"), header);
        assert_eq!(bad("AK", "a\tb"), None);
    }
}
