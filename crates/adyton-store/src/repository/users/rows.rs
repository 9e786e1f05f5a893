//! A user's rows: itself, its password and its roles, found and written together.

use std::collections::{HashMap, HashSet};

use adyton_core::id::{DomainId, UserId};
use adyton_core::tenant::{Assignment, Scope, User};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::{DomainName, UserName};
use crate::StoreError;
use crate::database::Session;
use crate::error::Unique;
use crate::repository::{domains, projects};
use crate::schema::users::{ActiveModel, Column, Entity, Model};
use crate::schema::{domains as domain_rows, or_log, passwords, role_assignments};
use crate::transaction::{Kind, ROWS_A_STATEMENT, Write};

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
    for some in users.chunks(ROWS_A_STATEMENT) {
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

pub(super) async fn assemble(session: &Session, row: Model) -> Result<User, StoreError> {
    let mut roles = assignments_of(session, std::slice::from_ref(&row.id)).await?;
    let assignments = roles.remove(&row.id).unwrap_or_default();
    row.user(assignments)
}

pub(super) async fn find_row(session: &Session, who: &UserName) -> Result<Option<Model>, StoreError> {
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

pub(super) async fn require_free_name(
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

pub(super) async fn save(write: &mut Write, user: &User) -> Result<(), StoreError> {
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

pub(super) async fn delete_assignments(session: &Session, user: UserId) -> Result<(), StoreError> {
    role_assignments::Entity::delete_many()
        .filter(role_assignments::Column::UserId.eq(user.to_string()))
        .exec(session)
        .await?;
    Ok(())
}

/// Inserts the user's roles. Missing: a domain or project that does not exist.
pub(super) async fn insert_assignments(session: &Session, user: &User) -> Result<(), StoreError> {
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
