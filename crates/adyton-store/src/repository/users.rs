//! Users, their passwords and their roles. How they lie in the tables is in `rows`.

pub(crate) mod rows;

use adyton_core::id::{DomainId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{Assignment, User};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use self::rows::{
    assemble, assignments_of, delete_assignments, find_row, insert, insert_assignments, require_free_name,
    save,
};
use super::listing::page;
use super::{Listed, NameMatch, Page, domains};
use crate::schema::users::{Column, Entity};
use crate::schema::{access_keys, passwords};
use crate::transaction::Kind;
use crate::urgent_retry::urgently;
use crate::{Committed, Store, StoreError, credential};

/// How a caller names a user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum UserName {
    /// By id.
    Id(UserId),
    /// By name in a domain.
    InDomain {
        /// The user's name.
        name: String,
        /// The domain.
        domain: DomainName,
    },
}

/// How a caller names a domain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DomainName {
    /// By id.
    Id(DomainId),
    /// By name.
    Name(String),
}

/// A user to be made.
#[derive(Clone)]
pub struct NewUser {
    /// Its name, unique in the domain.
    pub name: String,
    /// The domain.
    pub domain: DomainId,
    /// Its password; hashed with argon2id before it is stored.
    pub password: Secret<String>,
    /// Whether it may sign in.
    pub enabled: bool,
    /// Its roles.
    pub assignments: Vec<Assignment>,
}

/// What to change of a user; `None` leaves it as it is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserChange {
    /// A new name.
    pub name: Option<String>,
    /// Whether it may sign in. Disabling raises the token epoch.
    pub enabled: Option<bool>,
    /// All its roles. Taking one away raises the token epoch.
    pub assignments: Option<Vec<Assignment>>,
}

/// Which users.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UserFilter {
    /// Only of this domain.
    pub domain: Option<DomainId>,
    /// Only with such a name.
    pub name: Option<NameMatch>,
    /// Only enabled or disabled ones.
    pub enabled: Option<bool>,
}

/// The users.
#[derive(Clone, Copy)]
pub struct Users<'a>(pub(crate) &'a Store);

