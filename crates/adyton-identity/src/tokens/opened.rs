//! Tokens that have been opened lately, so that the same token sent again costs a digest and no decryption.
//!
//! What must hold: a token counts because of what the live state says now. Kept is only what its seal hides and can never
//! change, its contents, and only while the very key that sealed it is held; expiry, revocation, user, epoch and scope are
//! looked up on every call. A token that does not open is never kept, so whoever has none cannot push others' out.
//!
//! A table of a fixed size, read without a lock: each token has one slot, by its digest, and takes it from whoever had it.

use std::sync::{Arc, Weak};

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::live::Live;
use adyton_core::tenant::{TokenKey, User};
use arc_swap::ArcSwapOption;
use subtle::ConstantTimeEq as _;

use super::contents::{Contents, TokenKind};
use super::fault::TokenFault;
use super::seal::{in_time, stands, unseal};

/// How many are kept at most; each takes some 250 bytes.
const MOST: usize = 4_096;

/// A token that opened.
struct Opened {
    /// Of the token's whole text, which itself is not kept.
    digest: Sha256,
    contents: Contents,
    /// The key that opened it. Not held alive: a key that is retired is wiped, and what it opened does not count any more.
    key: Weak<TokenKey>,
}

/// See the module.
pub(crate) struct OpenedTokens {
    slots: Box<[ArcSwapOption<Opened>]>,
}

impl Default for OpenedTokens {
    fn default() -> Self {
        Self::with_room(MOST)
    }
}

impl OpenedTokens {
    fn with_room(most: usize) -> Self {
        Self {
            slots: (0..most).map(|_| ArcSwapOption::empty()).collect(),
        }
    }

