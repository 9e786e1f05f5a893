//! A signature: HMAC-SHA256, written as 64 hex digits, compared in constant time; and how one is computed.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use subtle::ConstantTimeEq as _;

use crate::algorithm::Algorithm;

/// 32 bytes of HMAC-SHA256.
#[derive(Clone, Copy)]
pub struct Signature([u8; 32]);

/// Why a text is no signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum HexError {
    Length(usize),
    Digit(usize),
    Base64,
}

/// The value of each byte as a hex digit of either case; [`NO_DIGIT`] for what is none.
const DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        let digit = b"0123456789abcdef"[value];
        values[digit as usize] = value as u8;
        values[digit.to_ascii_uppercase() as usize] = value as u8;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = 0xff;

impl Signature {
    /// Reads 64 hex digits, of either case.
    pub(crate) fn parse(text: &str) -> Result<Self, HexError> {
        let Ok(digits) = <&[u8; 64]>::try_from(text.as_bytes()) else {
            // Padded or not, in either alphabet.
            let digits = text.strip_suffix('=').unwrap_or(text);
            let base64 = digits.len() == 43
                && digits
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'));
            return Err(if base64 {
                HexError::Base64
            } else {
                HexError::Length(text.chars().count())
            });
        };
        let (mut bytes, mut seen) = ([0u8; 32], 0);
        for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
            let [high, low] = pair.map(|digit| DIGITS[usize::from(digit)]);
            *byte = high << 4 | low & 0x0f;
            seen |= high | low;
        }
        if seen == NO_DIGIT {
            let wrong = digits.iter().position(|digit| !digit.is_ascii_hexdigit());
            return Err(HexError::Digit(wrong.unwrap_or_default()));
        }
        Ok(Self(bytes))
    }

    /// The signature of a canonical request: HMAC over algorithm, date and the canonical request's hash.
    pub(crate) fn compute(secret: &[u8], date: &[u8], canonical_hash: [u8; 32]) -> Self {
        let mut digits = [0u8; 64];
        // 64 is twice 32, so there is nothing to fail.
        let _ = hex::encode_to_slice(canonical_hash, &mut digits);
        Self(hmac(
            secret,
            &[
                Algorithm::SdkHmacSha256.name().as_bytes(),
                b"\n",
                date,
                b"\n",
                &digits,
            ],
        ))
    }

    /// A signature with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In constant time: how long it takes says nothing about where two signatures differ.
impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Signature {}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// A signature is a credential until its date has passed, so that it is not printed by accident.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(…)")
    }
}

/// HMAC-SHA256 over the pieces, one after the other.
#[expect(
    clippy::expect_used,
    reason = "HMAC takes keys of any length; the error is of the general trait"
)]
pub(crate) fn hmac(key: &[u8], pieces: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).expect("any length");
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}
