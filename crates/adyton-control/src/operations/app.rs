//! Apps: credentials that are authorised for APIs.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod reset_secret;
pub(crate) mod show;
pub(crate) mod update;

use adyton_core::id::AccessKeyId;

use crate::failure::{Failure, Outcome};
use crate::operations::text;

/// A name: 3 to 64 characters, a letter first, then letters, digits, `_` and `-` (APIG API Reference v2, "Creating an App").
pub(crate) fn check_name(name: &str) -> Outcome<()> {
    let length = name.chars().count();
    let first = name.chars().next().is_some_and(char::is_alphabetic);
    let rest = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if (3..=64).contains(&length) && first && rest {
        return Ok(());
    }
    Err(Failure::invalid(
        "name",
        "must have 3 to 64 characters: a letter first, then letters, digits, `_` and `-`",
    ))
}

/// A remark: at most 255 characters.
pub(crate) fn check_remark(remark: &str) -> Outcome<()> {
    text::check("remark", remark, text::REMARK_MOST)
}

/// A given AppKey: 8 to 200 characters, letters, digits, `_` and `-`, a letter or digit first. Whoever signs with one of an
/// access key's form is taken for a user, so that an app could never sign with it.
pub(crate) fn check_key(key: &str) -> Outcome<()> {
    if AccessKeyId::has_shape(key) {
        return Err(Failure::invalid(
            "app_key",
            "must not have the form of an access key: 20 capital letters and digits",
        ));
    }
    let first = key.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    let rest = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if (8..=200).contains(&key.len()) && first && rest {
        return Ok(());
    }
    Err(Failure::invalid(
        "app_key",
        "must have 8 to 200 characters: a letter or digit first, then letters, digits, `_` and `-`",
    ))
}

/// A given AppSecret: 8 to 128 printable ASCII characters without spaces.
pub(crate) fn check_secret(secret: &str) -> Outcome<()> {
    if (8..=128).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Failure::invalid(
        "app_secret",
        "must have 8 to 128 printable ASCII characters and no spaces",
    ))
}
