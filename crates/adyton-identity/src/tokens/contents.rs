//! What a token says, and its 70 bytes.

use adyton_core::clock::Timestamp;
use adyton_core::id::{DomainId, ProjectId, TokenId, UserId};
use adyton_core::tenant::Scope;

/// How a token's holder had signed in, in all steps that led to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Methods(u8);

impl Methods {
    /// `password`.
    pub const PASSWORD: Self = Self(1);
    /// `token`: from another token.
    pub const TOKEN: Self = Self(2);
    /// `totp`: with a second factor.
    pub const TOTP: Self = Self(4);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    /// The names, as `token.methods` shows them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        [
            (Self::PASSWORD, "password"),
            (Self::TOKEN, "token"),
            (Self::TOTP, "totp"),
        ]
        .into_iter()
        .filter(move |(method, _)| self.0 & method.0 != 0)
        .map(|(_, name)| name)
    }
}

/// What a sealed text is for: the first byte of it, which the seal covers, so that none is ever taken for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// What callers send in `X-Auth-Token`.
    Token,
    /// What the console's cookie holds.
    Session,
    /// What a sign-in link ends with: it opens one session, and nothing else.
    Link,
}

impl TokenKind {
    const ALL: [Self; 3] = [Self::Token, Self::Session, Self::Link];

    /// As a text begins.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Token => 1,
            Self::Session => 2,
            Self::Link => 3,
        }
    }
    /// The kind that this byte stands for.
    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.byte() == byte)
    }
}

/// What a token says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contents {
    /// What the text is for.
    pub kind: TokenKind,
    /// The key that sealed it.
    pub key: u32,
    /// The token's own id: revoking it alone names this.
    pub id: TokenId,
    /// Whose it is.
    pub user: UserId,
    /// What it is for.
    pub scope: Scope,
    /// The user's epoch when it was issued.
    pub epoch: u32,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How its holder had signed in.
    pub methods: Methods,
}

/// Bytes of [`Contents`], without the kind and the key's id.
pub(super) const CONTENTS: usize = 16 + 16 + 1 + 16 + 4 + 8 + 8 + 1;

/// Bytes of a token besides its contents: kind, the key's id, nonce, tag.
pub(super) const AROUND: usize = 1 + 4 + 24 + 16;

/// How long a token's text is, in characters.
pub(crate) const TOKEN_LENGTH: usize = ((AROUND + CONTENTS) * 4).div_ceil(3);

impl Contents {
    /// Writes the contents.
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        let (kind, scope) = match self.scope {
            Scope::Domain(id) => (0, id.bits()),
            Scope::Project(id) => (1, id.bits()),
        };
        to.extend_from_slice(&self.id.bits().to_be_bytes());
        to.extend_from_slice(&self.user.bits().to_be_bytes());
        to.push(kind);
        to.extend_from_slice(&scope.to_be_bytes());
        to.extend_from_slice(&self.epoch.to_be_bytes());
        to.extend_from_slice(&self.issued_at.micros().to_be_bytes());
        to.extend_from_slice(&self.expires_at.micros().to_be_bytes());
        to.push(self.methods.0);
    }

    /// Reads what [`Contents::write`] wrote; `None` for anything else.
    pub(super) fn read(kind: TokenKind, key: u32, bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let contents = Self {
            kind,
            key,
            id: TokenId::from_bits(u128::from_be_bytes(take(&mut rest)?)),
            user: UserId::from_bits(u128::from_be_bytes(take(&mut rest)?)),
            scope: {
                let [kind] = take(&mut rest)?;
                let id = u128::from_be_bytes(take(&mut rest)?);
                match kind {
                    0 => Scope::Domain(DomainId::from_bits(id)),
                    1 => Scope::Project(ProjectId::from_bits(id)),
                    _ => return None,
                }
            },
            epoch: u32::from_be_bytes(take(&mut rest)?),
            issued_at: Timestamp::from_micros(i64::from_be_bytes(take(&mut rest)?)),
            expires_at: Timestamp::from_micros(i64::from_be_bytes(take(&mut rest)?)),
            methods: {
                let [methods] = take(&mut rest)?;
                Methods(methods)
            },
        };
        rest.is_empty().then_some(contents)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}
