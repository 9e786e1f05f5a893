//! Tokens: sealed, stateless, opaque.
//!
//! ```text
//! base64url( kind 1 · key id 4 · nonce 24 · XChaCha20-Poly1305( contents 70 ) · tag 16 )
//! ```
//!
//! TokenKind and key id are authenticated too: a session of the console and a sign-in link are sealed in the same way, and are no
//! tokens. A token says who, where and until when, and which *epoch* of the user's it belongs to; never roles, which are looked
//! up when it is used. A day's token key seals; older ones still open.
//!
//! Every way in which a token does not count is a [`TokenFault`] of its own. `seal.rs` opens a token, `opened.rs` keeps what was
//! opened lately.

mod contents;
mod fault;
mod opened;
mod seal;
mod spoilt;

pub use contents::{Contents, Methods, TokenKind};
pub use fault::TokenFault;
pub use seal::{IssueError, LEEWAY, LINK_LIFE, TOKEN_LIFE, TOKEN_MAX, open, sealing_key};

pub(crate) use opened::OpenedTokens;
pub(crate) use seal::{seal, stands};
