//! Mistakes with the body's hash.

use std::borrow::Cow;

use adyton_core::digest::Sha256;
use sha2::Digest as _;

use super::json;
use super::recipe::base64;
use super::recipe::{AutopsyInput, Recipe, hex, put};
use crate::body::{Declared, UNSIGNED_PAYLOAD};

fn sign_text(recipe: &mut Recipe<'_>, text: &[u8]) -> bool {
    put(&mut recipe.hash, hex(Sha256::of(text)))
}

pub(super) fn empty_hash(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    put(&mut recipe.hash, hex(Sha256::EMPTY))
}

pub(super) fn empty_object(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    sign_text(recipe, b"{}")
}

/// What programs print for a body that is not there.
pub(super) const PLACEHOLDERS: [&[u8]; 5] = [b"null", b"\"\"", b"[]", b"None", b"undefined"];

pub(super) fn placeholder(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    PLACEHOLDERS.get(way).is_some_and(|text| sign_text(recipe, text))
}

pub(super) fn trailing_newline(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(body) = scene.short_body() else {
        return false;
    };
    match way {
        0 => sign_text(recipe, &[body, b"\n"].concat()),
        1 => sign_text(recipe, body.trim_ascii_end()),
        2 => sign_text(recipe, &[body, b"\r\n"].concat()),
        _ => sign_text(recipe, body.trim_ascii()),
    }
}

pub(super) fn line_ends(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(body) = scene.short_body().filter(|body| body.contains(&b'\n')) else {
        return false;
    };
    let unix = super::path::replaced(body, b"\r\n", b"\n");
    match way {
        0 => sign_text(recipe, &unix),
        1 => sign_text(recipe, &super::path::replaced(&unix, b"\n", b"\r\n")),
        // `curl -d @file` takes the line ends out.
        _ => sign_text(recipe, &super::path::replaced(&unix, b"\n", b"")),
    }
}

pub(super) fn json_spacing(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(body) = scene.short_body() else {
        return false;
    };
    if !matches!(body.trim_ascii().first(), Some(b'{' | b'[')) {
        return false;
    }
    let spacing = match way {
        0 => Spacing::Compact,
        1 => Spacing::Spaced,
        2 => Spacing::Indented(2),
        3 => Spacing::Indented(4),
        _ => Spacing::Indented(1),
    };
    sign_text(recipe, &spaced(body, spacing))
}

/// As another serialiser writes it: sorted keys, escapes, and the separators of Python or of all others.
pub(super) fn json_rewritten(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(body) = scene.short_body() else {
        return false;
    };
    if !matches!(body.trim_ascii().first(), Some(b'{' | b'[')) {
        return false;
    }
    let letters = match way / 3 {
        0 => json::escaped(body),
        1 => json::unescaped(body),
        2 => json::sorted(body),
        3 => json::escaped(body).and_then(|text| json::sorted(&text)),
        _ => json::unescaped(body).and_then(|text| json::sorted(&text)),
    };
    letters.is_some_and(|text| match way % 3 {
        0 => sign_text(recipe, &text),
        1 => sign_text(recipe, &spaced(&text, Spacing::Spaced)),
        _ => sign_text(recipe, &spaced(&text, Spacing::Compact)),
    })
}

pub(super) fn unsigned_but_hashed(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    match (Declared::of(scene.head), scene.body.digest, scene.body.bytes) {
        (Declared::Unsigned, Some(digest), _) => put(&mut recipe.hash, hex(digest)),
        (Declared::Unsigned, None, Some(body)) if body.len() <= super::recipe::BODY_MAX => {
            sign_text(recipe, body)
        }
        _ => false,
    }
}

pub(super) fn declared_but_unequal(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    match (Declared::of(scene.head), scene.body.digest) {
        (Declared::Digest { .. } | Declared::Malformed, Some(digest)) => put(&mut recipe.hash, hex(digest)),
        _ => false,
    }
}

pub(super) fn unsigned_not_declared(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    put(&mut recipe.hash, UNSIGNED_PAYLOAD.as_bytes())
}

pub(super) fn upper_case(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let upper = recipe.hash.to_ascii_uppercase();
    put(&mut recipe.hash, upper)
}

pub(super) fn missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    recipe.hash = Cow::Borrowed(b"");
    if way == 1 {
        // Neither the hash nor the line feed before it: the list of the headers ends the text.
        let list = recipe.list.to_vec();
        recipe.hash = Cow::Owned(list);
        recipe.list = Cow::Borrowed(b"");
        recipe.after_headers = b"";
    }
    true
}

pub(super) fn not_hashed(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    scene
        .short_body()
        .is_some_and(|body| put(&mut recipe.hash, body.to_vec()))
}

pub(super) fn hash_base64(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let mut digest = [0u8; 32];
    hex::decode_to_slice(&*recipe.hash, &mut digest).is_ok() && put(&mut recipe.hash, base64(&digest))
}

pub(super) fn hashed_twice(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let twice = hex::encode(sha2::Sha256::digest(&recipe.hash)).into_bytes();
    put(&mut recipe.hash, twice)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    Compact,
    Spaced,
    Indented(usize),
}

/// Writes JSON with other white space. Not a parser: what is not JSON comes out as something, and matches nothing.
fn spaced(json: &[u8], spacing: Spacing) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len() * 2);
    let (mut in_text, mut escaped, mut depth) = (false, false, 0usize);
    let mut bytes = json.iter().copied().peekable();
    let line = |out: &mut Vec<u8>, depth: usize| {
        if let Spacing::Indented(width) = spacing {
            out.push(b'\n');
            out.resize(out.len() + width * depth.min(64), b' ');
        }
    };
    while let Some(byte) = bytes.next() {
        if in_text {
            out.push(byte);
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'"' => {
                in_text = true;
                out.push(byte);
            }
            b'{' | b'[' => {
                out.push(byte);
                while bytes.next_if(u8::is_ascii_whitespace).is_some() {}
                if matches!(bytes.peek(), Some(b'}' | b']')) {
                    out.extend(bytes.next());
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(byte);
            }
            b',' => {
                out.push(byte);
                if spacing == Spacing::Spaced {
                    out.push(b' ');
                }
                line(&mut out, depth);
            }
            b':' => {
                out.push(byte);
                if spacing != Spacing::Compact {
                    out.push(b' ');
                }
            }
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_written_as_serialisers_do() {
        let check = |spacing, expected: &str| {
            let json = b"{\"a\" :[1,2, {}],\r\n\"b:,\\\"\": \"x, y\"}";
            assert_eq!(String::from_utf8_lossy(&spaced(json, spacing)), expected);
        };
        check(Spacing::Compact, "{\"a\":[1,2,{}],\"b:,\\\"\":\"x, y\"}");
        check(Spacing::Spaced, "{\"a\": [1, 2, {}], \"b:,\\\"\": \"x, y\"}");
        check(
            Spacing::Indented(2),
            "{\n  \"a\": [\n    1,\n    2,\n    {}\n  ],\n  \"b:,\\\"\": \"x, y\"\n}",
        );
        spaced(b"]]]\"\\", Spacing::Indented(4));
    }
}