impl Users<'_> {
    /// Makes a user. Conflict: its name. Missing: the domain, or a project of an assignment.
    pub async fn create(&self, new: NewUser) -> Result<Committed<User>, StoreError> {
        let hash = self.0.passwords().hash(&new.password).await?;
        let user = User {
            id: UserId::from_random(credential::random()?),
            name: new.name,
            domain: new.domain,
            enabled: new.enabled,
            token_epoch: 0,
            assignments: new.assignments,
        };
        let mut write = self.0.write().await?;
        domains::require(&write.session, user.domain).await?;
        require_free_name(&write.session, user.domain, &user.name, None).await?;
        insert(&mut write, &user, hash, self.0.now().micros()).await?;
        write.commit(user).await
    }

    /// The user with this id.
    pub async fn get(&self, id: UserId) -> Result<Option<User>, StoreError> {
        self.find(&UserName::Id(id)).await
    }

    /// The user that is so named.
    pub async fn find(&self, who: &UserName) -> Result<Option<User>, StoreError> {
        let session = self.0.read().await?;
        match find_row(&session, who).await? {
            Some(row) => Ok(Some(assemble(&session, row).await?)),
            None => Ok(None),
        }
    }

    /// Users, by name.
    pub async fn list(&self, filter: &UserFilter, part: Page) -> Result<Listed<User>, StoreError> {
        let mut query = Entity::find().order_by_asc(Column::Name).order_by_asc(Column::Id);
        if let Some(domain) = filter.domain {
            query = query.filter(Column::DomainId.eq(domain.to_string()));
        }
        if let Some(name) = &filter.name {
            query = query.filter(name.on(Column::Name));
        }
        if let Some(enabled) = filter.enabled {
            query = query.filter(Column::Enabled.eq(enabled));
        }
        let session = self.0.read().await?;
        let (rows, total) = page(&session, query, part).await?;
        let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
        let mut roles = assignments_of(&session, &ids).await?;
        Listed::read(rows, total, |row| {
            let assignments = roles.remove(&row.id).unwrap_or_default();
            row.user(assignments)
        })
    }

    /// The user, if it exists, is enabled and has this password. Takes the same time whichever of these fails.
    pub async fn verify_password(
        &self,
        who: &UserName,
        password: &Secret<String>,
    ) -> Result<Option<User>, StoreError> {
        let session = self.0.read().await?;
        let row = find_row(&session, who).await?;
        // The same questions for an unknown user, whose id is empty.
        let id = row.as_ref().map(|row| row.id.clone()).unwrap_or_default();
        let mut roles = assignments_of(&session, std::slice::from_ref(&id)).await?;
        let hash = passwords::Entity::find_by_id(id.as_str()).one(&session).await?;
        // The slow part needs no connection.
        drop(session);
        let assignments = roles.remove(&id).unwrap_or_default();
        let user = row.map(|row| row.user(assignments)).transpose()?;
        let matches = self
            .0
            .passwords()
            .verify(password, hash.map(|row| row.hash))
            .await?;
        Ok(user.filter(|user| matches && user.enabled))
    }

    /// Changes a user. Conflict: the name.
    pub async fn update(
        &self,
        id: UserId,
        change: UserChange,
    ) -> Result<Option<Committed<User>>, StoreError> {
        urgently!(self.0, self.update_once(id, change.clone()))
    }

    async fn update_once(
        &self,
        id: UserId,
        change: UserChange,
    ) -> Result<Option<Committed<User>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(row) = Entity::find_by_id(id.to_string()).one(&write.session).await? else {
            return Ok(None);
        };
        let mut user = assemble(&write.session, row).await?;
        if let Some(name) = change.name {
            require_free_name(&write.session, user.domain, &name, Some(id)).await?;
            user.name = name;
        }
        if let Some(enabled) = change.enabled {
            if user.enabled && !enabled {
                user.token_epoch = user.token_epoch.saturating_add(1);
            }
            user.enabled = enabled;
        }
        if let Some(assignments) = change.assignments {
            if user.assignments.iter().any(|old| !assignments.contains(old)) {
                user.token_epoch = user.token_epoch.saturating_add(1);
            }
            user.assignments = assignments;
            delete_assignments(&write.session, id).await?;
            insert_assignments(&write.session, &user).await?;
        }
        save(&mut write, &user).await?;
        Ok(Some(write.commit(user).await?))
    }

    /// Sets a new password and raises the token epoch: all its tokens stop working.
    pub async fn change_password(
        &self,
        id: UserId,
        password: &Secret<String>,
    ) -> Result<Option<Committed<User>>, StoreError> {
        let hash = self.0.passwords().hash(password).await?;
        urgently!(self.0, self.raise_epoch(id, Some(hash.clone())))
    }

    /// Raises the token epoch: all tokens of the user stop working.
    pub async fn end_tokens(&self, id: UserId) -> Result<Option<Committed<User>>, StoreError> {
        urgently!(self.0, self.raise_epoch(id, None))
    }

    async fn raise_epoch(
        &self,
        id: UserId,
        new_hash: Option<String>,
    ) -> Result<Option<Committed<User>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(row) = Entity::find_by_id(id.to_string()).one(&write.session).await? else {
            return Ok(None);
        };
        let mut user = assemble(&write.session, row).await?;
        user.token_epoch = user.token_epoch.saturating_add(1);
        if let Some(hash) = new_hash {
            let row = passwords::ActiveModel {
                user_id: Set(id.to_string()),
                hash: Set(hash),
            };
            passwords::Entity::update(row)
                .exec_without_returning(&write.session)
                .await?;
        }
        save(&mut write, &user).await?;
        Ok(Some(write.commit(user).await?))
    }

    /// Deletes the user and its access keys.
    pub async fn delete(&self, id: UserId) -> Result<Option<Committed<User>>, StoreError> {
        urgently!(self.0, self.delete_once(id))
    }

    async fn delete_once(&self, id: UserId) -> Result<Option<Committed<User>>, StoreError> {
        let mut write = self.0.write().await?;
        let Some(row) = Entity::find_by_id(id.to_string()).one(&write.session).await? else {
            return Ok(None);
        };
        let user = assemble(&write.session, row).await?;
        let of_user = access_keys::Column::UserId.eq(id.to_string());
        let keys = access_keys::Entity::find()
            .filter(of_user.clone())
            .all(&write.session)
            .await?;
        for key in keys {
            write.changed(Kind::AccessKey, key.id);
        }
        access_keys::Entity::delete_many()
            .filter(of_user)
            .exec(&write.session)
            .await?;
        delete_assignments(&write.session, id).await?;
        passwords::Entity::delete_by_id(id.to_string())
            .exec(&write.session)
            .await?;
        Entity::delete_by_id(id.to_string()).exec(&write.session).await?;
        write.changed(Kind::User, id);
        Ok(Some(write.commit(user).await?))
    }
}
