//! What a caller may do: actions, the statements of the built-in roles, and the decision. Deny wins; nothing is allowed
//! that is not said.
//!
//! Roles are looked up in the live state at each decision. A role in a domain holds in all of its projects; the scope of
//! a credential narrows what its user may do, and never widens it.

mod action;
mod decide;

pub use action::Action;
pub use decide::{NotAllowed, app_may_call, has_role, may, may_call, may_in_domain, roles};

use adyton_core::tenant::Role;

/// Whether a statement allows or denies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever else allows.
    Deny,
}

/// What a role says of some actions. A pattern is `service:resource:operation`; `*` stands for any word.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Statement {
    /// Allow or deny.
    pub effect: Effect,
    /// Which actions.
    pub actions: &'static [&'static str],
}

const fn allow(actions: &'static [&'static str]) -> Statement {
    Statement {
        effect: Effect::Allow,
        actions,
    }
}

/// What a built-in role says.
pub const fn statements(role: Role) -> &'static [Statement] {
    const ADMINISTRATOR: &[Statement] = &[allow(&["*:*:*"])];
    const OPERATOR: &[Statement] = &[allow(&[
        "modelarts:*:*",
        "apig:*:*",
        "adyton:*:*",
        "iam:projects:list",
    ])];
    const CALLER: &[Statement] = &[allow(&["modelarts:service:predict"])];
    const AUDITOR: &[Statement] = &[allow(&["*:*:get", "*:*:list"])];
    match role {
        Role::Administrator => ADMINISTRATOR,
        Role::Operator => OPERATOR,
        Role::Caller => CALLER,
        Role::Auditor => AUDITOR,
    }
}

/// Whether a pattern covers an action; word by word.
fn covers(pattern: &str, action: &str) -> bool {
    let (mut words, mut patterns) = (action.split(':'), pattern.split(':'));
    loop {
        match (patterns.next(), words.next()) {
            (None, None) => return true,
            (Some(pattern), Some(word)) if pattern == "*" || pattern == word => {}
            _ => return false,
        }
    }
}

/// Whether statements permit an action: some allow it, and none denies it.
pub fn permits<'s>(statements: impl IntoIterator<Item = &'s Statement>, action: Action) -> bool {
    let mut allowed = false;
    for statement in statements {
        if statement
            .actions
            .iter()
            .any(|pattern| covers(pattern, action.name()))
        {
            match statement.effect {
                Effect::Deny => return false,
                Effect::Allow => allowed = true,
            }
        }
    }
    allowed
}

/// What somebody with these roles may do, in the order of [`Action::ALL`].
pub fn permitted(roles: &[Role]) -> impl Iterator<Item = Action> {
    let may = |action: &Action| permits(roles.iter().flat_map(|role| statements(*role)), *action);
    Action::ALL.iter().copied().filter(may)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_roles_permit_what_they_say() {
        let may = |role: Role, action: Action| permits(statements(role), action);
        for action in Action::ALL {
            let (name, reads) = (
                action.name(),
                action.name().ends_with(":get") || action.name().ends_with(":list"),
            );
            assert!(may(Role::Administrator, *action), "{name}");
            assert_eq!(may(Role::Auditor, *action), reads, "{name}");
            assert_eq!(
                may(Role::Caller, *action),
                *action == Action::ServicePredict,
                "{name}"
            );
            let of_all = name.starts_with("iam:") || name.starts_with("system:");
            let operates = !of_all || *action == Action::ProjectList;
            assert_eq!(may(Role::Operator, *action), operates, "{name}");
        }
    }

    #[test]
    fn the_least_role_that_is_advised_permits_the_action_and_no_lesser_one_does() {
        let by_rank = [Role::Caller, Role::Auditor, Role::Operator, Role::Administrator];
        for action in Action::ALL {
            let least = by_rank
                .into_iter()
                .find(|role| permits(statements(*role), *action));
            assert_eq!(Some(Role::least_for(action.name())), least, "{}", action.name());
        }
    }

    #[test]
    fn what_roles_permit_together_is_listed_once() {
        let both: Vec<Action> = permitted(&[Role::Caller, Role::Auditor]).collect();
        assert!(both.contains(&Action::ServicePredict) && both.contains(&Action::ServiceGet));
        assert!(!both.contains(&Action::ServiceCreate));
        assert_eq!(
            permitted(&[Role::Administrator, Role::Operator]).count(),
            Action::ALL.len()
        );
        assert_eq!(permitted(&[]).count(), 0);
    }

    #[test]
    fn deny_wins_and_nothing_is_allowed_that_is_not_said() {
        let deny = Statement {
            effect: Effect::Deny,
            actions: &["modelarts:*:delete"],
        };
        let all = allow(&["*:*:*"]);
        assert!(permits([&all], Action::ServiceDelete));
        assert!(
            !permits([&all, &deny], Action::ServiceDelete) && !permits([&deny, &all], Action::ServiceDelete)
        );
        assert!(permits([&deny, &all], Action::ServiceCreate));
        assert!(!permits([], Action::ServiceGet));
        assert!(
            !covers("modelarts:*", "modelarts:service:get") && !covers("*:*:*:*", "modelarts:service:get")
        );
    }
}
