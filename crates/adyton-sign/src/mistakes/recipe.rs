//! How a signature is made, from start to end, with every step open to change. The right recipe is what
//! [`Canonical`](crate::canonical::Canonical) does; a mistake changes one step of it.

use std::borrow::Cow;

use adyton_core::digest::Sha256;
use adyton_core::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use zeroize::{Zeroize, Zeroizing};

use crate::authorization::Authorization;
use crate::body::{Declared, UNSIGNED_PAYLOAD, X_SDK_CONTENT_SHA256};
use crate::encoding::{EncodedSlash, push_path};
use crate::head::Head;
use crate::query;
use crate::signature::{Signature, hmac};

/// Text that is borrowed until a mistake changes it.
pub(super) type Text<'a> = Cow<'a, [u8]>;

/// Bodies up to this size are looked into; of longer ones only the digest counts. In bytes.
pub(super) const BODY_MAX: usize = 8 * 1024;

/// What is known of the body.
#[derive(Clone, Copy)]
pub struct SeenBody<'a> {
    /// Its digest; `None` when it was refused before it was read.
    pub digest: Option<Sha256>,
    /// Its bytes, where they are at hand.
    pub bytes: Option<&'a [u8]>,
}

/// All that the autopsy looks at, besides the secret.
#[derive(Clone, Copy)]
pub struct AutopsyInput<'a> {
    /// The head as it was sent.
    pub head: &'a Head<'a>,
    /// The signature's header.
    pub authorization: &'a Authorization<'a>,
    /// The body.
    pub body: SeenBody<'a>,
    /// What the gateway takes `%2F` for.
    pub slash: EncodedSlash,
}

impl<'a> AutopsyInput<'a> {
    /// The body's bytes, where they are at hand and few.
    pub(super) fn short_body(&self) -> Option<&'a [u8]> {
        self.body.bytes.filter(|bytes| bytes.len() <= BODY_MAX)
    }
    /// The host as sent.
    pub(super) fn host(&self) -> Vec<u8> {
        self.head.first("host").unwrap_or_default()
    }
}

/// What stands for the canonical request in the string to sign.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stand {
    /// Its SHA-256 in lower-case hex: right.
    Hex,
    /// In upper-case hex.
    UpperHex,
    /// In base64.
    Base64,
    /// The canonical request itself.
    Itself,
}

/// How secret and string become a signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mac {
    /// HMAC with the secret as its key: right.
    Hmac,
    /// The two swapped.
    Swapped,
    /// SHA-256 of the secret and then the string.
    SecretThenText,
    /// SHA-256 of the string and then the secret.
    TextThenSecret,
}

/// One way to make a signature.
#[derive(Clone)]
pub(super) struct Recipe<'a> {
    pub(super) method: Text<'a>,
    pub(super) path: Text<'a>,
    /// `None` leaves the line out.
    pub(super) query: Option<Text<'a>>,
    pub(super) headers: Vec<(Text<'a>, Text<'a>)>,
    pub(super) colon: &'static [u8],
    /// What follows the last header's line.
    pub(super) after_headers: &'static [u8],
    pub(super) list: Text<'a>,
    pub(super) hash: Text<'a>,
    pub(super) line_end: &'static [u8],
    /// What follows the hash.
    pub(super) end: &'static [u8],
    /// The lines of the string to sign that come before the canonical request's hash; `None` leaves one out.
    pub(super) algorithm: Option<Text<'a>>,
    pub(super) date: Option<Text<'a>>,
    pub(super) stand: Stand,
    pub(super) string_end: &'static [u8],
    /// In place of the true secret.
    pub(super) secret: Option<Zeroizing<Vec<u8>>>,
    pub(super) mac: Mac,
}

