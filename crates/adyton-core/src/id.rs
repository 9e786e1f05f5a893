//! Newtypes for every id: parsed once at the edge, compared as integers, printed in one form.
//!
//! Most ids are 128 random bits. Those of IAM and APIG are printed as 32 hex digits, those of ModelArts as UUIDs, as
//! the public API references show them. Only that exact lower-case form is accepted back, so an id has one spelling.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::language::{Bilingual, Language, Words, message, phrase};

/// A text that is not an id of the expected form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message_in(Language::English))]
pub struct IdError {
    text: String,
    expected: Words,
}

impl IdError {
    /// What is wrong with it.
    pub fn message_in(&self, language: Language) -> String {
        let (english, chinese) = self.expected;
        let expected = phrase!(language, english, chinese);
        message!(
            language,
            "`{}` is not {expected}",
            "`{}` 不是{expected}",
            self.text
        )
    }
}

impl From<IdError> for Bilingual {
    fn from(error: IdError) -> Self {
        Self {
            english: error.message_in(Language::English),
            chinese: error.message_in(Language::Chinese),
        }
    }
}

/// The value of each byte as a lower-case hex digit; [`NO_DIGIT`] for what is none.
const DIGITS: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        values[HEX[value] as usize] = value as u8;
        value += 1;
    }
    values
};
const NO_DIGIT: u8 = 0xff;
const HEX: &[u8; 16] = b"0123456789abcdef";

/// 32 lower-case hex digits as a number; `None` for anything else. On the way of every request: without a branch a digit.
fn parse_hex(text: &[u8]) -> Option<u128> {
    let text: &[u8; 32] = text.try_into().ok()?;
    let (mut bytes, mut seen) = ([0u8; 16], 0);
    for (byte, pair) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
        let [high, low] = pair.map(|digit| DIGITS[usize::from(digit)]);
        *byte = high << 4 | low & 0x0f;
        seen |= high | low;
    }
    (seen < 16).then_some(u128::from_be_bytes(bytes))
}

/// A lower-case UUID (8-4-4-4-12) as a number; `None` for anything else.
fn parse_dashed(text: &[u8]) -> Option<u128> {
    let text: &[u8; 36] = text.try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let mut digits = [0u8; 32];
    digits[..8].copy_from_slice(&text[..8]);
    digits[8..12].copy_from_slice(&text[9..13]);
    digits[12..16].copy_from_slice(&text[14..18]);
    digits[16..20].copy_from_slice(&text[19..23]);
    digits[20..].copy_from_slice(&text[24..]);
    parse_hex(&digits)
}

/// 64 bits as hex digits, all at once: in every record there are some ten ids.
fn digits(half: u64) -> [u8; 16] {
    /// This byte, sixteen times.
    const fn each(byte: u8) -> u128 {
        u128::from_be_bytes([byte; 16])
    }
    // Each halving moves the upper half of every group to its place, until a byte holds four bits.
    let mut nibbles = u128::from(half);
    nibbles = (nibbles | nibbles << 32) & 0x0000_0000_ffff_ffff_0000_0000_ffff_ffff;
    nibbles = (nibbles | nibbles << 16) & 0x0000_ffff_0000_ffff_0000_ffff_0000_ffff;
    nibbles = (nibbles | nibbles << 8) & 0x00ff_00ff_00ff_00ff_00ff_00ff_00ff_00ff;
    nibbles = (nibbles | nibbles << 4) & each(0x0f);
    // One where a letter is needed, which comes 39 places later than the digit would.
    let letters = ((nibbles + each(6)) >> 4) & each(1);
    (nibbles + each(b'0') + letters * 39).to_be_bytes()
}

/// 32 lower-case hex digits: a text that lies where it is, not on the heap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HexText([u8; 32]);

