//! The `Authorization` header of a signed request:
//! `SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=<64 hex digits>`.
//!
//! Liberal in spaces and in the order of the fields, strict in the fields themselves: each must be there once, and
//! nothing else may be. Every way to be wrong has an error of its own, so that a person is told what to change.

use std::borrow::Cow;
use std::fmt;

use adyton_core::fact::Fact;
use adyton_core::shown::quoted;
use adyton_core::signing::HEADERS_MOST;

use crate::algorithm::Algorithm;
use crate::signature::{HexError, Signature};

/// How much of a name that was sent an error repeats, in characters.
const QUOTED: usize = 40;

/// The three fields of the header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    /// Who signs: an AK or an AppKey.
    Access,
    /// Which headers are signed, `;` between their names.
    SignedHeaders,
    /// 64 hex digits.
    Signature,
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::Access => "Access",
            Self::SignedHeaders => "SignedHeaders",
            Self::Signature => "Signature",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a header is not a signature that can be checked. Its words are those of its [`fact`](AuthorizationError::fact).
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AuthorizationError {
    /// Another scheme, or none: `Bearer`, `AWS4-HMAC-SHA256`, …; empty where there is no word that may be shown.
    OtherScheme(String),
    /// A signature of the official SDKs, but not by the algorithm that we verify.
    OtherAlgorithm(Algorithm),
    /// A field is not there.
    MissingField(Field),
    /// A field is there and has no value.
    EmptyField(Field),
    /// A field is there twice.
    RepeatedField(Field),
    /// Something that is none of the three fields; the text is cut to 40 characters.
    UnknownField(String),
    /// `Access` has a character that no key has.
    BadAccess,
    /// The signature is not 64 digits long.
    SignatureLength(usize),
    /// 64 characters, one of which (counted from 0) is no hex digit.
    SignatureNotHex(usize),
    /// The signature is 32 bytes in base64 or base64url, as other clouds want it.
    SignatureBase64,
    /// A name in the list is empty or has a character that no header name has.
    BadHeaderName(String),
    /// A name is in the list twice.
    RepeatedHeaderName(String),
    /// More names than [`HEADERS_MOST`]; how many.
    TooManyHeaders(usize),
    /// The date is not signed, so the signature could be replayed for ever.
    DateNotSigned,
}

impl AuthorizationError {
    /// What is wrong, as a record keeps it.
    pub fn fact(&self) -> Fact {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        match self {
            Self::OtherScheme(sent) => other_scheme(sent),
            Self::OtherAlgorithm(algorithm) => Fact::AlgorithmNotOffered {
                name: algorithm.name().to_owned(),
            },
            Self::MissingField(field) => Fact::FieldMissing {
                field: field.to_string(),
            },
            Self::EmptyField(field) => Fact::FieldEmpty {
                field: field.to_string(),
            },
            Self::RepeatedField(field) => Fact::FieldRepeated {
                field: field.to_string(),
            },
            Self::UnknownField(field) => Fact::FieldUnknown { field: field.clone() },
            Self::BadAccess => Fact::AccessUnreadable,
            Self::SignatureLength(length) => Fact::SignatureLength {
                length: count(*length),
            },
            Self::SignatureNotHex(at) => Fact::SignatureNotHex { at: count(*at) },
            Self::SignatureBase64 => Fact::SignatureBase64,
            Self::BadHeaderName(name) => Fact::HeaderNameBad { name: name.clone() },
            Self::RepeatedHeaderName(name) => Fact::HeaderNameRepeated { name: name.clone() },
            Self::TooManyHeaders(names) => Fact::SignedHeadersTooMany { count: count(*names) },
            Self::DateNotSigned => Fact::DateNotSigned,
        }
    }
}

impl fmt::Display for AuthorizationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fact().words())
    }
}

impl std::error::Error for AuthorizationError {}

