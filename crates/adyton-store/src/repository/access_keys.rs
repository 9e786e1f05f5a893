//! Access keys (AK/SK), the secret half sealed.

use adyton_core::id::{AccessKeyId, UserId};
use adyton_core::tenant::AccessKey;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::quotas::{self, QuotaCount};
use crate::error::Referred;
use crate::schema::access_keys::{ActiveModel, Column, Entity, Model, place};
use crate::schema::users;
use crate::seal::Seal;
use crate::transaction::{Kind, Write};
use crate::urgent_retry::urgently;
use crate::{Committed, Store, StoreError, credential};

/// What to change of an access key; `None` leaves it as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct AccessKeyChange {
    /// Whether it works.
    pub enabled: Option<bool>,
    /// What its owner says of it.
    pub description: Option<String>,
}

/// The access keys.
#[derive(Clone, Copy)]
pub struct AccessKeys<'a>(pub(crate) &'a Store);

impl AccessKeys<'_> {
    /// Makes a key with random halves. Quota: access keys of a user. Missing: the user. The answer holds the secret half; show it
    /// once.
    pub async fn create(&self, user: UserId, description: &str) -> Result<Committed<AccessKey>, StoreError> {
        let key = AccessKey {
            id: credential::access_key_id()?,
            user,
            secret: credential::secret_key()?,
            enabled: true,
            created_at: self.0.now(),
            description: description.to_owned(),
        };
        let mut write = self.0.write().await?;
        let owner = users::Entity::find_by_id(user.to_string());
        let Some(owner) = owner.one(&write.session).await? else {
            return Err(StoreError::Missing {
                what: Referred::User,
                id: user.to_string(),
            });
        };
        let counted = QuotaCount::AccessKeys(owner.user(Vec::new())?.domain, user);
        quotas::require(&write.session, counted, 1).await?;
        insert(&mut write, self.0.seal(), &key).await?;
        write.commit(key).await
    }

    /// The key with this public half.
    pub async fn get(&self, id: &AccessKeyId) -> Result<Option<AccessKey>, StoreError> {
        let row = Entity::find_by_id(id.as_str()).one(&self.0.read().await?).await?;
        row.map(|row| row.access_key(self.0.seal())).transpose()
    }

    /// The keys of a user (of all users), oldest first.
    pub async fn list(&self, user: Option<UserId>) -> Result<Vec<AccessKey>, StoreError> {
        let mut query = Entity::find()
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id);
        if let Some(user) = user {
            query = query.filter(Column::UserId.eq(user.to_string()));
        }
        let rows = query.all(&self.0.read().await?).await?;
        rows.into_iter()
            .map(|row| row.access_key(self.0.seal()))
            .collect()
    }

    /// Changes a key.
    pub async fn update(
        &self,
        id: &AccessKeyId,
        change: AccessKeyChange,
    ) -> Result<Option<Committed<AccessKey>>, StoreError> {
        urgently!(self.0, self.update_once(id, change.clone()))
    }

    async fn update_once(
        &self,
        id: &AccessKeyId,
        change: AccessKeyChange,
    ) -> Result<Option<Committed<AccessKey>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(row) = Entity::find_by_id(id.as_str()).one(&write.session).await? else {
            return Ok(None);
        };
        let mut key = row.access_key(self.0.seal())?;
        key.enabled = change.enabled.unwrap_or(key.enabled);
        key.description = change.description.unwrap_or(key.description);
        let row = ActiveModel {
            id: Set(key.id.as_str().into()),
            enabled: Set(key.enabled),
            description: Set(key.description.clone()),
            ..ActiveModel::default()
        };
        Entity::update(row).exec_without_returning(&write.session).await?;
        write.changed(Kind::AccessKey, id);
        Ok(Some(write.commit(key).await?))
    }

    /// Deletes a key: it stops working at once. (Its value is not read: a damaged one can be deleted too.)
    pub async fn delete(&self, id: &AccessKeyId) -> Result<Option<Committed<()>>, StoreError> {
        urgently!(self.0, self.delete_once(id))
    }

    async fn delete_once(&self, id: &AccessKeyId) -> Result<Option<Committed<()>>, StoreError> {
        let mut write = self.0.write().await?;
        let gone = Entity::delete_by_id(id.as_str()).exec(&write.session).await?;
        if gone.rows_affected == 0 {
            return Ok(None);
        }
        write.changed(Kind::AccessKey, id);
        Ok(Some(write.commit(()).await?))
    }
}

/// Inserts a key, its secret half sealed.
pub(crate) async fn insert(write: &mut Write, seal: &Seal, key: &AccessKey) -> Result<(), StoreError> {
    let id = key.id.as_str();
    let row = Model {
        id: id.to_owned(),
        user_id: key.user.to_string(),
        sealed: seal.seal(place(id), key.secret.expose().as_bytes())?,
        enabled: key.enabled,
        created_at: key.created_at.micros(),
        description: key.description.clone(),
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(&write.session)
        .await?;
    write.changed(Kind::AccessKey, id);
    Ok(())
}
