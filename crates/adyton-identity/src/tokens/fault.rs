//! Why a token does not count, and what is said of it.

use std::time::Duration;

use adyton_core::catalogue::Reason;
use adyton_core::clock::Timestamp;
use adyton_core::evidence::Evidence;
use adyton_core::rejection::{PublicDetail, Rejection};

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
            _ => None,
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
            _ => PublicDetail::None,
        }
    }

    fn note(&self, now: Timestamp, text: &[u8]) -> String {
        let length = text.len();
        match self {
            Self::Malformed => spoilt::told(text).to_owned(),
            Self::Repeated => "`X-Auth-Token` was sent more than once: send it once".to_owned(),
            Self::UnknownKey { .. } => {
                "no such key is held: it was sealed by another installation, or more than a \
                                        day ago, before its key was retired"
                    .to_owned()
            }
            Self::Undecryptable { .. } if spoilt::is_doubled(text) => {
                "the token stands there twice, one after the other: send it once".to_owned()
            }
            Self::Undecryptable { .. } => {
                format!(
                    "it does not open: cut or changed on its way (a whole token has {TOKEN_LENGTH} characters, \
                         this one {length})"
                )
            }
            Self::Expired(contents) => {
                format!("its time is over for {}", spoken(now.since(contents.expires_at)))
            }
            Self::NotYetValid(contents) => {
                format!(
                    "it was issued {} in the future of this server: compare the clocks",
                    spoken(contents.issued_at.since(now))
                )
            }
            Self::Revoked(_) => "it was revoked: by DELETE /v3/auth/tokens, or by signing out".to_owned(),
            Self::Superseded(_) => {
                "all earlier tokens of the user were revoked, for example by a change of password".to_owned()
            }
            Self::UserDisabled(_) => "the user is disabled".to_owned(),
            Self::UserDeleted(_) => "the user does not exist any more".to_owned(),
            Self::ScopeDeleted(_) => {
                "the project or domain that it is for does not exist any more".to_owned()
            }
        }
    }

    /// The refusal, with evidence. Of the token's text only its length is kept, and what it looks like.
    pub fn rejection(&self, now: Timestamp, text: &[u8]) -> Rejection {
        let contents = self.contents();
        let key_id = self.key().or_else(|| contents.map(|contents| contents.key));
        let evidence = Evidence::Token {
            key_id: key_id.map(|key| key.to_string()),
            length: u64::try_from(text.len()).unwrap_or(u64::MAX),
            issued_at: contents.map(|contents| contents.issued_at),
            expires_at: contents.map(|contents| contents.expires_at),
            server_time: now,
            note: self.note(now, text),
        };
        Rejection::new(self.reason(), evidence).with_detail(self.detail())
    }
}

/// A span as people say it.
fn spoken(span: Duration) -> String {
    match span.as_secs() {
        seconds @ 0..=119 => format!("{seconds} s"),
        seconds @ 120..=7199 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