    /// Opens a token of this kind as [`open`](super::open) does.
    ///
    /// # Errors
    /// As `open`.
    pub(crate) fn open<'l>(
        &self,
        live: &'l Live,
        kind: TokenKind,
        text: &[u8],
        now: Timestamp,
    ) -> Result<(Contents, &'l Arc<User>), TokenFault> {
        let digest = Sha256::of(text);
        let contents = match self.find(live, &digest).filter(|found| found.kind == kind) {
            Some(contents) => contents,
            None => {
                let contents = unseal(live, kind, text)?;
                self.keep(live, digest, &contents);
                contents
            }
        };
        in_time(&contents, now)?;
        let user = stands(live, &contents)?;
        Ok((contents, user))
    }

    /// What the token of this digest says, if it was opened by a key that is held still.
    fn find(&self, live: &Live, digest: &Sha256) -> Option<Contents> {
        let opened = self.slot(digest)?.load();
        let opened = opened.as_ref()?;
        let is_same = bool::from(opened.digest.as_bytes().ct_eq(digest.as_bytes()));
        let key = live.token_key(opened.contents.key)?;
        // A `Weak` keeps its place in memory, so no other key can lie there.
        (is_same && std::ptr::eq(opened.key.as_ptr(), Arc::as_ptr(key))).then(|| opened.contents.clone())
    }

    fn keep(&self, live: &Live, digest: Sha256, contents: &Contents) {
        if let (Some(slot), Some(key)) = (self.slot(&digest), live.token_key(contents.key)) {
            slot.store(Some(Arc::new(Opened {
                digest,
                contents: contents.clone(),
                key: Arc::downgrade(key),
            })));
        }
    }

    fn slot(&self, digest: &Sha256) -> Option<&ArcSwapOption<Opened>> {
        let (start, _) = digest.as_bytes().split_first_chunk::<4>()?;
        let at = usize::try_from(u32::from_be_bytes(*start)).ok()?;
        self.slots.get(at.checked_rem(self.slots.len())?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use std::time::Duration;

    use adyton_core::id::{DomainId, TokenId, UserId};
    use adyton_core::live::Change;
    use adyton_core::secret::Secret;
    use adyton_core::tenant::{Domain, Scope};

    use super::super::{Methods, seal};
    use super::*;

    const USER: UserId = UserId::from_bits(3);

    fn key(id: u32, secret: u8) -> TokenKey {
        TokenKey {
            id,
            secret: Secret::new([secret; 32]),
            created_at: Timestamp::from_micros(0),
        }
    }

    fn live() -> Live {
        let mut live = Live::default();
        let domain = DomainId::from_bits(1);
        let changes = [
            Change::Domain(Domain {
                id: domain,
                name: "domain".into(),
            }),
            Change::User(User {
                id: USER,
                name: "user".into(),
                domain,
                enabled: true,
                token_epoch: 1,
                assignments: Vec::new(),
            }),
            Change::TokenKey(key(1, 7)),
        ];
        for (revision, change) in (1..).zip(changes) {
            live.apply(revision, change);
        }
        live
    }

    /// A token, by its number.
    fn token(number: u8) -> String {
        let contents = Contents {
            kind: TokenKind::Token,
            key: 1,
            id: TokenId::from_bits(number.into()),
            user: USER,
            scope: Scope::Domain(DomainId::from_bits(1)),
            epoch: 1,
            issued_at: Timestamp::from_micros(0),
            expires_at: Timestamp::from_micros(0).after(Duration::from_secs(60)),
            methods: Methods::PASSWORD,
        };
        seal(&key(1, 7), &contents, [number; 24])
    }

    fn is_kept(tokens: &OpenedTokens, live: &Live, text: &str) -> bool {
        tokens.find(live, &Sha256::of(text.as_bytes())).is_some()
    }

    #[test]
    fn the_same_token_is_opened_once() {
        let (live, tokens, now) = (live(), OpenedTokens::default(), Timestamp::from_micros(1));
        let text = token(1);
        assert!(!is_kept(&tokens, &live, &text));
        let first = tokens
            .open(&live, TokenKind::Token, text.as_bytes(), now)
            .map(|(contents, _)| contents);
        assert!(is_kept(&tokens, &live, &text));
        let second = tokens
            .open(&live, TokenKind::Token, text.as_bytes(), now)
            .map(|(contents, _)| contents);
        assert_eq!(first, second);
        assert_eq!(
            second,
            super::super::open(&live, text.as_bytes(), now).map(|(contents, _)| contents)
        );
    }

    #[test]
    fn what_does_not_open_is_not_kept() {
        let (live, tokens, now) = (live(), OpenedTokens::default(), Timestamp::from_micros(1));
        for spoilt in [
            String::new(),
            "x".repeat(164),
            token(1).replace('A', "B"),
            format!("{}A", token(1)),
        ] {
            assert!(
                tokens
                    .open(&live, TokenKind::Token, spoilt.as_bytes(), now)
                    .is_err()
            );
            assert!(!is_kept(&tokens, &live, &spoilt));
        }
    }

    #[test]
    fn what_is_kept_of_one_kind_opens_as_no_other() {
        let (live, tokens, now) = (live(), OpenedTokens::default(), Timestamp::from_micros(1));
        let text = token(1);
        assert!(tokens.open(&live, TokenKind::Token, text.as_bytes(), now).is_ok());
        for kind in [TokenKind::Session, TokenKind::Link] {
            let refused = tokens.open(&live, kind, text.as_bytes(), now).map(|_| ());
            assert_eq!(refused, Err(TokenFault::Malformed), "{kind:?}");
        }
    }

    #[test]
    fn a_key_of_the_same_number_with_another_secret_opens_nothing_of_before() {
        let (mut live, tokens, now) = (live(), OpenedTokens::default(), Timestamp::from_micros(1));
        let text = token(1);
        assert!(tokens.open(&live, TokenKind::Token, text.as_bytes(), now).is_ok());
        live.apply(9, Change::TokenKey(key(1, 8)));
        assert!(!is_kept(&tokens, &live, &text));
        let fault = tokens
            .open(&live, TokenKind::Token, text.as_bytes(), now)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(fault, TokenFault::Undecryptable { key: 1 });
    }

    #[test]
    fn there_is_room_for_so_many_and_each_token_says_its_own() {
        let (live, tokens, now) = (live(), OpenedTokens::with_room(4), Timestamp::from_micros(1));
        for round in 0..2 {
            for number in 0..=99 {
                let opened = tokens.open(&live, TokenKind::Token, token(number).as_bytes(), now);
                let id = opened.map(|(contents, _)| contents.id);
                assert_eq!(id, Ok(TokenId::from_bits(number.into())), "round {round}");
            }
        }
        let kept = (0..=99)
            .filter(|number| is_kept(&tokens, &live, &token(*number)))
            .count();
        assert!((1..=4).contains(&kept), "{kept}");
    }
}
