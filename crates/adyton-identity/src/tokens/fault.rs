//! Why a token does not count, and what is said of it.

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::fact::{Fact, Seconds};
use adyton_core::holder::Holder;
use adyton_core::refusal::{PublicDetail, Refusal};

use super::contents::{Contents, TOKEN_LENGTH};
use super::spoilt;

/// Why a token does not count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum TokenFault {
    /// It has not the form of a token.
    Malformed,
    /// It was sent more than once.
    Repeated,
    /// Sealed by a key that we do not hold, or do not hold any more.
    UnknownKey {
        /// The key that it names.
        key: u32,
    },
    /// It names one of our keys and does not open: cut or changed.
    Undecryptable {
        /// The key that it names.
        key: u32,
    },
    /// Its time is over.
    Expired(Box<Contents>),
    /// It was issued in our future.
    NotYetValid(Box<Contents>),
    /// It was revoked alone.
    Revoked(Box<Contents>),
    /// All tokens of the user were revoked since: password change and the like.
    Superseded(Box<Contents>),
    /// The user is disabled.
    UserDisabled(Box<Contents>),
    /// The user is gone.
    UserDeleted(Box<Contents>),
    /// The project or the domain that it is for is gone.
    ScopeDeleted(Box<Contents>),
}

impl TokenFault {
    /// The reason in the catalogue.
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Malformed => Reason::TokenMalformed,
            Self::Repeated => Reason::TokenRepeated,
            Self::UnknownKey { .. } => Reason::TokenUnknownKey,
            Self::Undecryptable { .. } => Reason::TokenUndecryptable,
            Self::Expired(_) => Reason::TokenExpired,
            Self::NotYetValid(_) => Reason::TokenNotYetValid,
            Self::Revoked(_) => Reason::TokenRevoked,
            Self::Superseded(_) | Self::ScopeDeleted(_) => Reason::TokenSuperseded,
            Self::UserDisabled(_) => Reason::TokenUserDisabled,
            Self::UserDeleted(_) => Reason::TokenUserDeleted,
        }
    }

    /// What the token said, where it opened.
    pub fn contents(&self) -> Option<&Contents> {
        match self {
            Self::Malformed | Self::Repeated | Self::UnknownKey { .. } | Self::Undecryptable { .. } => None,
            Self::Expired(contents)
            | Self::NotYetValid(contents)
            | Self::Revoked(contents)
            | Self::Superseded(contents)
            | Self::UserDisabled(contents)
            | Self::UserDeleted(contents)
            | Self::ScopeDeleted(contents) => Some(contents),
        }
    }

    const fn key(&self) -> Option<u32> {
        match self {
            Self::UnknownKey { key } | Self::Undecryptable { key } => Some(*key),
            Self::Malformed
            | Self::Repeated
            | Self::Expired(_)
            | Self::NotYetValid(_)
            | Self::Revoked(_)
            | Self::Superseded(_)
            | Self::UserDisabled(_)
            | Self::UserDeleted(_)
            | Self::ScopeDeleted(_) => None,
        }
    }

    fn detail(&self) -> PublicDetail {
        match self {
            Self::Malformed | Self::Repeated | Self::UnknownKey { .. } | Self::Undecryptable { .. } => {
                PublicDetail::DecryptTokenFail
            }
            Self::Expired(contents) => PublicDetail::TokenExpires {
                expires_at: contents.expires_at,
            },
            Self::NotYetValid(_)
            | Self::Revoked(_)
            | Self::Superseded(_)
            | Self::UserDisabled(_)
            | Self::UserDeleted(_)
            | Self::ScopeDeleted(_) => PublicDetail::None,
        }
    }

    fn fact(&self, now: Timestamp, text: &[u8]) -> Fact {
        match self {
            Self::Malformed => spoilt::looks_like(text),
            Self::Repeated => Fact::TokenRepeated,
            Self::UnknownKey { .. } => Fact::TokenKeyUnknown,
            Self::Undecryptable { .. } if spoilt::is_doubled(text) => Fact::TokenDoubled,
            Self::Undecryptable { .. } if text.len() == TOKEN_LENGTH => Fact::TokenChanged {
                length: TOKEN_LENGTH as u64,
            },
            Self::Undecryptable { .. } => Fact::TokenDoesNotOpen {
                whole: TOKEN_LENGTH as u64,
                length: text.len() as u64,
            },
            Self::Expired(contents) => Fact::TokenExpired {
                ago: Seconds(now.since(contents.expires_at).as_secs()),
            },
            Self::NotYetValid(contents) => Fact::TokenAhead {
                by: Seconds(contents.issued_at.since(now).as_secs()),
            },
            Self::Revoked(_) => Fact::TokenRevoked,
            Self::Superseded(_) => Fact::TokensRevoked,
            Self::UserDisabled(_) => Fact::TokenUserDisabled,
            Self::UserDeleted(_) => Fact::TokenUserDeleted,
            Self::ScopeDeleted(_) => Fact::TokenScopeDeleted,
        }
    }

    /// The refusal, with evidence. Of the token's text only its length is kept, and what it looks like.
    pub fn refusal(&self, now: Timestamp, text: &[u8]) -> Refusal {
        let contents = self.contents();
        let key_id = self.key().or_else(|| contents.map(|contents| contents.key));
        let evidence = Evidence::Token {
            key_id: key_id.map(|key| key.to_string()),
            length: u64::try_from(text.len()).unwrap_or(u64::MAX),
            issued_at: contents.map(|contents| contents.issued_at),
            expires_at: contents.map(|contents| contents.expires_at),
            server_time: now,
            facts: vec![self.fact(now, text)],
            note: String::new(),
            holder: contents.map(|contents| Holder::User(contents.user)),
        };
        Refusal::new(self.reason(), evidence).with_detail(self.detail())
    }
}
