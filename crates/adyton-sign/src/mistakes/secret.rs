//! Mistakes with the secret: the right one, spoilt on its way.
//!
//! Ways look at the true secret through [`Recipe::secret`], where the autopsy puts a copy that is wiped when dropped.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::recipe::{AutopsyInput, Recipe, base64};
use super::text::{SCOPES, scope_line};
use crate::encoding::{decode, push_all_encoded};
use crate::signature::hmac;

/// Changes the secret; whether it is anything else.
fn change(recipe: &mut Recipe<'_>, change: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> bool {
    let Some(secret) = &mut recipe.secret else {
        return false;
    };
    match change(secret) {
        Some(new) if new != **secret => {
            *secret = Zeroizing::new(new);
            true
        }
        Some(_) | None => false,
    }
}

/// What editors and `echo` leave behind a secret.
pub(super) const LINE_ENDS: [&[u8]; 3] = [b"\n", b"\r\n", b"\r"];

pub(super) fn trailing_newline(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        LINE_ENDS.get(way).map(|end| [secret, end].concat())
    })
}

/// What a file may begin with.
pub(super) const LINE_ENDS_BEFORE: [&[u8]; 2] = [b"\n", b"\r\n"];

pub(super) fn leading_newline(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        LINE_ENDS_BEFORE.get(way).map(|start| [start, secret].concat())
    })
}

/// What stands behind a secret with a byte order mark.
pub(super) const AFTER_MARKED: [&[u8]; 3] = [b"", b"\n", b"\r\n"];

/// The mark that some editors put before a text, and with it perhaps a line end after it.
pub(super) fn byte_order_mark(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        AFTER_MARKED
            .get(way)
            .map(|end| [b"\xef\xbb\xbf", secret, end].concat())
    })
}

pub(super) fn surrounding_space(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        Some(match way {
            0 => [secret, b" "].concat(),
            1 => [b" ", secret].concat(),
            2 => [b" ", secret, b" "].concat(),
            3 => [secret, b"\t"].concat(),
            4 => [b"\t", secret].concat(),
            _ => secret.trim_ascii().to_vec(),
        })
    })
}

/// What stands around a secret that was copied out of something.
pub(super) const QUOTES: [(&[u8], &[u8]); 10] = [
    (b"\"", b"\""),
    (b"'", b"'"),
    (b"<", b">"),
    (b"{", b"}"),
    (b"b'", b"'"),
    (b"`", b"`"),
    (b"\"", b"\"\n"),
    (b"'", b"'\n"),
    (b"\"", b"\","),
    (b"\"", b""),
];

pub(super) fn quoted(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        QUOTES
            .get(way)
            .map(|(open, close)| [open, secret, close].concat())
    })
}

pub(super) fn base64_mixed_up(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| match way {
        0 => STANDARD.decode(secret).ok(),
        1 => Some(base64(secret)),
        2 => STANDARD_NO_PAD.decode(secret).ok(),
        3 => URL_SAFE_NO_PAD.decode(secret).ok(),
        _ => Some(base64(&[secret, b"\n"].concat())),
    })
}

pub(super) fn hex_mixed_up(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| match way {
        0 => hex::decode(secret).ok(),
        _ => Some(hex::encode(secret).into_bytes()),
    })
}

pub(super) fn is_access(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |_| Some(scene.authorization.access.as_bytes().to_vec()))
}

/// How a secret that is not set is written.
pub(super) const EMPTY_SECRETS: [&[u8]; 4] = [b"", b"null", b"None", b"undefined"];

pub(super) fn empty(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |_| EMPTY_SECRETS.get(way).map(|text| text.to_vec()))
}

pub(super) fn letter_case(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        Some(if way == 0 {
            secret.to_ascii_uppercase()
        } else {
            secret.to_ascii_lowercase()
        })
    })
}

const NO_BREAK_SPACE: &[u8] = "\u{a0}".as_bytes();
const ZERO_WIDTH_SPACE: &[u8] = "\u{200b}".as_bytes();

