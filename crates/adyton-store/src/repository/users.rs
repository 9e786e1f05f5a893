//! Users, their passwords and their roles.

use adyton_core::id::{DomainId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{Assignment, User};

use super::{Listed, NameMatch, Page};
use crate::{Committed, Store, StoreError};

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
        todo!()
    }
    /// The user with this id.
    pub async fn get(&self, id: UserId) -> Result<Option<User>, StoreError> {
        todo!()
    }
    /// The user that is so named.
    pub async fn find(&self, who: &UserName) -> Result<Option<User>, StoreError> {
        todo!()
    }
    /// Users, by name.
    pub async fn list(&self, filter: &UserFilter, page: Page) -> Result<Listed<User>, StoreError> {
        todo!()
    }
    /// The user, if it exists, is enabled and has this password. Takes the same time whichever of these fails.
    pub async fn verify_password(
        &self,
        who: &UserName,
        password: &Secret<String>,
    ) -> Result<Option<User>, StoreError> {
        todo!()
    }
    /// Changes a user. Conflict: the name.
    pub async fn update(
        &self,
        id: UserId,
        change: UserChange,
    ) -> Result<Option<Committed<User>>, StoreError> {
        todo!()
    }
    /// Sets a new password and raises the token epoch: all its tokens stop working.
    pub async fn change_password(
        &self,
        id: UserId,
        password: &Secret<String>,
    ) -> Result<Option<Committed<User>>, StoreError> {
        todo!()
    }
    /// Raises the token epoch: all tokens of the user stop working.
    pub async fn end_tokens(&self, id: UserId) -> Result<Option<Committed<User>>, StoreError> {
        todo!()
    }
    /// Deletes the user and its access keys.
    pub async fn delete(&self, id: UserId) -> Result<Option<Committed<User>>, StoreError> {
        todo!()
    }
}
