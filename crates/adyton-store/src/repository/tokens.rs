//! Tokens that were revoked alone. (All tokens of a user end by [`Users::end_tokens`](super::Users::end_tokens).)

use adyton_core::clock::Timestamp;
use adyton_core::id::TokenId;
use adyton_core::tenant::RevokedToken;

use crate::{Committed, Store, StoreError};

/// The revoked tokens.
#[derive(Clone, Copy)]
pub struct Tokens<'a>(pub(crate) &'a Store);

impl Tokens<'_> {
    /// Revokes a token that ends at `expires_at` anyway. Twice is the same as once.
    pub async fn revoke(
        &self,
        id: TokenId,
        expires_at: Timestamp,
    ) -> Result<Committed<RevokedToken>, StoreError> {
        todo!()
    }
}
