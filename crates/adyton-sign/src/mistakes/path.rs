//! Mistakes with the path, and with encoding in general.

use std::borrow::Cow;

use super::recipe::{AutopsyInput, Recipe, put};
use crate::encoding::{EncodedSlash, decode, push_escape, push_path};
use crate::query::canonical;

/// The path without the slash at its end.
fn open_end(path: &[u8]) -> &[u8] {
    path.strip_suffix(b"/").unwrap_or(path)
}

/// Takes the slash at the end away.
fn cut_end(recipe: &mut Recipe<'_>) -> bool {
    let open = open_end(&recipe.path).to_vec();
    put(&mut recipe.path, open)
}

pub(super) fn no_trailing_slash(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    cut_end(recipe)
}

pub(super) fn not_encoded(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let decoded = decode(&recipe.path).into_owned();
    let changed = put(&mut recipe.path, decoded);
    changed && (way == 0 || cut_end(recipe))
}

pub(super) fn encoded_twice(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let twice = replaced(&recipe.path, b"%", b"%25");
    let changed = put(&mut recipe.path, twice);
    changed && (way == 0 || cut_end(recipe))
}

pub(super) fn as_sent(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let mut sent = scene.head.path.as_bytes().to_vec();
    if way == 1 {
        if sent.ends_with(b"/") {
            return false;
        }
        sent.push(b'/');
    }
    put(&mut recipe.path, sent)
}

pub(super) fn escapes_lower_case(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    match way {
        0 => {
            let lower = lower_escapes(&recipe.path);
            put(&mut recipe.path, lower)
        }
        _ => recipe.query.as_mut().is_some_and(|query| {
            let lower = lower_escapes(query);
            put(query, lower)
        }),
    }
}

pub(super) fn leading_slash_dropped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let path = if way == 0 {
        &recipe.path[..]
    } else {
        open_end(&recipe.path)
    };
    let dropped = path.strip_prefix(b"/").unwrap_or(path).to_vec();
    put(&mut recipe.path, dropped)
}

pub(super) fn full_url(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let scheme: &[u8] = if way.is_multiple_of(2) {
        b"http://"
    } else {
        b"https://"
    };
    let path = if (way / 2).is_multiple_of(2) {
        &recipe.path[..]
    } else {
        open_end(&recipe.path)
    };
    let mut url = [scheme, &scene.host(), path].concat();
    if way >= 4 {
        if scene.head.query.is_empty() {
            return false;
        }
        url.push(b'?');
        url.extend_from_slice(scene.head.query.as_bytes());
        if way >= 8 {
            recipe.query = Some(Cow::Borrowed(b""));
        }
    }
    put(&mut recipe.path, url)
}

pub(super) fn query_left_in(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    if scene.head.query.is_empty() {
        return false;
    }
    let path = if way.is_multiple_of(2) {
        open_end(&recipe.path)
    } else {
        &recipe.path[..]
    };
    let mut whole = [path, b"?", scene.head.query.as_bytes()].concat();
    if way >= 4 {
        whole.push(b'/');
    }
    if way % 4 < 2 {
        recipe.query = Some(Cow::Borrowed(b""));
    }
    put(&mut recipe.path, whole)
}

/// The URL was encoded with its query, so that `?` came as `%3F`; path and query were signed.
pub(super) fn query_encoded(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let sent = scene.head.path;
    let Some(at) = sent.to_ascii_uppercase().find("%3F") else {
        return false;
    };
    let (Some(path), Some(rest)) = (sent.get(..at), sent.get(at + 3..)) else {
        return false;
    };
    let decoded = decode(rest.as_bytes());
    let query = match (way / 2, str::from_utf8(&decoded)) {
        (0, _) => rest,
        (_, Ok(decoded)) => decoded,
        (_, Err(_)) => return false,
    };
    let mut signed = Vec::new();
    push_path(&mut signed, path.as_bytes(), scene.slash);
    recipe.query = Some(Cow::Owned(canonical(query).0));
    let is_other = put(&mut recipe.path, signed);
    is_other && (way.is_multiple_of(2) || cut_end(recipe))
}

pub(super) fn base_dropped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let path = if way.is_multiple_of(2) {
        &recipe.path[..]
    } else {
        open_end(&recipe.path)
    };
    let Some((at, _)) = path
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == b'/')
        .nth(way / 2 + 1)
    else {
        return false;
    };
    let rest = path[at..].to_vec();
    rest.len() > 1 && put(&mut recipe.path, rest)
}

