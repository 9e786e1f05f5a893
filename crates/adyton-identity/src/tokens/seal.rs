//! Sealing and opening.

use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::live::Live;
use adyton_core::tenant::{Scope, TokenKey, User};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use super::contents::{AROUND, CONTENTS, Contents, TOKEN_LENGTH, TokenKind};
use super::fault::TokenFault;

/// How long a token counts.
pub const TOKEN_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How long a sign-in link counts.
pub const LINK_LIFE: Duration = Duration::from_secs(5 * 60);

/// Longer texts are not looked at: no token of ours comes near. In characters.
pub const TOKEN_MAX: usize = 300;

const HEAD: usize = 1 + 4;
const NONCE: usize = 24;
const TAG: usize = 16;
const WHOLE: usize = HEAD + NONCE + CONTENTS + TAG;

const _: () = assert!(TOKEN_LENGTH <= TOKEN_MAX && WHOLE == CONTENTS + AROUND);

/// How far a token may be issued in our future: the clocks of two nodes are never quite alike.
pub const LEEWAY: Duration = Duration::from_secs(60);

/// Why no token can be issued.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IssueError {
    /// The live state holds no token key.
    #[error("there is no token key yet: the store has not finished its start")]
    NoKey,
    /// The system gives no randomness.
    #[error("the system gives no randomness: {0}")]
    NoRandomness(String),
}

/// The key that seals now: the newest. One that was made within the next [`LEEWAY`] waits, so that no node meets a token
/// of a key that it does not know yet; one that is further in the future means that the clock went back, and seals.
pub fn sealing_key(live: &Live, now: Timestamp) -> Option<&Arc<TokenKey>> {
    let waits = |key: &TokenKey| key.created_at > now && key.created_at <= now.after(LEEWAY);
    live.token_keys()
        .filter(|key| !waits(key))
        .max_by_key(|key| key.id)
        .or_else(|| live.sealing_key())
}

/// Seals contents with a key, which they must name.
pub(crate) fn seal(key: &TokenKey, contents: &Contents, nonce: [u8; NONCE]) -> String {
    let mut head = [contents.kind.byte(), 0, 0, 0, 0];
    head[1..].copy_from_slice(&contents.key.to_be_bytes());
    let mut sealed = Vec::with_capacity(WHOLE);
    let mut inner = Vec::with_capacity(CONTENTS + TAG);
    contents.write(&mut inner);
    let cipher = XChaCha20Poly1305::new(&Key::from(*key.secret.expose()));
    // The cipher fails only on texts of gigabytes; an unsealed text must not go out even then.
    if cipher
        .encrypt_in_place(&XNonce::from(nonce), &head, &mut inner)
        .is_err()
    {
        inner.clear();
    }
    sealed.extend_from_slice(&head);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&inner);
    URL_SAFE_NO_PAD.encode(sealed)
}

/// What a token of this kind says, if it was sealed by one of our keys, whatever its time and its user's state.
pub(super) fn unseal(live: &Live, kind: TokenKind, text: &[u8]) -> Result<Contents, TokenFault> {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
    if text.len() > TOKEN_MAX || !text.iter().all(fits) {
        return Err(TokenFault::Malformed);
    }
    // The first eight characters hold kind and key id, also of a token that was cut.
    let start = text
        .get(..8)
        .and_then(|start| URL_SAFE_NO_PAD.decode(start).ok())
        .ok_or(TokenFault::Malformed)?;
    let (head, _) = start.split_first_chunk::<HEAD>().ok_or(TokenFault::Malformed)?;
    if TokenKind::of_byte(head[0]) != Some(kind) {
        return Err(TokenFault::Malformed);
    }
    let id = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
    let key = live.token_key(id).ok_or(TokenFault::UnknownKey { key: id })?;
    let fault = || TokenFault::Undecryptable { key: id };
    if text.len() != TOKEN_LENGTH {
        return Err(fault());
    }
    let mut whole = [0u8; WHOLE];
    if URL_SAFE_NO_PAD.decode_slice(text, &mut whole) != Ok(WHOLE) {
        return Err(fault());
    }
    let (head, sealed) = whole.split_at_mut(HEAD);
    let (nonce, sealed) = sealed.split_first_chunk_mut::<NONCE>().ok_or_else(fault)?;
    let (inner, tag) = sealed.split_at_mut(CONTENTS);
    let tag: [u8; TAG] = (&*tag).try_into().map_err(|_| fault())?;
    let cipher = XChaCha20Poly1305::new(&Key::from(*key.secret.expose()));
    cipher
        .decrypt_inout_detached(&XNonce::from(*nonce), head, (&mut *inner).into(), &tag.into())
        .map_err(|_| fault())?;
    Contents::read(kind, id, inner).ok_or_else(fault)
}

/// Opens what is sent as `X-Auth-Token`: unseals it, and checks that its time, its user and its scope count. Gives the user too.
///
/// # Errors
/// The first fault, in this order: form, key, seal, time, revocation, user, epoch, scope.
pub fn open<'l>(
    live: &'l Live,
    text: &[u8],
    now: Timestamp,
) -> Result<(Contents, &'l Arc<User>), TokenFault> {
    let contents = unseal(live, TokenKind::Token, text)?;
    in_time(&contents, now)?;
    let user = stands(live, &contents)?;
    Ok((contents, user))
}

/// Whether a token that opens is in its time.
pub(super) fn in_time(contents: &Contents, now: Timestamp) -> Result<(), TokenFault> {
    let ends = match contents.kind {
        TokenKind::Token | TokenKind::Session => contents.expires_at,
        // What it expires at is the end of the session that it opens.
        TokenKind::Link => contents.expires_at.min(contents.issued_at.after(LINK_LIFE)),
    };
    if ends <= now {
        return Err(TokenFault::Expired(Box::new(contents.clone())));
    }
    if contents.issued_at > now.after(LEEWAY) {
        return Err(TokenFault::NotYetValid(Box::new(contents.clone())));
    }
    Ok(())
}

/// Whether a token that opens and is in time still stands: it was not revoked, and its user and its scope count. Gives the
/// user.
///
/// # Errors
/// The first fault, in this order: revocation, user, epoch, scope.
pub(crate) fn stands<'l>(live: &'l Live, contents: &Contents) -> Result<&'l Arc<User>, TokenFault> {
    let boxed = || Box::new(contents.clone());
    if live.revoked(contents.id).is_some() {
        return Err(TokenFault::Revoked(boxed()));
    }
    let Some(user) = live.user(contents.user) else {
        return Err(TokenFault::UserDeleted(boxed()));
    };
    if !user.enabled {
        return Err(TokenFault::UserDisabled(boxed()));
    }
    if user.token_epoch != contents.epoch {
        return Err(TokenFault::Superseded(boxed()));
    }
    let there = match contents.scope {
        Scope::Domain(id) => live.domain(id).is_some(),
        Scope::Project(id) => live.project(id).is_some(),
    };
    if there {
        Ok(user)
    } else {
        Err(TokenFault::ScopeDeleted(boxed()))
    }
}
