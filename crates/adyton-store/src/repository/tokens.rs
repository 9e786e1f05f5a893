//! Tokens that were revoked alone. (All tokens of a user end by [`Users::end_tokens`](super::Users::end_tokens).)

use adyton_core::clock::Timestamp;
use adyton_core::id::TokenId;
use adyton_core::tenant::RevokedToken;

use sea_orm::{EntityTrait, IntoActiveModel, QueryOrder};

use crate::schema::revoked_tokens::{Entity, Model};
use crate::schema::token_keys;
use crate::transaction::Kind;
use crate::urgent_retry::urgently;
use crate::{Committed, Store, StoreError};

/// What revoking a token gives.
struct Revoked {
    token: RevokedToken,
    /// Whether it was revoked by this, not before.
    is_new: bool,
}

/// The revoked tokens.
#[derive(Clone, Copy)]
pub struct Tokens<'a>(pub(crate) &'a Store);

impl Tokens<'_> {
    /// Revokes a token that ends at `expires_at` anyway. Twice is the same as once. It is kept for as long as a key that
    /// can have sealed it.
    pub async fn revoke(
        &self,
        id: TokenId,
        expires_at: Timestamp,
    ) -> Result<Committed<RevokedToken>, StoreError> {
        let Committed { value, revision } = urgently!(self.0, self.revoke_once(id, expires_at))?;
        let value = value.token;
        Ok(Committed { value, revision })
    }

    /// Revokes what counts once only, such as a sign-in link: `None` when somebody else has done so before.
    pub async fn spend(
        &self,
        id: TokenId,
        expires_at: Timestamp,
    ) -> Result<Option<Committed<RevokedToken>>, StoreError> {
        let Committed { value, revision } = self.revoke_once(id, expires_at).await?;
        let Revoked { token: value, is_new } = value;
        Ok(is_new.then_some(Committed { value, revision }))
    }

    async fn revoke_once(
        &self,
        id: TokenId,
        expires_at: Timestamp,
    ) -> Result<Committed<Revoked>, StoreError> {
        let mut write = self.0.write().await?;
        if let Some(row) = Entity::find_by_id(id.to_string()).one(&write.session).await? {
            let already = Revoked {
                token: row.revoked_token()?,
                is_new: false,
            };
            return write.commit(already).await;
        }
        let token = RevokedToken {
            id,
            revoked_at: self.0.now(),
            expires_at,
        };
        let newest = token_keys::Entity::find().order_by_desc(token_keys::Column::Id);
        let row = Model {
            newest_key: newest.one(&write.session).await?.map_or(i64::MAX, |key| key.id),
            id: id.to_string(),
            revoked_at: token.revoked_at.micros(),
            expires_at: token.expires_at.micros(),
        };
        Entity::insert(row.into_active_model())
            .exec_without_returning(&write.session)
            .await?;
        write.changed(Kind::RevokedToken, id);
        let revoked = Revoked { token, is_new: true };
        write.commit(revoked).await
    }
}
