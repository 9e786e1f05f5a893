//! The canonical request: what both sides hash.
//!
//! ```text
//! METHOD \n PATH \n QUERY \n name:value \n … \n \n SIGNED-HEADERS \n HASH-OF-THE-BODY
//! ```
//!
//! [`Canonical::of`] writes everything but the hash, once, into one buffer; the hash is added when it is known.

use std::fmt;

use adyton_core::fact::Fact;
use adyton_core::secret::Secret;
use adyton_core::shown::quoted;
use sha2::Digest as _;
use zeroize::Zeroize;

use crate::authorization::SignedHeaders;
use crate::body::{BodyHash, X_SDK_CONTENT_SHA256};
use crate::encoding::{EncodedSlash, push_path};
use crate::head::Head;
use crate::query::{self, Order};
use crate::signature::Signature;

/// Why a head has no canonical request. Its words are those of its [`fact`](CanonicalError::fact).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CanonicalError {
    /// `SignedHeaders` names a header that did not arrive.
    HeaderNotSent(String),
    /// `X-Sdk-Date` arrived twice.
    DateTwice,
}

impl CanonicalError {
    /// What is wrong, as a record keeps it.
    pub fn fact(&self) -> Fact {
        match self {
            Self::HeaderNotSent(name) => Fact::SignedHeaderMissing { name: name.clone() },
            Self::DateTwice => Fact::DateRepeated,
        }
    }
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact().words())
    }
}

impl std::error::Error for CanonicalError {}

/// A canonical request that waits for the hash of its body.
#[derive(Clone, Debug)]
pub struct Canonical {
    /// Everything up to and with the line feed before the hash.
    text: Vec<u8>,
    /// Where the query is in `text`.
    query: (usize, usize),
    /// Where the value of `X-Sdk-Date` is in `text`.
    date: (usize, usize),
    /// Other orders of the query that verify too.
    orders: Vec<(Order, Vec<u8>)>,
    /// Whether `x-sdk-content-sha256` is signed.
    hash_signed: bool,
}

impl Canonical {
    /// The canonical request of a head. Some 300 bytes, one allocation, when the query is empty.
    ///
    /// # Errors
    /// A signed header that was not sent.
    pub fn of(
        head: &Head<'_>,
        signed: &SignedHeaders<'_>,
        slash: EncodedSlash,
    ) -> Result<Self, CanonicalError> {
        let mut text = Vec::with_capacity(448);
        text.extend_from_slice(head.method.as_bytes());
        text.push(b'\n');
        push_path(&mut text, head.path.as_bytes(), slash);
        text.push(b'\n');
        let start = text.len();
        let mut orders = Vec::new();
        if !head.query.is_empty() {
            let (first, others) = query::canonical(head.query);
            text.extend_from_slice(&first);
            orders = others;
        }
        let query = (start, text.len());
        text.push(b'\n');
        let (mut date, mut hash_signed) = ((0, 0), false);
        for name in signed.names() {
            let start = text.len();
            push_header(&mut text, head, name)?;
            match name {
                "x-sdk-date" => {
                    date = (start + name.len() + 1, text.len() - 1);
                    if text[date.0..date.1].contains(&b'\n') {
                        return Err(CanonicalError::DateTwice);
                    }
                }
                _ if name.eq_ignore_ascii_case(X_SDK_CONTENT_SHA256) => hash_signed = true,
                _ => {}
            }
        }
        text.push(b'\n');
        text.extend_from_slice(signed.as_str().as_bytes());
        text.push(b'\n');
        Ok(Self {
            text,
            query,
            date,
            orders,
            hash_signed,
        })
    }

    /// The value of `X-Sdk-Date`.
    pub fn date(&self) -> &[u8] {
        &self.text[self.date.0..self.date.1]
    }

    /// Whether the client signed its `X-Sdk-Content-Sha256` header.
    pub const fn declares_signed(&self) -> bool {
        self.hash_signed
    }

    /// The whole text with a hash at its end, for people: bytes that are not UTF-8 are replaced.
    pub fn text(&self, body: BodyHash) -> String {
        let mut space = [0; 64];
        let mut text = String::from_utf8_lossy(&self.text).into_owned();
        text.push_str(&String::from_utf8_lossy(body.text(&mut space)));
        text
    }

    /// The string to sign, for people.
    pub fn string_to_sign(&self, body: BodyHash) -> String {
        let hash = hex::encode(self.hash(&self.text[self.query.0..self.query.1], body));
        format!(
            "SDK-HMAC-SHA256\n{}\n{hash}",
            String::from_utf8_lossy(self.date())
        )
    }

    /// The signature of this request.
    pub fn sign<S: Zeroize + AsRef<[u8]>>(&self, secret: &Secret<S>, body: BodyHash) -> Signature {
        let hash = self.hash(&self.text[self.query.0..self.query.1], body);
        Signature::compute(secret.expose().as_ref(), self.date(), hash)
    }

    /// Whether `signature` is this request's; says in which order of the query. Constant time in the signature.
    pub fn verify<S: Zeroize + AsRef<[u8]>>(
        &self,
        secret: &Secret<S>,
        signature: &Signature,
        body: BodyHash,
    ) -> Option<Order> {
        if self.sign(secret, body) == *signature {
            return Some(Order::Text);
        }
        self.orders.iter().find_map(|(order, query)| {
            let computed = Signature::compute(secret.expose().as_ref(), self.date(), self.hash(query, body));
            (computed == *signature).then_some(*order)
        })
    }

    fn hash(&self, query: &[u8], body: BodyHash) -> [u8; 32] {
        let mut space = [0; 64];
        let mut hasher = sha2::Sha256::new();
        hasher.update(&self.text[..self.query.0]);
        hasher.update(query);
        hasher.update(&self.text[self.query.1..]);
        hasher.update(body.text(&mut space));
        hasher.finalize().into()
    }
}

/// Writes `name:value\n`; a header that was sent several times has a line for each value, sorted, as the official
/// signers write it.
fn push_header(text: &mut Vec<u8>, head: &Head<'_>, name: &str) -> Result<(), CanonicalError> {
    let start = text.len();
    let mut lines = 0;
    head.each(name, &mut |value| {
        lines += 1;
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(value);
        text.push(b'\n');
    });
    if lines == 0 {
        return Err(CanonicalError::HeaderNotSent(quoted(name, 64)));
    }
    if lines > 1 {
        let mut sorted: Vec<Vec<u8>> = text[start..]
            .split_inclusive(|b| *b == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        sorted.sort();
        text.truncate(start);
        sorted.iter().for_each(|line| text.extend_from_slice(line));
    }
    Ok(())
}