/// The path cut after one of its segments, with and without a slash at its end.
pub(super) fn end_dropped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let path = open_end(&recipe.path).to_vec();
    let slashes: Vec<usize> = (1..path.len()).filter(|at| path[*at] == b'/').collect();
    // The longest part that is left first: the custom path is what is forgotten.
    let Some(at) = slashes.len().checked_sub(way / 2 + 1).map(|nth| slashes[nth]) else {
        return false;
    };
    let kept = if way.is_multiple_of(2) {
        &path[..=at]
    } else {
        &path[..at]
    };
    put(&mut recipe.path, kept.to_vec())
}

/// `+` on one side and `%20` on the other: in a path `+` is a plus.
pub(super) fn plus_for_space(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let path = match way / 2 {
        0 => replaced(&recipe.path, b"%20", b"+"),
        1 => replaced(&recipe.path, b"%2B", b"%20"),
        _ => replaced(&recipe.path, b"%20", b"%2B"),
    };
    let changed = put(&mut recipe.path, path);
    changed && (way.is_multiple_of(2) || cut_end(recipe))
}

pub(super) fn only_slash(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    put(&mut recipe.path, if way == 0 { &b"/"[..] } else { &b""[..] })
}

pub(super) fn slashes_merged(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let mut merged: Vec<u8> = recipe.path.to_vec();
    merged.dedup_by(|one, other| *one == b'/' && *other == b'/');
    put(&mut recipe.path, merged)
}

pub(super) fn slash_doubled(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let parts: [&[u8]; 2] = if way == 0 {
        [&recipe.path, b"/"]
    } else {
        [b"/", &recipe.path]
    };
    let doubled = parts.concat();
    put(&mut recipe.path, doubled)
}

pub(super) fn slashes_encoded(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let path = recipe.path.to_vec();
    let inner = open_end(path.strip_prefix(b"/").unwrap_or(&path));
    let encoded = replaced(inner, b"/", b"%2F");
    let new = match way {
        0 => replaced(&path, b"/", b"%2F"),
        1 => replaced(open_end(&path), b"/", b"%2F"),
        2 => [b"/", &encoded[..], b"/"].concat(),
        3 => [b"/", &encoded[..]].concat(),
        _ => [&replaced(open_end(&path), b"/", b"%2F")[..], b"/"].concat(),
    };
    put(&mut recipe.path, new)
}

pub(super) fn encoded_slash(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let other = match scene.slash {
        EncodedSlash::Decode => EncodedSlash::Keep,
        EncodedSlash::Keep => EncodedSlash::Decode,
    };
    let mut path = Vec::new();
    push_path(&mut path, scene.head.path.as_bytes(), other);
    put(&mut recipe.path, path)
}

pub(super) fn lower_case(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let lower = recipe.path.to_ascii_lowercase();
    put(&mut recipe.path, lower)
}

/// `encodeURIComponent` keeps `!'()*`; Java's `URLEncoder` keeps `*`; `encodeURI` keeps more.
pub(super) fn marks_kept(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let kept: &[u8] = match way {
        0 => b"!'()*",
        1 => b"*",
        2 => b"!'()*:@;,?$",
        3 => b"!'()*:@;,?$+&=",
        _ => b"!$&'()*+,;=:@",
    };
    let change = |text: &[u8]| -> Vec<u8> {
        kept.iter().fold(text.to_vec(), |text, mark| {
            let mut escape = Vec::with_capacity(3);
            push_escape(&mut escape, *mark);
            replaced(&text, &escape, &[*mark])
        })
    };
    let path = change(&recipe.path);
    let path_changed = put(&mut recipe.path, path);
    let query_changed = recipe.query.as_mut().is_some_and(|query| {
        let new = change(query);
        put(query, new)
    });
    path_changed | query_changed
}

pub(super) fn tilde_encoded(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    let path = replaced(&recipe.path, b"~", b"%7E");
    let path_changed = put(&mut recipe.path, path);
    let query_changed = recipe.query.as_mut().is_some_and(|query| {
        let new = replaced(query, b"~", b"%7E");
        put(query, new)
    });
    path_changed | query_changed
}

/// Puts `new` for each `old`.
pub(super) fn replaced(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(text.len() + 16);
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(old) {
            result.extend_from_slice(new);
            at += old.len();
        } else {
            result.push(text[at]);
            at += 1;
        }
    }
    result
}

fn lower_escapes(text: &[u8]) -> Vec<u8> {
    let mut lower = text.to_vec();
    for at in 0..lower.len() {
        if lower[at] == b'%' {
            let end = (at + 3).min(lower.len());
            lower[at..end].make_ascii_lowercase();
        }
    }
    lower
}
