//! Sign in: a password or another token against a new token.
//!
//! An unknown user, a disabled one and a wrong password give the same answer after the same time: the store hashes either way.
//! Five failures lock the account, whether or not there is one of that name, so that a lock does not tell either.

use std::time::Duration;

use adyton_core::digest::Sha256;
use adyton_core::id::{DomainId, ProjectId};
use adyton_core::live::Live;
use adyton_core::secret::Secret;
use adyton_core::tenant::{Scope, User};
use adyton_identity::policy::roles;
use adyton_identity::{Contents, Methods};
use adyton_store::repository::{DomainName, UserName};
use tokio::sync::MutexGuard;

use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

/// The longest password that is hashed, in bytes.
const PASSWORD_MOST: usize = 1024;
/// How long a sign-in waits for others of the same account.
const PATIENCE: Duration = Duration::from_secs(10);

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

/// A new token.
pub(crate) struct Issued {
    /// The text that callers send in `X-Auth-Token`.
    pub(crate) text: String,
    /// What it says.
    pub(crate) contents: Contents,
    /// Whose it is.
    pub(crate) user: User,
}

/// Issues a token, or says `WrongPassword`, `Locked`, `Unauthenticated` (the token) or `Forbidden` (no role in the scope).
pub(crate) async fn issue(plane: &Plane, proof: Proof, wish: Wish) -> Outcome<Issued> {
    let (user, methods, from) = match proof {
        Proof::Password { who, password } => (
            by_password(plane, &who, &password).await?,
            Methods::PASSWORD,
            None,
        ),
        Proof::Token(text) => {
            let live = plane.feed.cell().load();
            let caller = plane
                .identity
                .open_token(&live, text.as_bytes())
                .map_err(|rejection| Failure::Unauthenticated(Box::new(rejection)))?;
            let tokens_caller = || Failure::defect("a token without contents or user");
            let contents = caller.token().cloned().ok_or_else(tokens_caller)?;
            let user = caller.user().ok_or_else(tokens_caller)?;
            (User::clone(user), Methods::TOKEN, Some(contents))
        }
    };
    let live = plane.feed.cell().load();
    let scope = scope(plane, &live, &user, wish).await?;
    let (text, contents) = plane
        .identity
        .issue_token(&live, &user, scope, methods, from.as_ref())
        .map_err(Failure::defect)?;
    Ok(Issued { text, contents, user })
}

/// The user with this password. Used for signing in and before a change of password.
pub(crate) async fn by_password(plane: &Plane, who: &UserName, password: &Secret<String>) -> Outcome<User> {
    if password.expose().len() > PASSWORD_MOST {
        return Err(Failure::WrongPassword);
    }
    let account = account(plane, who).await?;
    let account: Vec<&str> = account.iter().map(String::as_str).collect();
    let _lane = lane(plane, &account).await?;
    plane
        .identity
        .password_allowed(&account)
        .map_err(|_| Failure::Locked)?;
    match plane.store.users().verify_password(who, password).await? {
        Some(user) => {
            plane.identity.password_succeeded(&account);
            Ok(user)
        }
        None => {
            plane.identity.password_failed(&account);
            Err(Failure::WrongPassword)
        }
    }
}

/// The account's turn.
async fn lane<'p>(plane: &'p Plane, account: &[&str]) -> Outcome<MutexGuard<'p, ()>> {
    let digest = Sha256::of(account.concat().as_bytes());
    let at = usize::from(digest.as_bytes()[0]) % plane.lanes.len();
    tokio::time::timeout(PATIENCE, plane.lanes[at].lock())
        .await
        .map_err(|_| Failure::defect("too many sign-ins of one account wait for each other"))
}

/// What failures are counted by: the user's id where there is one, so that naming the same user in several ways does not
/// give more tries; else the names as they were sent.
async fn account(plane: &Plane, who: &UserName) -> Outcome<Vec<String>> {
    if let Some(user) = plane.store.users().find(who).await? {
        return Ok(vec![user.id.to_string()]);
    }
    Ok(match who {
        UserName::Id(id) => vec![id.to_string()],
        UserName::InDomain { name, domain } => {
            let domain = match domain {
                DomainName::Id(id) => id.to_string(),
                DomainName::Name(name) => name.clone(),
            };
            vec![domain, name.clone()]
        }
    })
}

/// The scope that is wished for, if the user has any role there. What does not exist looks like what is not theirs.
async fn scope(plane: &Plane, live: &Live, user: &User, wish: Wish) -> Outcome<Scope> {
    let nobodys = || Failure::Forbidden {
        action: "a token for this scope".to_owned(),
    };
    let scope = match wish {
        Wish::Nothing => return Ok(Scope::Domain(user.domain)),
        Wish::Project(id) => Scope::Project(id),
        Wish::ProjectNamed { name, domain } => {
            let domain = match domain {
                Some(named) => domain_id(plane, &named).await?.ok_or_else(nobodys)?,
                None => user.domain,
            };
            let project = live
                .projects()
                .find(|project| project.domain == domain && project.name == name);
            Scope::Project(project.ok_or_else(nobodys)?.id)
        }
        Wish::Domain(named) => Scope::Domain(domain_id(plane, &named).await?.ok_or_else(nobodys)?),
    };
    let own = scope == Scope::Domain(user.domain);
    if own || !roles(live, user, scope).is_empty() {
        return Ok(scope);
    }
    Err(nobodys())
}

async fn domain_id(plane: &Plane, named: &DomainName) -> Outcome<Option<DomainId>> {
    let found = match named {
        DomainName::Id(id) => plane.store.domains().get(*id).await?,
        DomainName::Name(name) => plane.store.domains().by_name(name).await?,
    };
    Ok(found.map(|domain| domain.id))
}
