//! Tenancy: domains, projects, users, their roles and keys; apps and what they are authorised for.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::digest::Sha256;
use crate::id::{
    AccessKeyId, ApiId, AppCodeId, AppId, AppKey, AuthorisationId, DomainId, ProjectId, TokenId, UserId,
};
use crate::secret::Secret;

/// How many characters a user's password has.
pub const PASSWORD_CHARACTERS: RangeInclusive<usize> = 8..=128;

/// An account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Its unique name.
    pub name: String,
}

/// A tenant's compartment in a domain.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its name, unique in the domain.
    pub name: String,
    /// The domain that it belongs to.
    pub domain: DomainId,
}

/// What calling a service is called in policies.
const PREDICT: &str = "modelarts:service:predict";

/// The built-in roles.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Administrator,
    /// Deploys models and services, manages apps and APIs.
    Operator,
    /// Calls services.
    Caller,
    /// Reads everything, changes nothing.
    Auditor,
}

impl Role {
    /// All roles.
    pub const ALL: &[Role] = &[Role::Administrator, Role::Operator, Role::Caller, Role::Auditor];
    /// The name that tokens and management answers show.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Administrator => "administrator",
            Role::Operator => "operator",
            Role::Caller => "caller",
            Role::Auditor => "auditor",
        }
    }
    /// The least role that permits an action, by its name in policies: callers predict, auditors read, operators change what is a
    /// project's, and administrators do the rest.
    pub fn least_for(action: &str) -> Self {
        let (service, verb) = (action.split(':').next(), action.rsplit(':').next());
        match (service, verb) {
            _ if action == PREDICT => Self::Caller,
            (_, Some("get" | "list")) => Self::Auditor,
            (Some("iam" | "system"), _) => Self::Administrator,
            _ => Self::Operator,
        }
    }
    /// The role with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }
}

/// Where a role holds, or what a token is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole domain and all its projects.
    Domain(DomainId),
    /// One project.
    Project(ProjectId),
}

/// A role given to a user in a scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Assignment {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
}

/// A person or a machine that signs in. The password's hash stays in the store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its name, unique in the domain.
    pub name: String,
    /// The domain that it belongs to.
    pub domain: DomainId,
    /// Disabled users cannot sign in, and their tokens and keys do not work.
    pub enabled: bool,
    /// Tokens issued under an older epoch do not work any more. Raised by a change of password and the like.
    pub token_epoch: u32,
    /// The roles of the user.
    pub assignments: Vec<Assignment>,
}

/// A user's permanent key pair for signed requests (AK/SK).
#[derive(Clone)]
pub struct AccessKey {
    /// The public half.
    pub id: AccessKeyId,
    /// Whose it is.
    pub user: UserId,
    /// The secret half (SK).
    pub secret: Secret<String>,
    /// Disabled keys do not work.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// What its owner says of it.
    pub description: String,
}

/// A credential that is authorised for APIs (APIG: "app").
#[derive(Clone)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// The project that it belongs to.
    pub project: ProjectId,
    /// Its name, unique in the project.
    pub name: String,
    /// What its owner says of it.
    pub remark: String,
    /// The public half of its credential.
    pub key: AppKey,
    /// The secret half.
    pub secret: Secret<String>,
    /// Disabled apps do not work.
    pub enabled: bool,
    /// Its AppCodes; at most five.
    pub codes: Vec<AppCode>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// An AppCode. The gateway knows only the digest; the text stays sealed in the store.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct AppCode {
    /// Its id in the management API.
    pub id: AppCodeId,
    /// SHA-256 of the code.
    pub digest: Sha256,
    /// When it was created.
    pub created_at: Timestamp,
}

/// An app may call an API.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Authorisation {
    /// Its id.
    pub id: AuthorisationId,
    /// The app.
    pub app: AppId,
    /// The API, always in the environment `RELEASE` (a service's API is published there alone).
    pub api: ApiId,
    /// When it was given.
    pub created_at: Timestamp,
}

/// A token that was revoked alone, remembered until it would have ended anyway.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RevokedToken {
    /// The token.
    pub id: TokenId,
    /// When it was revoked.
    pub revoked_at: Timestamp,
    /// When it would have ended.
    pub expires_at: Timestamp,
}

/// A key that seals tokens. The newest that is not in the future seals; older ones still open for 24 hours.
#[derive(Clone)]
pub struct TokenKey {
    /// Its id, in front of every token that it sealed.
    pub id: u32,
    /// 32 bytes.
    pub secret: Secret<[u8; 32]>,
    /// When it began to seal.
    pub created_at: Timestamp,
}
