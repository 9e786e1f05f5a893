//! The first start: domain, project, administrator and access key, written down for the operator before they exist.
//!
//! `bootstrap.json` is on the disk before the first transaction, which reads it. So a kill at any moment leaves either no
//! file and no domain (the next start begins again), or the file alone (the next start uses it), or both.

use adyton_core::id::{AccessKeyId, DomainId, ProjectId, UserId};
use adyton_core::secret::Secret;
use adyton_core::tenant::{AccessKey, Assignment, Domain, Project, Role, Scope, User};
use sea_orm::{ActiveValue::Set, EntityTrait, PaginatorTrait};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::database::Session;
use crate::error::SystemProblem;
use crate::open_error::FileProblem;
use crate::repository::{access_keys, projects, users};
use crate::schema::domains;
use crate::transaction::Kind;
use crate::{DataFolder, OpenError, Store, StoreError, credential};

/// The file in the data folder.
const FILE: &str = "bootstrap.json";

/// The contents of `bootstrap.json` (0600) in the data folder. The only place where these secrets are in the clear, and
/// the only type with secrets that can be serialised; it has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bootstrap {
    /// The domain.
    pub domain: Named<DomainId>,
    /// The project.
    pub project: Named<ProjectId>,
    /// The administrator.
    pub user: Named<UserId>,
    /// The administrator's first password.
    pub password: String,
    /// The administrator's access key (AK).
    pub access_key: AccessKeyId,
    /// Its secret half (SK).
    pub secret_key: String,
}

/// An id and the name that goes with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named<I> {
    /// The id.
    pub id: I,
    /// The name.
    pub name: String,
}

impl Bootstrap {
    /// Reads `bootstrap.json` of a data folder, if it is (still) there.
    pub fn read(folder: &DataFolder) -> Result<Option<Self>, OpenError> {
        let Some(bytes) = folder.read(FILE)?.map(Zeroizing::new) else {
            return Ok(None);
        };
        match serde_json::from_slice(&bytes) {
            Ok(bootstrap) => Ok(Some(bootstrap)),
            Err(error) => Err(OpenError::File {
                path: folder.path().join(FILE),
                problem: FileProblem::ChangedBootstrap {
                    line: error.line(),
                    column: error.column(),
                },
            }),
        }
    }

    fn new() -> Result<Self, StoreError> {
        Ok(Self {
            domain: Named {
                id: DomainId::from_random(credential::random()?),
                name: "adyton".into(),
            },
            project: Named {
                id: ProjectId::from_random(credential::random()?),
                name: "default".into(),
            },
            user: Named {
                id: UserId::from_random(credential::random()?),
                name: "admin".into(),
            },
            password: credential::password()?.expose().clone(),
            access_key: credential::access_key_id()?,
            secret_key: credential::secret_key()?.expose().clone(),
        })
    }

    fn write(&self, folder: &DataFolder) -> Result<(), OpenError> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| StoreError::System(SystemProblem::Json(error.to_string())))?;
        let mut text = Zeroizing::new(text);
        text.push(b'\n');
        folder.write(FILE, &text)
    }
}

/// Makes the first domain, project, administrator and access key, if the store has no domain.
pub(crate) async fn run(store: &Store, folder: &DataFolder) -> Result<(), OpenError> {
    if !is_empty(&store.read().await?).await? {
        return Ok(());
    }
    let (bootstrap, written_now) = match Bootstrap::read(folder)? {
        Some(found) => (found, false),
        None => {
            let made = Bootstrap::new()?;
            made.write(folder)?;
            (made, true)
        }
    };
    if insert(store, bootstrap).await? {
        tracing::info!(file = %folder.path().join(FILE).display(), "first start: the administrator's credentials are in this file");
    } else if written_now {
        // Another node of the cluster was faster; these credentials do not exist.
        folder.remove(FILE)?;
    }
    Ok(())
}

async fn is_empty(session: &Session) -> Result<bool, StoreError> {
    Ok(domains::Entity::find().count(session).await? == 0)
}

/// Inserts everything in one transaction; `false` if the store has a domain by now.
async fn insert(store: &Store, bootstrap: Bootstrap) -> Result<bool, StoreError> {
    let password = Secret::new(bootstrap.password);
    let hash = store.passwords().hash(&password).await?;
    let now = store.now();
    let mut write = store.write().await?;
    if !is_empty(&write.session).await? {
        return Ok(false);
    }
    let domain = Domain {
        id: bootstrap.domain.id,
        name: bootstrap.domain.name,
    };
    let row = domains::ActiveModel {
        id: Set(domain.id.to_string()),
        name: Set(domain.name),
    };
    domains::Entity::insert(row)
        .exec_without_returning(&write.session)
        .await?;
    write.changed(Kind::Domain, domain.id);
    let project = Project {
        id: bootstrap.project.id,
        name: bootstrap.project.name,
        domain: domain.id,
    };
    projects::insert(&write.session, &project).await?;
    write.changed(Kind::Project, project.id);
    let user = User {
        id: bootstrap.user.id,
        name: bootstrap.user.name,
        domain: domain.id,
        enabled: true,
        token_epoch: 0,
        assignments: vec![Assignment {
            role: Role::Administrator,
            scope: Scope::Domain(domain.id),
        }],
    };
    users::rows::insert(&mut write, &user, hash, now.micros()).await?;
    let key = AccessKey {
        id: bootstrap.access_key,
        user: user.id,
        secret: Secret::new(bootstrap.secret_key),
        enabled: true,
        created_at: now,
        description: "made at the first start".into(),
    };
    access_keys::insert(&mut write, store.seal(), &key).await?;
    write.commit(()).await.map(|_| true)
}
