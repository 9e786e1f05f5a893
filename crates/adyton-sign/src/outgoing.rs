//! Signing, for those who call: the command line's `sign` and `predict`, the demo, tests.
//!
//! Like the official signers: every header is signed but those with `_` in their name and `Authorization`.

use adyton_core::clock::Timestamp;
use adyton_core::secret::Secret;
use zeroize::Zeroize;

use crate::algorithm::Algorithm;
use crate::authorization::{AuthorizationError, SignedHeaders};
use crate::body::{BodyHash, UNSIGNED_PAYLOAD};
use crate::canonical::{Canonical, CanonicalError};
use crate::encoding::EncodedSlash;
use crate::head::Head;
use crate::signature::Signature;

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
    /// The body's hash, or that it is not signed, which adds `X-Sdk-Content-Sha256: UNSIGNED-PAYLOAD`.
    pub body: BodyHash,
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
    if request.body == BodyHash::Unsigned {
        added.push(("X-Sdk-Content-Sha256".to_owned(), UNSIGNED_PAYLOAD.to_owned()));
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
    let authorization = authorization(access, signed.as_str(), &canonical.sign(secret, request.body));
    added.push(("Authorization".to_owned(), authorization.clone()));
    Ok(Signed {
        headers: added,
        canonical_request: canonical.text(request.body),
        string_to_sign: canonical.string_to_sign(request.body),
        authorization,
    })
}

/// Writes the header's value.
pub fn authorization(access: &str, signed_headers: &str, signature: &Signature) -> String {
    let algorithm = Algorithm::SdkHmacSha256.name();
    format!("{algorithm} Access={access}, SignedHeaders={signed_headers}, Signature={signature}")
}
