//! The first start: domain, project, administrator and access key, written down for the operator before they exist.

use adyton_core::id::{AccessKeyId, DomainId, ProjectId, UserId};
use serde::{Deserialize, Serialize};

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
    pub fn read(folder: &crate::DataFolder) -> Result<Option<Self>, crate::OpenError> {
        todo!()
    }
}
