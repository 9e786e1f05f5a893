//! Tokens: signing in, asking about one, signing out.
//!
//! A caller who may not know of a token gets the answer for an unknown one.

use std::net::IpAddr;

use adyton_core::catalogue::Reason;
use adyton_core::evidence::Evidence;
use adyton_core::holder::Holder;
use adyton_core::id::ProjectId;
use adyton_core::live::Live;
use adyton_core::refusal::Refusal;
use adyton_core::requested::Requested;
use adyton_core::secret::Secret;
use adyton_core::shown::quoted;
use adyton_core::tenant::{Scope, User};
use adyton_identity::policy::roles;
use adyton_identity::{Action, Contents, Methods};
use adyton_store::repository::{DomainName, UserName};

use crate::actor::Actor;
use crate::failure::{Failure, OperationResult};
use crate::operations::password;
use crate::shared::Shared;

/// How much of a scope's name is repeated, in characters.
const SHOWN: usize = 64;

/// How somebody shows who they are.
pub(crate) enum Proof {
    /// With a password.
    Password {
        /// Who.
        who: UserName,
        /// It.
        password: Secret<String>,
    },
    /// With a token that they hold.
    Token(String),
}

/// Whom a proof names, without what proves it.
pub(crate) enum Named {
    /// Somebody, as they are named.
    User(UserName),
    /// Nobody but in what is secret.
    Nobody,
}

impl Proof {
    /// Whom it names.
    pub(crate) fn named(&self) -> Named {
        match self {
            Proof::Password { who, .. } => Named::User(who.clone()),
            Proof::Token(_) => Named::Nobody,
        }
    }
    /// The method, as tokens name it.
    pub(crate) const fn method(&self) -> &'static str {
        match self {
            Proof::Password { .. } => "password",
            Proof::Token(_) => "token",
        }
    }
}

/// What the token is to be for, as the caller names it.
pub(crate) enum Wish {
    /// A project by id.
    Project(ProjectId),
    /// A project by name, in a domain (the user's own if none is named).
    ProjectNamed {
        /// Its name.
        name: String,
        /// Its domain.
        domain: Option<DomainName>,
    },
    /// The whole domain.
    Domain(DomainName),
    /// Nothing said: the user's domain.
    Nothing,
}

impl Wish {
    /// How the caller names it.
    fn shown(&self) -> String {
        let name = match self {
            Wish::Project(id) => id.to_string(),
            Wish::ProjectNamed { name, .. } | Wish::Domain(DomainName::Name(name)) => name.clone(),
            Wish::Domain(DomainName::Id(id)) => id.to_string(),
            Wish::Nothing => String::new(),
        };
        quoted(&name, SHOWN)
    }
}

/// A new token.
pub(crate) struct Issued {
    /// The text that callers send in `X-Auth-Token`.
    pub(crate) text: String,
    /// What it says.
    pub(crate) contents: Contents,
    /// Whose it is.
    pub(crate) user: User,
}

/// The user whom a proof names, if there is one. Nothing is proven by it, and it takes as long where there is none.
pub(crate) fn named<'l>(live: &'l Live, named: &Named) -> Option<&'l User> {
    let Named::User(who) = named else {
        return None;
    };
    let is_of = |user: &User, domain: &DomainName| match domain {
        DomainName::Id(id) => user.domain == *id,
        DomainName::Name(name) => live
            .domain(user.domain)
            .is_some_and(|domain| domain.name == *name),
    };
    let is_named = |user: &&User| match who {
        UserName::Id(id) => user.id == *id,
        UserName::InDomain { name, domain } => user.name == *name && is_of(user, domain),
    };
    live.users().map(|user| &**user).filter(is_named).last()
}

/// Issues a token to a caller at this address, or fails with `WrongPassword`, `Locked`, `TooManySignIns`, `SignInsFull`,
/// `Unauthenticated` (the token) or `NoRoleInScope`.
pub(crate) async fn issue(
    shared: &Shared,
    address: IpAddr,
    proof: Proof,
    wish: Wish,
) -> OperationResult<Issued> {
    let (user, methods, from) = match proof {
        Proof::Password { who, password } => (
            password::verify(shared, address, &who, &password).await?,
            Methods::PASSWORD,
            None,
        ),
        Proof::Token(text) => {
            let live = shared.live();
            let caller = shared
                .identity
                .open_token(&live, text.as_bytes())
                .map_err(|refusal| Failure::Unauthenticated(Box::new(refusal)))?;
            let tokens_caller = || Failure::defect("a token without contents or user");
            let contents = caller.token().cloned().ok_or_else(tokens_caller)?;
            let user = caller.user().ok_or_else(tokens_caller)?;
            (User::clone(user), Methods::TOKEN, Some(contents))
        }
    };
    let live = shared.live();
    let scope = scope(shared, &live, &user, wish).await?;
    let (text, contents) = shared
        .identity
        .issue_token(&live, &user, scope, methods, from.as_ref())
        .map_err(Failure::defect)?;
    Ok(Issued { text, contents, user })
}

