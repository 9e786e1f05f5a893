//! Percent encoding as the signature wants it: RFC 3986's unreserved characters stay, all other bytes become `%XX`.

use std::borrow::Cow;

/// What `%2F` in a path is: the setting `gateway.keep_encoded_slash`. One decision for routing, signing and forwarding.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum EncodedSlash {
    /// `/aa%2Faa` is `/aa/aa`. What the official signers do.
    #[default]
    Decode,
    /// `/aa%2Faa` is one segment below `/`.
    Keep,
}

/// RFC 3986, unreserved: letters, digits, `-` `.` `_` `~`.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Whether a byte stays as it is.
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// Writes one byte, encoded when it must be.
pub(crate) fn push_encoded(to: &mut Vec<u8>, byte: u8) {
    if is_unreserved(byte) {
        to.push(byte);
    } else {
        push_escape(to, byte);
    }
}

/// Writes `%XX`.
pub(crate) fn push_escape(to: &mut Vec<u8>, byte: u8) {
    to.extend_from_slice(&[
        b'%',
        DIGITS[usize::from(byte >> 4)],
        DIGITS[usize::from(byte & 15)],
    ]);
}

/// Writes text encoded.
pub(crate) fn push_all_encoded(to: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        push_encoded(to, *byte);
    }
}

/// The byte that `%XX` at `at` stands for; `None` when there is no well-formed escape, which then stands for itself.
fn escape_at(text: &[u8], at: usize) -> Option<u8> {
    let (high, low) = (*text.get(at + 1)?, *text.get(at + 2)?);
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some(digit(high)? << 4 | digit(low)?)
}

/// Decodes escapes. `+` stays `+`: in a signature a space is `%20` and nothing else.
pub fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.contains(&b'%') {
        return Cow::Borrowed(text);
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, escape_at(text, at)) {
            (b'%', Some(value)) => {
                decoded.push(value);
                at += 3;
            }
            _ => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    Cow::Owned(decoded)
}

/// Writes the canonical path: decoded once, each segment encoded, with a `/` at its end. Empty segments stay.
pub(crate) fn push_path(to: &mut Vec<u8>, path: &[u8], slash: EncodedSlash) {
    if path.iter().all(|byte| is_unreserved(*byte) || *byte == b'/') {
        to.extend_from_slice(path);
    } else {
        let mut at = 0;
        while let Some(byte) = path.get(at) {
            let (value, escaped) = match (byte, escape_at(path, at)) {
                (b'%', Some(value)) => (value, true),
                _ => (*byte, false),
            };
            at += if escaped { 3 } else { 1 };
            if value == b'/' && !(escaped && slash == EncodedSlash::Keep) {
                to.push(b'/');
            } else {
                push_encoded(to, value);
            }
        }
    }
    if to.last() != Some(&b'/') {
        to.push(b'/');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, slash: EncodedSlash, expected: &str) {
        let mut text = Vec::new();
        push_path(&mut text, path.as_bytes(), slash);
        assert_eq!(String::from_utf8_lossy(&text), expected, "{path}");
    }

    #[test]
    fn a_path_is_decoded_once_encoded_and_closed() {
        use EncodedSlash::{Decode, Keep};
        check("", Decode, "/");
        check("/", Decode, "/");
        check("/a/b", Decode, "/a/b/");
        check("/a//b/", Decode, "/a//b/");
        check("/my%20service", Decode, "/my%20service/");
        check("/%e6%98%a5", Decode, "/%E6%98%A5/");
        check("/a+b(c)!*'~", Decode, "/a%2Bb%28c%29%21%2A%27~/");
        check("/100%", Decode, "/100%25/");
        check("/%2541", Decode, "/%2541/");
        check("/aa%2Faa", Decode, "/aa/aa/");
        check("/aa%2faa", Keep, "/aa%2Faa/");
        check("/aa%2F", Keep, "/aa%2F/");
    }
}
