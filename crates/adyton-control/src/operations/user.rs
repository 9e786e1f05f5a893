//! Users of the caller's domain: enough to make, change, disable and delete them, and to give them roles.

use std::net::IpAddr;

use adyton_core::id::{DomainId, UserId};
use adyton_core::language::Words;
use adyton_core::live::Live;
use adyton_core::secret::Secret;
use adyton_core::shown::is_unseen;
use adyton_core::tenant::{Assignment, PASSWORD_CHARACTERS, Role, Scope, User};
use adyton_store::repository::{Listed, NewUser, Page, UserChange, UserFilter, UserName};

use crate::actor::Actor;
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::password;
use crate::shared::Shared;

/// A user's name: 1 to 64 characters, all of them seen, without `/`.
pub(crate) fn check_name(name: &str) -> OperationResult<()> {
    let length = name.chars().count();
    if (1..=64).contains(&length) && !name.chars().any(|c| is_unseen(c) || c == '/') && name.trim() == name {
        return Ok(());
    }
    Err(Failure::invalid(
        "user.name",
        (
            "must have 1 to 64 characters, no control characters, no bidirectional control characters, no `/`, and no leading or trailing spaces",
            "必须为 1 到 64 个字符，不含控制字符、双向控制字符和 `/`，首尾没有空格",
        ),
    ))
}

/// A password: 8 to 128 characters.
pub(crate) fn check_password(password: &Secret<String>) -> OperationResult<()> {
    if PASSWORD_CHARACTERS.contains(&password.expose().chars().count()) {
        return Ok(());
    }
    Err(Failure::invalid(
        "user.password",
        ("must have 8 to 128 characters", "必须为 8 到 128 个字符"),
    ))
}

/// Nobody takes from themselves what they would need to undo it: `otherwise` names the field and says so.
fn of_another(actor: &Actor, id: UserId, otherwise: (&str, Words)) -> OperationResult<()> {
    if actor.user()?.id == id {
        return Err(Failure::invalid(otherwise.0, otherwise.1));
    }
    Ok(())
}

/// One user of the domain; another domain's look like none.
pub(crate) async fn show(shared: &Shared, domain: DomainId, id: UserId) -> OperationResult<User> {
    let found = shared
        .store
        .users()
        .get(id)
        .await?
        .filter(|user| user.domain == domain);
    found.ok_or_else(|| Failure::missing(Thing::User, id))
}

/// The domain's users, by name.
pub(crate) async fn list(shared: &Shared, filter: &UserFilter) -> OperationResult<Listed<User>> {
    Ok(shared.store.users().list(filter, Page::ALL).await?)
}

/// Makes a user without roles, unless `new` gives some.
pub(crate) async fn create(shared: &Shared, new: NewUser) -> OperationResult<User> {
    check_name(&new.name)?;
    check_password(&new.password)?;
    let name = new.name.clone();
    let created = shared.store.users().create(new).await;
    shared
        .settled(created.map_err(|error| Failure::named(error, &name))?)
        .await
}

/// Changes what is given; nobody disables themselves. A new password, and disabling, end all tokens of the user at once.
pub(crate) async fn change(
    shared: &Shared,
    actor: &Actor,
    id: UserId,
    change: UserChange,
    password: Option<Secret<String>>,
) -> OperationResult<User> {
    if change.enabled == Some(false) {
        of_another(
            actor,
            id,
            ("user.enabled", ("you cannot disable yourself", "不能停用您自己")),
        )?;
    }
    let mut user = show(shared, actor.domain()?, id).await?;
    if let Some(name) = &change.name {
        check_name(name)?;
    }
    if let Some(password) = &password {
        check_password(password)?;
    }
    let gone = || Failure::missing(Thing::User, id);
    if change != UserChange::default() {
        let name = change.name.clone().unwrap_or_default();
        let updated = shared.store.users().update(id, change).await;
        let updated = updated.map_err(|error| Failure::named(error, &name))?;
        let committed = updated.ok_or_else(gone)?;
        user = shared.settled(committed).await?;
    }
    if let Some(password) = password {
        let committed = shared.store.users().change_password(id, &password).await?;
        user = shared.settled(committed.ok_or_else(gone)?).await?;
    }
    Ok(user)
}

/// Sets the new password. Wrong old ones count towards the lock.
pub(crate) async fn change_password(
    shared: &Shared,
    actor: &Actor,
    address: IpAddr,
    id: UserId,
    original: &Secret<String>,
    new: &Secret<String>,
) -> OperationResult<()> {
    if actor.user()?.id != id {
        return Err(Failure::Forbidden {
            action: "to change another user's password here".to_owned(),
        });
    }
    password::verify(shared, address, &UserName::Id(id), original).await?;
    check_password(new)?;
    if original.expose() == new.expose() {
        return Err(Failure::invalid(
            "user.password",
            ("must differ from the original password", "不能与原密码相同"),
        ));
    }
    match shared.store.users().change_password(id, new).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::User, id)),
    }
}