/// A header that was read: who signs, what is signed, the signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authorization<'a> {
    /// The AK or AppKey, as sent.
    pub access: &'a str,
    /// The headers that are signed.
    pub signed_headers: SignedHeaders<'a>,
    /// The signature.
    pub signature: Signature,
}

impl<'a> Authorization<'a> {
    /// Reads the header's value.
    ///
    /// # Errors
    /// One [`AuthorizationError`] for each way to be wrong; the first that is met, from the left.
    pub fn parse(value: &'a [u8]) -> Result<Self, AuthorizationError> {
        let value = value.trim_ascii();
        match Algorithm::of_header(value) {
            Some(Algorithm::SdkHmacSha256) => {}
            Some(other) => return Err(AuthorizationError::OtherAlgorithm(other)),
            None => return Err(AuthorizationError::OtherScheme(scheme(value))),
        }
        let rest = &value[Algorithm::SdkHmacSha256.name().len()..];
        let rest = str::from_utf8(rest)
            .map_err(|_| AuthorizationError::UnknownField("bytes beyond ASCII".into()))?;
        let (mut access, mut list, mut signature) = (None, None, None);
        for piece in pieces(rest, b',').map(trimmed).filter(|piece| !piece.is_empty()) {
            let (name, text) = cut(piece, b'=').unwrap_or((piece, ""));
            let (field, slot) = match trimmed(name) {
                "Access" => (Field::Access, &mut access),
                "SignedHeaders" => (Field::SignedHeaders, &mut list),
                "Signature" => (Field::Signature, &mut signature),
                other => return Err(AuthorizationError::UnknownField(quoted(other, QUOTED))),
            };
            if slot.replace(trimmed(text)).is_some() {
                return Err(AuthorizationError::RepeatedField(field));
            }
        }
        let access = present(Field::Access, access)?;
        if !access.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(AuthorizationError::BadAccess);
        }
        let signed_headers = SignedHeaders::parse(present(Field::SignedHeaders, list)?)?;
        let signature =
            Signature::parse(present(Field::Signature, signature)?).map_err(|error| match error {
                HexError::Length(length) => AuthorizationError::SignatureLength(length),
                HexError::Digit(at) => AuthorizationError::SignatureNotHex(at),
                HexError::Base64 => AuthorizationError::SignatureBase64,
            })?;
        Ok(Self {
            access,
            signed_headers,
            signature,
        })
    }
}

/// What may stand around the parts of a header's value; Unicode knows more of them, HTTP does not.
const BLANKS: [char; 2] = [' ', '\t'];

fn trimmed(text: &str) -> &str {
    let is_blank = |byte: Option<&u8>| byte.is_some_and(|byte| BLANKS.contains(&char::from(*byte)));
    let bytes = text.as_bytes();
    match is_blank(bytes.first()) || is_blank(bytes.last()) {
        true => text.trim_matches(BLANKS),
        false => text,
    }
}

/// Whether a header value is meant as a signature, whatever scheme it names: it has a key and a signature.
pub fn looks_signed(value: &[u8]) -> bool {
    // Blanks may stand around the names of fields.
    let mut text = value.to_ascii_lowercase();
    text.retain(|byte| !BLANKS.contains(&char::from(*byte)));
    let has = |field: &[u8]| text.windows(field.len()).any(|piece| piece == field);
    has(b"signature=") && (has(b"access=") || has(b"credential="))
}

/// The first word, where it is the name of a scheme and not already a field, whose value is not to be repeated.
pub fn scheme(value: &[u8]) -> String {
    let word = value
        .trim_ascii()
        .split(|byte| *byte == b' ' || *byte == b'\t')
        .next()
        .unwrap_or_default();
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':' | b',' | b'/');
    if word.len() > 40 || !word.iter().all(is_name) {
        return String::new();
    }
    String::from_utf8_lossy(word).into_owned()
}

