//! Users, their passwords and their roles.

use std::collections::{HashMap, HashSet};

use adyton_core::id::{DomainId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{Assignment, Scope, User};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::listing::page;
use super::{Listed, NameMatch, Page, domains, projects};
use crate::database::Session;
use crate::error::Unique;
use crate::schema::users::{ActiveModel, Column, Entity, Model};
use crate::schema::{access_keys, domains as domain_rows, or_log, passwords, role_assignments};
use crate::transaction::{Kind, Write};
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
        let items = rows
            .into_iter()
            .map(|row| {
                let assignments = roles.remove(&row.id).unwrap_or_default();
                row.user(assignments)
            })
            .collect::<Result<_, _>>()?;
        Ok(Listed { items, total })
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
        self.raise_epoch(id, Some(hash)).await
    }

    /// Raises the token epoch: all tokens of the user stop working.
    pub async fn end_tokens(&self, id: UserId) -> Result<Option<Committed<User>>, StoreError> {
        self.raise_epoch(id, None).await
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

/// Inserts a user with its roles and the hash of its password.
pub(crate) async fn insert(
    write: &mut Write,
    user: &User,
    hash: String,
    created_at: i64,
) -> Result<(), StoreError> {
    let row = Model {
        id: user.id.to_string(),
        domain_id: user.domain.to_string(),
        name: user.name.clone(),
        enabled: user.enabled,
        token_epoch: i64::from(user.token_epoch),
        created_at,
    };
    Entity::insert(row.into_active_model())
        .exec_without_returning(&write.session)
        .await?;
    let password = passwords::ActiveModel {
        user_id: Set(user.id.to_string()),
        hash: Set(hash),
    };
    passwords::Entity::insert(password)
        .exec_without_returning(&write.session)
        .await?;
    insert_assignments(&write.session, user).await?;
    write.changed(Kind::User, user.id);
    Ok(())
}

/// The roles of each of these users.
pub(crate) async fn assignments_of(
    session: &Session,
    users: &[String],
) -> Result<HashMap<String, Vec<Assignment>>, StoreError> {
    let mut found: HashMap<String, Vec<Assignment>> = HashMap::new();
    for some in users.chunks(crate::transaction::ROWS_A_STATEMENT) {
        let rows = role_assignments::Entity::find()
            .filter(role_assignments::Column::UserId.is_in(some))
            .order_by_asc(role_assignments::Column::Role)
            .order_by_asc(role_assignments::Column::ScopeId)
            .all(session)
            .await?;
        for row in rows {
            if let Some(assignment) = or_log(row.assignment()) {
                found.entry(row.user_id).or_default().push(assignment);
            }
        }
    }
    Ok(found)
}

async fn assemble(session: &Session, row: Model) -> Result<User, StoreError> {
    let mut roles = assignments_of(session, std::slice::from_ref(&row.id)).await?;
    let assignments = roles.remove(&row.id).unwrap_or_default();
    row.user(assignments)
}

async fn find_row(session: &Session, who: &UserName) -> Result<Option<Model>, StoreError> {
    let (name, domain) = match who {
        UserName::Id(id) => return Ok(Entity::find_by_id(id.to_string()).one(session).await?),
        UserName::InDomain { name, domain } => (name, domain),
    };
    let domain = match domain {
        DomainName::Id(id) => id.to_string(),
        DomainName::Name(name) => {
            let row = domain_rows::Entity::find()
                .filter(domain_rows::Column::Name.eq(name.as_str()))
                .one(session)
                .await?;
            // No domain has an empty id: an unknown name goes the same way as an unknown id.
            row.map(|row| row.id).unwrap_or_default()
        }
    };
    let row = Entity::find()
        .filter(Column::DomainId.eq(domain))
        .filter(Column::Name.eq(name.as_str()))
        .one(session)
        .await?;
    Ok(row)
}

async fn require_free_name(
    session: &Session,
    domain: DomainId,
    name: &str,
    own: Option<UserId>,
) -> Result<(), StoreError> {
    let row = Entity::find()
        .filter(Column::DomainId.eq(domain.to_string()))
        .filter(Column::Name.eq(name))
        .one(session)
        .await?;
    match row {
        Some(row) if own.is_none_or(|id| row.id != id.to_string()) => Err(StoreError::Conflict {
            what: Unique::UserName,
        }),
        _ => Ok(()),
    }
}

async fn save(write: &mut Write, user: &User) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(user.id.to_string()),
        name: Set(user.name.clone()),
        enabled: Set(user.enabled),
        token_epoch: Set(i64::from(user.token_epoch)),
        ..ActiveModel::default()
    };
    Entity::update(row).exec_without_returning(&write.session).await?;
    write.changed(Kind::User, user.id);
    Ok(())
}

async fn delete_assignments(session: &Session, user: UserId) -> Result<(), StoreError> {
    role_assignments::Entity::delete_many()
        .filter(role_assignments::Column::UserId.eq(user.to_string()))
        .exec(session)
        .await?;
    Ok(())
}

/// Inserts the user's roles. Missing: a domain or project that does not exist.
async fn insert_assignments(session: &Session, user: &User) -> Result<(), StoreError> {
    let distinct: HashSet<&Assignment> = user.assignments.iter().collect();
    for assignment in distinct {
        match assignment.scope {
            Scope::Domain(id) => domains::require(session, id).await?,
            Scope::Project(id) => projects::require(session, id).await?,
        }
        let row = role_assignments::Model::of(user.id, assignment);
        role_assignments::Entity::insert(row.into_active_model())
            .exec_without_returning(session)
            .await?;
    }
    Ok(())
}