/// Their tokens and keys do not count any more once this answers.
pub(crate) async fn delete(shared: &Shared, actor: &Actor, id: UserId) -> OperationResult<()> {
    of_another(
        actor,
        id,
        ("user_id", ("you cannot delete yourself", "不能删除您自己")),
    )?;
    show(shared, actor.domain()?, id).await?;
    match shared.store.users().delete(id).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::User, id)),
    }
}

/// Whether to give or to take.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RoleChange {
    /// The user has it from now on.
    Give,
    /// The user has it no more; their tokens end.
    Take,
}

/// A role of this name.
pub(crate) fn role(name: &str) -> OperationResult<Role> {
    Role::parse(name).ok_or_else(|| Failure::missing(Thing::Role, name))
}

/// Checks that a scope lies in the domain.
pub(crate) fn in_domain(live: &Live, domain: DomainId, scope: Scope) -> OperationResult<()> {
    match scope {
        Scope::Domain(own) if own == domain => Ok(()),
        Scope::Project(id) if live.project(id).is_some_and(|project| project.domain == domain) => Ok(()),
        Scope::Domain(id) => Err(Failure::missing(Thing::Project, id)),
        Scope::Project(id) => Err(Failure::missing(Thing::Project, id)),
    }
}

/// Gives or takes one role. Giving twice is the same as once; taking what is not there is an error.
pub(crate) async fn change_role(
    shared: &Shared,
    actor: &Actor,
    id: UserId,
    assignment: Assignment,
    change: RoleChange,
) -> OperationResult<User> {
    if change == RoleChange::Take {
        of_another(
            actor,
            id,
            (
                "role_id",
                ("you cannot remove a role from yourself", "不能移除您自己的角色"),
            ),
        )?;
    }
    let domain = actor.domain()?;
    in_domain(&shared.live(), domain, assignment.scope)?;
    let user = show(shared, domain, id).await?;
    let has = user.assignments.contains(&assignment);
    let mut assignments = user.assignments.clone();
    match (change, has) {
        (RoleChange::Give, true) => return Ok(user),
        (RoleChange::Give, false) => assignments.push(assignment),
        (RoleChange::Take, true) => assignments.retain(|given| *given != assignment),
        (RoleChange::Take, false) => return Err(Failure::missing(Thing::Role, assignment.role.name())),
    }
    let change = UserChange {
        assignments: Some(assignments),
        ..UserChange::default()
    };
    match shared.store.users().update(id, change).await? {
        Some(committed) => shared.settled(committed).await,
        None => Err(Failure::missing(Thing::User, id)),
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::id::ProjectId;
    use adyton_core::sample;

    use super::*;
    use crate::sample::actor;

    #[test]
    fn nobody_disables_deletes_or_demotes_themselves() {
        let administrator = actor(Role::Administrator, Scope::Domain(sample::DOMAIN), None);
        let (field, problem) = ("user.enabled", ("you cannot disable yourself", "不能停用您自己"));
        let refused = of_another(&administrator, sample::USER, (field, problem)).unwrap_err();
        assert_eq!(refused.to_string(), "user.enabled: you cannot disable yourself");
        assert!(of_another(&administrator, UserId::from_bits(99), (field, problem)).is_ok());
    }

    #[test]
    fn a_scope_of_another_domain_looks_like_none() {
        let live = sample::live(sample::long_ago(), []);
        let other = DomainId::from_bits(99);
        for scope in [Scope::Domain(sample::DOMAIN), Scope::Project(sample::PROJECT)] {
            assert!(in_domain(&live, sample::DOMAIN, scope).is_ok(), "{scope:?}");
            let refused = in_domain(&live, other, scope).unwrap_err();
            assert!(matches!(
                refused,
                Failure::Missing {
                    thing: Thing::Project,
                    ..
                }
            ));
        }
        let unknown = Scope::Project(ProjectId::from_bits(98));
        assert!(in_domain(&live, sample::DOMAIN, unknown).is_err());
    }

    #[test]
    fn a_name_is_seen_whole() {
        for right in ["a", "Änne Öl", &"u".repeat(64)] {
            assert!(check_name(right).is_ok(), "{right}");
        }
        for wrong in ["", " a", "a ", "a/b", "a\u{7}", "a\u{202e}b", &"u".repeat(65)] {
            assert!(check_name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_password_has_8_to_128_characters() {
        let check = |text: &str| check_password(&Secret::new(text.to_owned()));
        assert!(check("größe-äöü").is_ok());
        assert!(check(&"ä".repeat(128)).is_ok());
        assert!(check("7 chars").is_err());
        assert!(check(&"p".repeat(129)).is_err());
    }

    #[test]
    fn a_role_is_one_that_there_is() {
        assert!(
            Role::ALL
                .iter()
                .all(|known| role(known.name()).is_ok_and(|found| found == *known))
        );
        assert!(matches!(role("emperor"), Err(Failure::Missing { .. })));
    }
}