/// What opens the header in place of our algorithm.
fn other_scheme(sent: &str) -> Fact {
    let right = Algorithm::SdkHmacSha256.name();
    let bare = sent.trim_end_matches([',', ':']);
    let sent = sent.to_owned();
    if sent.is_empty() {
        Fact::SchemeMissing
    } else if bare == right {
        Fact::SchemeUnfinished { sent }
    } else if bare.eq_ignore_ascii_case(right) {
        Fact::SchemeNotCapitals { sent }
    } else if bare.starts_with("AWS") {
        Fact::SchemeOfAnotherCloud { sent }
    } else {
        Fact::SchemeUnknown { sent }
    }
}

fn present(field: Field, text: Option<&str>) -> Result<&str, AuthorizationError> {
    match text {
        None => Err(AuthorizationError::MissingField(field)),
        Some("") => Err(AuthorizationError::EmptyField(field)),
        Some(text) => Ok(text),
    }
}

/// The names of the signed headers: lower-case, sorted, each once, `x-sdk-date` among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedHeaders<'a> {
    /// As the canonical request has it.
    canonical: Cow<'a, str>,
    /// As the client wrote it; only the autopsy looks at it.
    sent: &'a str,
}

impl<'a> SignedHeaders<'a> {
    /// Reads a list with `;` between the names. A list that is already canonical, which is what all official signers
    /// send, is not copied.
    ///
    /// # Errors
    /// A name that is none, or twice, too many, or no `x-sdk-date`.
    pub fn parse(list: &'a str) -> Result<Self, AuthorizationError> {
        let (mut count, mut canonical, mut dated, mut last) = (0, true, false, "");
        for raw in pieces(list, b';') {
            let name = trimmed(raw);
            let seen = name.bytes().fold(0, |seen, byte| seen | KINDS[usize::from(byte)]);
            if name.is_empty() || seen & NO_NAME != 0 {
                return Err(AuthorizationError::BadHeaderName(quoted(name, QUOTED)));
            }
            count += 1;
            dated |= name.eq_ignore_ascii_case("x-sdk-date");
            canonical &= raw.len() == name.len() && last < name && seen & CAPITAL == 0;
            last = name;
        }
        if count > HEADERS_MOST {
            return Err(AuthorizationError::TooManyHeaders(count));
        }
        if !dated {
            return Err(AuthorizationError::DateNotSigned);
        }
        if canonical {
            return Ok(Self {
                canonical: Cow::Borrowed(list),
                sent: list,
            });
        }
        let mut names: Vec<String> = list
            .split(';')
            .map(|name| trimmed(name).to_ascii_lowercase())
            .collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(AuthorizationError::RepeatedHeaderName(quoted(&twice[0], QUOTED)));
        }
        Ok(Self {
            canonical: Cow::Owned(names.join(";")),
            sent: list,
        })
    }

    /// The canonical text: lower-case, sorted, `;` between.
    pub fn as_str(&self) -> &str {
        &self.canonical
    }

    /// The text as the client sent it.
    pub const fn as_sent(&self) -> &'a str {
        self.sent
    }

    /// The names, in canonical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        pieces(&self.canonical, b';')
    }
}

/// What lies between the `by`s of a text, an ASCII character. As `split`, whose search is made for long texts.
fn pieces(text: &str, by: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (piece, after) = match cut(text, by) {
            Some((piece, after)) => (piece, Some(after)),
            None => (text, None),
        };
        rest = after;
        Some(piece)
    })
}

/// What lies before and behind the first `by`, an ASCII character.
fn cut(text: &str, by: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(by, text.as_bytes())?;
    Some((&text[..at], &text[at + 1..]))
}

/// RFC 9110, `tchar`.
const fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// What each byte is in a name, so that a name is looked through once without a branch a byte.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let it = byte as u8;
        kinds[byte] = if !is_name_byte(it) {
            NO_NAME
        } else if it.is_ascii_uppercase() {
            CAPITAL
        } else {
            0
        };
        byte += 1;
    }
    kinds
};
const NO_NAME: u8 = 1;
const CAPITAL: u8 = 2;

#[cfg(test)]
mod tests;