impl Recipe<'static> {
    /// The right recipe for a scene.
    pub(super) fn right(scene: &AutopsyInput<'_>) -> Self {
        let head = scene.head;
        let mut path = Vec::new();
        push_path(&mut path, head.path.as_bytes(), scene.slash);
        let mut headers: Vec<(Text<'static>, Text<'static>)> = Vec::new();
        for name in scene.authorization.signed_headers.names() {
            let start = headers.len();
            head.each(name, &mut |value| {
                headers.push((Cow::Owned(name.as_bytes().to_vec()), Cow::Owned(value.to_vec())));
            });
            headers[start..].sort();
        }
        let hash = match (Declared::of(head), scene.body.digest) {
            (Declared::Unsigned, _) => UNSIGNED_PAYLOAD.as_bytes().to_vec(),
            (Declared::Nothing, digest) => hex(digest.unwrap_or(Sha256::EMPTY)),
            _ => head.first(X_SDK_CONTENT_SHA256).unwrap_or_default(),
        };
        Self {
            method: Cow::Owned(head.method.as_bytes().to_vec()),
            path: Cow::Owned(path),
            query: Some(Cow::Owned(query::canonical(head.query).0)),
            headers,
            colon: b":",
            after_headers: b"\n",
            list: Cow::Owned(scene.authorization.signed_headers.as_str().as_bytes().to_vec()),
            hash: Cow::Owned(hash),
            line_end: b"\n",
            end: b"",
            algorithm: Some(Cow::Borrowed(b"SDK-HMAC-SHA256")),
            date: Some(Cow::Owned(head.first("x-sdk-date").unwrap_or_default())),
            stand: Stand::Hex,
            string_end: b"",
            secret: None,
            mac: Mac::Hmac,
        }
    }
}

impl<'a> Recipe<'a> {
    /// A copy that borrows what is not changed.
    pub(super) fn borrowed(&'a self) -> Recipe<'a> {
        fn lend<'a>(text: &'a Text<'_>) -> Text<'a> {
            Cow::Borrowed(text)
        }
        Recipe {
            method: lend(&self.method),
            path: lend(&self.path),
            query: self.query.as_ref().map(lend),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (lend(name), lend(value)))
                .collect(),
            list: lend(&self.list),
            hash: lend(&self.hash),
            algorithm: self.algorithm.as_ref().map(lend),
            date: self.date.as_ref().map(lend),
            secret: self.secret.clone(),
            ..*self
        }
    }

    /// The canonical request by this recipe.
    pub(super) fn canonical(&self, text: &mut Vec<u8>) {
        text.clear();
        let mut line = |pieces: &[&[u8]]| {
            for piece in pieces {
                text.extend_from_slice(piece);
            }
        };
        line(&[&self.method, self.line_end, &self.path, self.line_end]);
        if let Some(query) = &self.query {
            line(&[query, self.line_end]);
        }
        for (name, value) in &self.headers {
            line(&[name, self.colon, value, self.line_end]);
        }
        let blank = if self.after_headers == b"\n" {
            self.line_end
        } else {
            self.after_headers
        };
        line(&[blank, &self.list, self.line_end, &self.hash, self.end]);
    }

    /// The signature by this recipe; `text` is left holding the canonical request.
    pub(super) fn signature<S: Zeroize + AsRef<[u8]>>(
        &self,
        secret: &Secret<S>,
        text: &mut Vec<u8>,
    ) -> Signature {
        self.canonical(text);
        let digest = || sha2::Sha256::digest(&text);
        let stand = match self.stand {
            Stand::Hex => Cow::Owned(hex::encode(digest()).into_bytes()),
            Stand::UpperHex => Cow::Owned(hex::encode_upper(digest()).into_bytes()),
            Stand::Base64 => Cow::Owned(base64(&digest())),
            Stand::Itself => Cow::Borrowed(text.as_slice()),
        };
        let mut string = Vec::with_capacity(stand.len() + 64);
        for line in [&self.algorithm, &self.date].into_iter().flatten() {
            string.extend_from_slice(line);
            string.extend_from_slice(self.line_end);
        }
        string.extend_from_slice(&stand);
        string.extend_from_slice(self.string_end);
        let secret = self
            .secret
            .as_ref()
            .map_or(secret.expose().as_ref(), |other| other.as_slice());
        Signature::from_bytes(match self.mac {
            Mac::Hmac => hmac(secret, &[&string]),
            Mac::Swapped => hmac(&string, &[secret]),
            Mac::SecretThenText => sha2::Sha256::new()
                .chain_update(secret)
                .chain_update(&string)
                .finalize()
                .into(),
            Mac::TextThenSecret => sha2::Sha256::new()
                .chain_update(&string)
                .chain_update(secret)
                .finalize()
                .into(),
        })
    }
}

/// A digest in lower-case hex.
pub(super) fn hex(digest: Sha256) -> Vec<u8> {
    hex::encode(digest.as_bytes()).into_bytes()
}

/// Puts `new` in the place of `old`; whether it is anything else.
pub(super) fn put<'a>(place: &mut Text<'a>, new: impl Into<Text<'a>>) -> bool {
    let new = new.into();
    let other = *place != new;
    *place = new;
    other
}

/// Base64, with padding.
pub(super) fn base64(bytes: &[u8]) -> Vec<u8> {
    STANDARD.encode(bytes).into_bytes()
}
