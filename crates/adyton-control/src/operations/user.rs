//! Users of the caller's domain: enough to make, change, disable and delete them, and to give them roles.

pub(crate) mod change;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod password;
pub(crate) mod roles;
pub(crate) mod show;

use adyton_core::secret::Secret;
use adyton_core::shown::is_unseen;

use crate::failure::{Failure, Outcome};

/// A user's name: 1 to 64 characters, all of them seen, without `/`.
pub(crate) fn check_name(name: &str) -> Outcome<()> {
    let length = name.chars().count();
    if (1..=64).contains(&length) && !name.chars().any(|c| is_unseen(c) || c == '/') && name.trim() == name {
        return Ok(());
    }
    Err(Failure::invalid(
        "user.name",
        "must have 1 to 64 characters, no control characters, no marks of text direction, no `/`, and no spaces at its ends",
    ))
}

/// A password: 8 to 128 characters.
pub(crate) fn check_password(password: &Secret<String>) -> Outcome<()> {
    if (8..=128).contains(&password.expose().chars().count()) {
        return Ok(());
    }
    Err(Failure::invalid("user.password", "must have 8 to 128 characters"))
}
