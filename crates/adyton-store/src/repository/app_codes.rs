//! AppCodes: at most five an app. Stored sealed (the management API shows them) and as a digest (the gateway compares it).

use adyton_core::id::{AppCodeId, AppId, ProjectId};
use adyton_core::secret::Secret;
use adyton_core::tenant::AppCode;

use crate::{Committed, Store, StoreError};

/// How many AppCodes an app may have (APIG User Guide, "Simple Authentication of Apps").
pub const MOST_OF_AN_APP: u64 = 5;

/// An AppCode with its text, for the management API.
#[derive(Clone)]
pub struct AppCodeText {
    /// The code as the gateway knows it.
    pub code: AppCode,
    /// The app that it belongs to.
    pub app: AppId,
    /// The text that callers send.
    pub text: Secret<String>,
}

/// The AppCodes.
#[derive(Clone, Copy)]
pub struct AppCodes<'a>(pub(crate) &'a Store);

impl AppCodes<'_> {
    /// Adds the given code, or a random one of 64 characters. Quota: five an app. Conflict: the code. Missing: the app.
    pub async fn create(
        &self,
        project: ProjectId,
        app: AppId,
        text: Option<Secret<String>>,
    ) -> Result<Committed<AppCodeText>, StoreError> {
        todo!()
    }
    /// One code of an app.
    pub async fn get(
        &self,
        project: ProjectId,
        app: AppId,
        id: AppCodeId,
    ) -> Result<Option<AppCodeText>, StoreError> {
        todo!()
    }
    /// The codes of an app, oldest first; `None` if there is no such app.
    pub async fn list(&self, project: ProjectId, app: AppId) -> Result<Option<Vec<AppCodeText>>, StoreError> {
        todo!()
    }
    /// Deletes a code: it stops working at once.
    pub async fn delete(
        &self,
        project: ProjectId,
        app: AppId,
        id: AppCodeId,
    ) -> Result<Option<Committed<AppCode>>, StoreError> {
        todo!()
    }
}