pub(super) fn prefixed(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        Some(match way {
            0 => [b"AWS4", secret].concat(),
            1 => [b"SDK", secret].concat(),
            2 => [secret, b"&"].concat(),
            3 => [secret, b","].concat(),
            4 => [secret, b";"].concat(),
            5 => [b"=", secret].concat(),
            // Spaces that are not seen, as web pages and messengers put them.
            6 => [secret, NO_BREAK_SPACE].concat(),
            7 => [NO_BREAK_SPACE, secret].concat(),
            8 => [secret, ZERO_WIDTH_SPACE].concat(),
            _ => [ZERO_WIDTH_SPACE, secret].concat(),
        })
    })
}

/// How keys that are derived end.
const KEY_ENDS: [&[u8]; 3] = [b"aws4_request", b"sdk_request", b"v4_request"];

/// What stands before a secret that a key is derived from.
const KEY_PREFIXES: [&[u8]; 3] = [b"AWS4", b"SDK", b""];

/// Each prefix alone, and with each end.
const SHORT_KEYS: usize = KEY_PREFIXES.len() * (1 + KEY_ENDS.len());

/// The same, and the whole chain of each scope: with and without a prefix, the scope in the string to sign or not.
pub(super) const DERIVED_KEYS: usize = SHORT_KEYS + 4 * SCOPES.len();

/// Date, region, service and end, each signed with the key that the one before gave.
fn whole_chain(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    let Some(scope) = SCOPES.get(way / 4) else {
        return false;
    };
    let date = scene.head.first("x-sdk-date").unwrap_or_default();
    let is_aws = scope.rsplit('/').next().map(str::as_bytes) == KEY_ENDS.first().copied();
    let prefix: &[u8] = match (way % 2, is_aws) {
        (0, true) => b"AWS4",
        (0, false) => b"SDK",
        _ => b"",
    };
    let mut links = scope.split('/').skip(1).peekable();
    if links.peek().is_none() {
        return false;
    }
    let is_changed = change(recipe, |secret| {
        let start = Zeroizing::new([prefix, secret].concat());
        let mut key = Zeroizing::new(hmac(&start, &[&date[..date.len().min(8)]]));
        for link in links {
            key = Zeroizing::new(hmac(&*key, &[link.as_bytes()]));
        }
        Some(key.to_vec())
    });
    // Whoever derives the key so mostly names the scope too.
    is_changed && (way % 4 < 2 || scope_line(scene, recipe, 2 * (way / 4) + usize::from(is_aws)))
}

pub(super) fn derived_key(scene: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    if let Some(way) = way.checked_sub(SHORT_KEYS) {
        return whole_chain(scene, recipe, way);
    }
    let date = scene.head.first("x-sdk-date").unwrap_or_default();
    let day = &date[..date.len().min(8)];
    change(recipe, |secret| {
        let start = Zeroizing::new([*KEY_PREFIXES.get(way % KEY_PREFIXES.len())?, secret].concat());
        let dated = hmac(&start, &[day]);
        Some(match way / KEY_PREFIXES.len() {
            0 => dated.to_vec(),
            other => hmac(&dated, &[KEY_ENDS.get(other - 1)?]).to_vec(),
        })
    })
}

/// Secrets have 32 or 40 characters; of a longer one only the loss of these and of the last is found.
pub(super) const CHARACTERS: usize = 48;

pub(super) fn character_lost(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        // The last and the first one first: whoever marks a text with the mouse misses those.
        let at = match way {
            0 => secret.len().checked_sub(1)?,
            way => way - 1,
        };
        Some([secret.get(..at)?, secret.get(at + 1..)?].concat())
    })
}

pub(super) fn percent_encoded(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    change(recipe, |secret| {
        Some(match way {
            0 => decode(secret).into_owned(),
            _ => {
                let mut encoded = Vec::new();
                push_all_encoded(&mut encoded, secret);
                encoded
            }
        })
    })
}

pub(super) fn twice(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, _: usize) -> bool {
    change(recipe, |secret| Some([secret, secret].concat()))
}

pub(super) fn hashed(_: &AutopsyInput<'_>, recipe: &mut Recipe<'_>, way: usize) -> bool {
    use sha2::Digest as _;
    change(recipe, |secret| {
        let digest = sha2::Sha256::digest(secret);
        Some(if way == 0 {
            hex::encode(digest).into_bytes()
        } else {
            digest.to_vec()
        })
    })
}
