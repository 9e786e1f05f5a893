//! Sign in: a password or another token against a new token.
//!
//! An unknown user, a disabled one and a wrong password give the same answer after the same time: the store hashes either way.
//! Five failures lock the account for the source that they came from, whether or not there is one of that name, so that a
//! lock does not tell either. How many wait for their turn is bounded (`sign_ins.rs`).

use std::net::IpAddr;

use adyton_core::id::{DomainId, ProjectId};
use adyton_core::live::Live;
use adyton_core::secret::Secret;
use adyton_core::tenant::{Scope, User};
use adyton_identity::policy::roles;
use adyton_identity::{Contents, Methods};
use adyton_store::repository::{DomainName, UserName};

use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

/// The longest password that is hashed, in bytes.
const PASSWORD_MOST: usize = 1024;

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

/// Issues a token to whoever calls from an address, or says `WrongPassword`, `Locked`, `TooManySignIns`, `SignInsFull`,
/// `Unauthenticated` (the token) or `Forbidden` (no role in the scope).
pub(crate) async fn issue(plane: &Plane, address: IpAddr, proof: Proof, wish: Wish) -> Outcome<Issued> {
    let (user, methods, from) = match proof {
        Proof::Password { who, password } => (
            by_password(plane, address, &who, &password).await?,
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
pub(crate) async fn by_password(
    plane: &Plane,
    address: IpAddr,
    who: &UserName,
    password: &Secret<String>,
) -> Outcome<User> {
    if password.expose().len() > PASSWORD_MOST {
        return Err(Failure::WrongPassword);
    }
    let place = plane.sign_ins.enter(address)?;
    let account = account(plane, who).await?;
    let account: Vec<&str> = account.iter().map(String::as_str).collect();
    let _lane = place.lane(&account).await?;
    plane
        .identity
        .password_allowed(&account, address)
        .map_err(|left| Failure::Locked { left })?;
    let _turn = place.turn().await?;
    match plane.store.users().verify_password(who, password).await? {
        Some(user) => {
            plane.identity.password_succeeded(&account, address);
            Ok(user)
        }
        None => {
            plane.identity.password_failed(&account, address);
            Err(Failure::WrongPassword)
        }
    }
}

/// What failures are counted by: domain and name, however the caller named them, so that naming the same account in several
/// ways neither gives more tries nor tells whether it exists. What has no domain, or is an unknown id, is nobody's account.
async fn account(plane: &Plane, who: &UserName) -> Outcome<[String; 2]> {
    Ok(match who {
        UserName::Id(id) => match plane.store.users().get(*id).await? {
            Some(user) => [user.domain.to_string(), user.name],
            None => [String::new(), id.to_string()],
        },
        UserName::InDomain { name, domain } => {
            let sent = || match domain {
                DomainName::Id(id) => id.to_string(),
                DomainName::Name(name) => name.clone(),
            };
            let domain = domain_id(plane, domain)
                .await?
                .map_or_else(sent, |id| id.to_string());
            [domain, name.clone()]
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
