//! Mistakes with the query.

use std::borrow::Cow;

use super::path::replaced;
use super::recipe::{AutopsyInput, Recipe, Text, put};
use crate::encoding::decode;
use crate::query::{canonical, pairs};

/// Changes the line of the query, where there is a query at all.
fn change<'a>(recipe: &mut Recipe<'a>, change: impl FnOnce(&[u8]) -> Vec<u8>) -> bool {
    recipe
        .query
        .as_mut()
        .filter(|query| !query.is_empty())
        .is_some_and(|query: &mut Text<'a>| {
            let new = change(query);
            put(query, new)
        })
}

pub(super) fn plus_for_space(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    match way {
        // `+` was sent, a space was signed.
        0 => change(recipe, |_| canonical(&scene.head.query.replace('+', "%20")).0),
        // `+` was signed in place of `%20`.
        1 => change(recipe, |query| replaced(query, b"%20", b"+")),
        // `+` was sent and signed as it is.
        _ => change(recipe, |query| replaced(query, b"%2B", b"+")),
    }
}

pub(super) fn not_encoded(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |query| decode(query).into_owned())
}

pub(super) fn encoded_twice(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |query| replaced(query, b"%", b"%25"))
}

pub(super) fn no_equals(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |query| {
        let pieces: Vec<&[u8]> = query
            .split(|b| *b == b'&')
            .map(|piece| piece.strip_suffix(b"=").unwrap_or(piece))
            .collect();
        pieces.join(&b'&')
    })
}

pub(super) fn empty_dropped(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |query| {
        let pieces: Vec<&[u8]> = query
            .split(|b| *b == b'&')
            .filter(|piece| !piece.ends_with(b"="))
            .collect();
        pieces.join(&b'&')
    })
}

pub(super) fn missing(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |_| Vec::new())
}

pub(super) fn question_mark(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    if way == 0 {
        return change(recipe, |query| [b"?", query].concat());
    }
    recipe
        .query
        .as_mut()
        .filter(|query| query.is_empty())
        .is_some_and(|query| put(query, &b"?"[..]))
}

pub(super) fn slash_kept(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |query| replaced(query, b"%2F", b"/"))
}

pub(super) fn repeated_key_once(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |_| {
        let pairs = pairs(scene.head.query);
        let keep = |at: usize| {
            let same = |other: &(Cow<'_, [u8]>, Cow<'_, [u8]>)| other.0 == pairs[at].0;
            if way == 0 {
                !pairs[at + 1..].iter().any(same)
            } else {
                !pairs[..at].iter().any(same)
            }
        };
        let pieces: Vec<&str> = scene
            .head
            .query
            .split('&')
            .filter(|piece| !piece.is_empty())
            .enumerate()
            .filter(|(at, _)| keep(*at))
            .map(|(_, piece)| piece)
            .collect();
        canonical(&pieces.join("&")).0
    })
}

pub(super) fn as_sent(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |_| {
        if way == 0 {
            return scene.head.query.as_bytes().to_vec();
        }
        let mut pieces: Vec<&str> = scene.head.query.split('&').collect();
        pieces.sort_unstable();
        pieces.join("&").into_bytes()
    })
}

pub(super) fn sorted_backwards(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |query| {
        let mut pieces: Vec<&[u8]> = query.split(|b| *b == b'&').collect();
        if way == 0 {
            pieces.reverse();
        } else {
            // By key alone: the values of a key stay in their order.
            let key = |piece: &&[u8]| piece.split(|b| *b == b'=').next().unwrap_or_default().to_vec();
            pieces.sort_by_key(|piece| std::cmp::Reverse(key(piece)));
        }
        pieces.join(&b'&')
    })
}

pub(super) fn sorted_ignoring_case(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |query| {
        let mut pieces: Vec<&[u8]> = query.split(|b| *b == b'&').collect();
        pieces.sort_by_key(|piece| piece.to_ascii_lowercase());
        pieces.join(&b'&')
    })
}