/// The scope that is wished for, if the user has any role there. What does not exist looks like what is not theirs.
async fn scope(shared: &Shared, live: &Live, user: &User, wish: Wish) -> OperationResult<Scope> {
    let shown = wish.shown();
    let nobodys = || Failure::NoRoleInScope { scope: shown.clone() };
    let scope = match wish {
        Wish::Nothing => return Ok(Scope::Domain(user.domain)),
        Wish::Project(id) => Scope::Project(id),
        Wish::ProjectNamed { name, domain } => {
            let domain = match domain {
                Some(named) => password::domain_id(shared, &named).await?.ok_or_else(nobodys)?,
                None => user.domain,
            };
            let project = live
                .projects()
                .find(|project| project.domain == domain && project.name == name);
            Scope::Project(project.ok_or_else(nobodys)?.id)
        }
        Wish::Domain(named) => Scope::Domain(password::domain_id(shared, &named).await?.ok_or_else(nobodys)?),
    };
    match is_theirs(live, user, scope) {
        true => Ok(scope),
        false => Err(nobodys()),
    }
}

/// Whether a user may have tokens for this: their own domain, and wherever they have a role.
fn is_theirs(live: &Live, user: &User, scope: Scope) -> bool {
    scope == Scope::Domain(user.domain) || !roles(live, user, scope).is_empty()
}

/// What the subject token says, and whose it is.
pub(crate) fn inspect(
    shared: &Shared,
    actor: &Actor,
    subject: &[u8],
    action: Action,
) -> OperationResult<(Contents, User)> {
    let identity = &shared.identity;
    let unknown = |refusal| Failure::SubjectToken(Box::new(refusal));
    let contents = identity
        .inspect_token(&actor.live, subject)
        .map_err(|fault| unknown(fault.refusal(identity.clock().now(), subject)))?;
    let user = actor
        .live
        .user(contents.user)
        .ok_or_else(|| Failure::defect("a token that counts, of nobody"))?;
    let caller = actor.user()?;
    let own = caller.id == contents.user;
    let theirs = caller.domain == user.domain && actor.may(action);
    if own || theirs {
        return Ok((contents, User::clone(user)));
    }
    let evidence = Evidence::Access {
        way: String::new(),
        caller: String::new(),
        caller_project: None,
        target_project: None,
        action: Requested::Action(action.name().to_owned()),
        roles: Vec::new(),
        holder: Some(Holder::User(caller.id)),
    };
    Err(unknown(Refusal::new(Reason::IamNotPermitted, evidence)))
}

/// The token does not count any more once this answers. Gives what it said, and whose it was.
pub(crate) async fn revoke(
    shared: &Shared,
    actor: &Actor,
    subject: &[u8],
) -> OperationResult<(Contents, User)> {
    let (contents, user) = inspect(shared, actor, subject, Action::TokenRevoke)?;
    let committed = shared
        .store
        .tokens()
        .revoke(contents.id, contents.expires_at)
        .await?;
    shared.settled(committed).await?;
    Ok((contents, user))
}

#[cfg(test)]
mod tests {
    use adyton_core::id::DomainId;
    use adyton_core::sample;
    use adyton_core::tenant::Role;

    use super::*;
    use crate::sample::with_role;

    #[test]
    fn tokens_are_for_ones_own_domain_and_for_where_one_has_a_role() {
        let here = Scope::Project(sample::PROJECT);
        let all = Scope::Domain(sample::DOMAIN);
        let elsewhere = Scope::Project(ProjectId::from_bits(99));
        let other_domain = Scope::Domain(DomainId::from_bits(98));
        let live = with_role(Role::Caller, here);
        let user = live.user(sample::USER).expect("the sample user");
        for (scope, theirs) in [
            (here, true),
            (all, true),
            (elsewhere, false),
            (other_domain, false),
        ] {
            assert_eq!(is_theirs(&live, user, scope), theirs, "{scope:?}");
        }
        let nobody = User {
            assignments: Vec::new(),
            ..sample::user()
        };
        assert!(is_theirs(&live, &nobody, all), "signing in works without a role");
        assert!(!is_theirs(&live, &nobody, here));
    }
}
