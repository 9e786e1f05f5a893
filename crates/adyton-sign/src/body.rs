//! The hash of the body, the last line of a canonical request: computed, declared, or waived.

use adyton_core::digest::Sha256;
use sha2::Digest as _;

use crate::head::Head;

/// The header in which a client declares the body's hash.
pub const X_SDK_CONTENT_SHA256: &str = "X-Sdk-Content-Sha256";

/// What that header says in place of a hash when the body is not signed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// What the client says of the body's hash, in [`X_SDK_CONTENT_SHA256`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Declared {
    /// No such header: the body itself counts.
    Nothing,
    /// The body is not signed.
    Unsigned,
    /// The body has this digest, and must be refused when it has not.
    Digest {
        /// The digest.
        digest: Sha256,
        /// Whether it was written in upper-case hex; the canonical request has it as written.
        upper: bool,
    },
    /// The header is there, and is none of these (or is there twice).
    Malformed,
}

impl Declared {
    /// Reads the header.
    pub fn of(head: &Head<'_>) -> Self {
        let mut declared = Self::Nothing;
        head.each(X_SDK_CONTENT_SHA256, &mut |value| {
            declared = if declared == Self::Nothing {
                Self::read(value)
            } else {
                Self::Malformed
            };
        });
        declared
    }

    fn read(value: &[u8]) -> Self {
        let Ok(text) = str::from_utf8(value) else {
            return Self::Malformed;
        };
        if text == UNSIGNED_PAYLOAD {
            return Self::Unsigned;
        }
        let (upper, lower) = (
            text.bytes().any(|b| b.is_ascii_uppercase()),
            text.bytes().any(|b| b.is_ascii_lowercase()),
        );
        match text.parse() {
            Ok(digest) if !(upper && lower) => Self::Digest { digest, upper },
            _ => Self::Malformed,
        }
    }
}

/// What stands in the last line of the canonical request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BodyHash {
    /// The hash of the body, in lower-case hex.
    Of(Sha256),
    /// The same in upper-case hex: only when the client declared it so.
    Upper(Sha256),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
}

impl BodyHash {
    /// The line's text, written into `space`.
    pub(crate) fn text(self, space: &mut [u8; 64]) -> &[u8] {
        match self {
            Self::Unsigned => UNSIGNED_PAYLOAD.as_bytes(),
            Self::Of(digest) | Self::Upper(digest) => {
                // 64 is twice 32, so there is nothing to fail.
                let _ = hex::encode_to_slice(digest.as_bytes(), space);
                if matches!(self, Self::Upper(_)) {
                    space.make_ascii_uppercase();
                }
                space
            }
        }
    }
}

/// Hashes a body piece by piece, as it streams.
#[derive(Clone, Default)]
pub struct BodyHasher(sha2::Sha256);

impl BodyHasher {
    /// A hasher that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }
    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }
    /// The digest of all pieces.
    pub fn finish(self) -> Sha256 {
        Sha256::from_bytes(self.0.finalize().into())
    }
}