impl HexText {
    /// The digits of these 128 bits.
    pub fn of(bits: u128) -> Self {
        let mut text = [0u8; 32];
        text[..16].copy_from_slice(&digits((bits >> 64) as u64));
        text[16..].copy_from_slice(&digits(bits as u64));
        Self(text)
    }
    /// The digits.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::ops::Deref for HexText {
    type Target = str;
    fn deref(&self) -> &str {
        // Digits are ASCII: it is always a text.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, hex) => {
        id!(@ $(#[$doc])* $name, parse_hex, ("32 lower-case hex digits", " 32 位小写十六进制数字"));
        impl $name {
            /// The canonical text, without allocating.
            pub fn to_hex(self) -> HexText { HexText::of(self.0) }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.to_hex())
            }
        }
    };
    ($(#[$doc:meta])* $name:ident, dashed) => {
        id!(@ $(#[$doc])* $name, parse_dashed, ("a lower-case UUID", "小写的 UUID"));
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let v = self.0;
                write!(f, "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", (v >> 96) as u32, (v >> 80) as u16,
                    (v >> 64) as u16, (v >> 48) as u16, v & 0xffff_ffff_ffff)
            }
        }
    };
    (@ $(#[$doc:meta])* $name:ident, $parse:ident, $expected:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u128);
        impl $name {
            /// The id with these 128 bits.
            pub const fn from_bits(bits: u128) -> Self { Self(bits) }
            /// A new id from 16 random bytes; randomness is the caller's, so that tests choose it.
            pub const fn from_random(bytes: [u8; 16]) -> Self { Self(u128::from_be_bytes(bytes)) }
            /// The 128 bits.
            pub const fn bits(self) -> u128 { self.0 }
            /// Parses the canonical text; `None` for any other spelling.
            pub fn parse(text: &[u8]) -> Option<Self> { $parse(text).map(Self) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({self})", stringify!($name)) }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text.as_bytes())
                    .ok_or_else(|| IdError { text: crate::shown::quoted(text, 64), expected: $expected })
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> { to.collect_str(self) }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(/// An IAM domain: the account that owns everything else.
    DomainId, hex);
id!(/// A project: the tenant's compartment, first segment of every management path.
    ProjectId, hex);
id!(/// An IAM user.
    UserId, hex);
id!(/// A token, named in its sealed contents so that it can be revoked alone.
    TokenId, hex);
id!(/// An app (APIG credential).
    AppId, hex);
id!(/// An AppCode, as the management API names it (never the code itself).
    AppCodeId, hex);
id!(/// An authorisation of an app for an API.
    AuthorisationId, hex);
id!(/// A published API. A service has exactly one in the reserved group.
    ApiId, hex);
id!(/// A group of APIs, which has their addresses.
    GroupId, hex);
id!(/// A model: one imported version of a model package.
    ModelId, dashed);
id!(/// A real-time service.
    ServiceId, dashed);
id!(/// One running replica of a model version inside a service.
    InstanceId, hex);
id!(/// One request at the gateway: see [`RequestId::compose`].
    RequestId, hex);

impl GroupId {
    /// The reserved group of the services' own APIs, which are found by path.
    pub const SERVICES: Self = Self::from_bits(0);
}

impl RequestId {
    /// Gateway workers have numbers below this.
    pub const WORKERS: u8 = 254;
    /// The number that calls of the Prediction tab have where the gateway's workers are gone.
    const CLOSED_DOOR: u8 = 254;
    /// The number that management calls have where calls of the gateway have that of their worker.
    const MANAGEMENT: u8 = 255;

    /// Makes an id that says where its record is: when (milliseconds, 48 bits), which node (16 bits), which worker
    /// (8 bits), and that worker's running number (56 bits).
    pub const fn compose(at_ms: u64, node: u16, worker: u8, sequence: u64) -> Self {
        let time = (at_ms & 0xffff_ffff_ffff) as u128;
        let number = (sequence & 0x00ff_ffff_ffff_ffff) as u128;
        Self(time << 80 | (node as u128) << 64 | (worker as u128) << 56 | number)
    }
    /// The id of a management call, whose record is in the audit trail, not in the journal. `sequence` counts the node's management calls.
    pub const fn of_management(at_ms: u64, node: u16, sequence: u64) -> Self {
        Self::compose(at_ms, node, Self::MANAGEMENT, sequence)
    }
    /// Whether it is the id of a management call.
    pub const fn is_of_management(self) -> bool {
        self.worker() == Self::MANAGEMENT
    }
    /// The id of a call from the Prediction tab that no worker took; it has no record either.
    pub const fn of_closed_door(at_ms: u64, node: u16, sequence: u64) -> Self {
        Self::compose(at_ms, node, Self::CLOSED_DOOR, sequence)
    }
    /// When the request arrived, in milliseconds since 1970.
    pub const fn at_ms(self) -> u64 {
        (self.0 >> 80) as u64
    }
    /// The node that took the request.
    pub const fn node(self) -> u16 {
        (self.0 >> 64) as u16
    }
    /// The worker (gateway core) that took the request; from [`WORKERS`](Self::WORKERS) on, none did.
    pub const fn worker(self) -> u8 {
        (self.0 >> 56) as u8
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);
        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<Arc<str>>) -> Self { Self(text.into()) }
            /// The text.
            pub fn as_str(&self) -> &str { &self.0 }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str { &self.0 }
        }
    };
}

name!(/// The public half of an access key (AK): ours are 20 of `[A-Z0-9]`.
    AccessKeyId);
name!(/// The public half of an app's credential: ours are 32 hex digits.
    AppKey);

impl AccessKeyId {
    /// Whether `text` has an access key's shape (20 of `[A-Z0-9]`), known or not.
    pub fn has_shape(text: &str) -> bool {
        text.len() == 20 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }
}

impl AppKey {
    /// Whether `text` has an AppKey's shape (32 lower-case hex digits), known or not.
    pub fn has_shape(text: &str) -> bool {
        parse_hex(text.as_bytes()).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
        let id: ServiceId = text.parse().expect("canonical");
        assert_eq!(id.to_string(), text);
        for wrong in [
            text.to_uppercase(),
            text.replace('-', ""),
            format!("{text}0"),
            String::new(),
        ] {
            assert!(
                ServiceId::parse(wrong.as_bytes()).is_none(),
                "{wrong} must not be accepted"
            );
        }
        let hex: ProjectId = "0f1e2d3c4b5a69788796a5b4c3d2e1f0".parse().expect("canonical");
        assert_eq!(hex.to_string(), "0f1e2d3c4b5a69788796a5b4c3d2e1f0");
        assert!(ProjectId::parse(b"0F1e2d3c4b5a69788796a5b4c3d2e1f0").is_none());
    }

    #[test]
    fn every_digit_is_written_at_every_place() {
        for digit in 0..16 {
            for place in 0..32 {
                let bits = digit << (4 * place) | 0x0123_4567_89ab_cdef;
                assert_eq!(&*HexText::of(bits), format!("{bits:032x}"));
            }
        }
        assert_eq!(&*HexText::of(u128::MAX), "f".repeat(32));
    }

    #[test]
    fn a_request_id_gives_back_what_it_was_made_of() {
        let id = RequestId::compose(1_790_000_000_123, 7, 3, 42);
        assert_eq!((id.at_ms(), id.node(), id.worker()), (1_790_000_000_123, 7, 3));
        assert_eq!(&*id.to_hex(), format!("{:032x}", id.bits()));
    }

    #[test]
    fn an_id_says_whether_a_worker_the_management_or_nobody_took_the_request() {
        let worker = RequestId::compose(5, 7, RequestId::WORKERS - 1, 42);
        let management = RequestId::of_management(5, 7, 42);
        let closed = RequestId::of_closed_door(5, 7, 42);
        assert_eq!(
            [worker, management, closed].map(RequestId::is_of_management),
            [false, true, false]
        );
        assert_ne!(
            management, closed,
            "the same moment and number of two who count alone"
        );
        for id in [management, closed] {
            assert_eq!((id.at_ms(), id.node()), (5, 7));
            assert!(id.worker() >= RequestId::WORKERS);
        }
    }
}
