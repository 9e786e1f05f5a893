//! AppCodes. Stored sealed (the management API shows them) and as a digest (the gateway compares it).

use adyton_core::digest::Sha256;
use adyton_core::id::{AppCodeId, AppId, ProjectId};
use adyton_core::secret::Secret;
use adyton_core::tenant::AppCode;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::apps;
use super::quotas::{self, QuotaCount};
use crate::error::{Referred, Unique};
use crate::schema::app_codes::{Column, Entity, Model, place};
use crate::seal::Seal;
use crate::transaction::Kind;
use crate::urgent_retry::urgently;
use crate::{Committed, Store, StoreError, credential};

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
    /// Adds the given code, or a random one of 64 characters. Quota: AppCodes of an app. Conflict: the code. Missing: the app.
    pub async fn create(
        &self,
        project: ProjectId,
        app: AppId,
        text: Option<Secret<String>>,
    ) -> Result<Committed<AppCodeText>, StoreError> {
        let text = text.map_or_else(credential::app_code, Ok)?;
        let code = AppCode {
            id: AppCodeId::from_random(credential::random()?),
            digest: Sha256::of(text.expose().as_bytes()),
            created_at: self.0.now(),
        };
        let mut write = self.0.write().await?;
        if !apps::exists(&write.session, project, app).await? {
            return Err(StoreError::Missing {
                what: Referred::App,
                id: app.to_string(),
            });
        }
        quotas::require(&write.session, QuotaCount::AppCodes(project, app), 1).await?;
        let same = Entity::find().filter(Column::Digest.eq(code.digest.to_string()));
        if same.one(&write.session).await?.is_some() {
            return Err(StoreError::Conflict {
                what: Unique::AppCode,
            });
        }
        let id = code.id.to_string();
        let row = Model {
            sealed: self.0.seal().seal(place(&id), text.expose().as_bytes())?,
            id,
            app_id: app.to_string(),
            digest: code.digest.to_string(),
            created_at: code.created_at.micros(),
        };
        Entity::insert(row.into_active_model())
            .exec_without_returning(&write.session)
            .await?;
        write.changed(Kind::App, app);
        write.commit(AppCodeText { code, app, text }).await
    }

    /// One code of an app.
    pub async fn get(
        &self,
        project: ProjectId,
        app: AppId,
        id: AppCodeId,
    ) -> Result<Option<AppCodeText>, StoreError> {
        let codes = self.list(project, app).await?.unwrap_or_default();
        Ok(codes.into_iter().find(|found| found.code.id == id))
    }

    /// The codes of an app, oldest first; `None` if there is no such app.
    pub async fn list(&self, project: ProjectId, app: AppId) -> Result<Option<Vec<AppCodeText>>, StoreError> {
        let session = self.0.read().await?;
        if !apps::exists(&session, project, app).await? {
            return Ok(None);
        }
        let rows = Entity::find()
            .filter(Column::AppId.eq(app.to_string()))
            .order_by_asc(Column::CreatedAt)
            .order_by_asc(Column::Id)
            .all(&session)
            .await?;
        let codes = rows.into_iter().map(|row| with_text(row, app, self.0.seal()));
        codes.collect::<Result<_, _>>().map(Some)
    }

    /// Deletes a code: it stops working at once.
    pub async fn delete(
        &self,
        project: ProjectId,
        app: AppId,
        id: AppCodeId,
    ) -> Result<Option<Committed<()>>, StoreError> {
        urgently!(self.0, self.delete_once(project, app, id))
    }

    async fn delete_once(
        &self,
        project: ProjectId,
        app: AppId,
        id: AppCodeId,
    ) -> Result<Option<Committed<()>>, StoreError> {
        let mut write = self.0.write().await?;
        if !apps::exists(&write.session, project, app).await? {
            return Ok(None);
        }
        let gone = Entity::delete_many()
            .filter(Column::Id.eq(id.to_string()))
            .filter(Column::AppId.eq(app.to_string()))
            .exec(&write.session)
            .await?;
        if gone.rows_affected == 0 {
            return Ok(None);
        }
        write.changed(Kind::App, app);
        Ok(Some(write.commit(()).await?))
    }
}

fn with_text(row: Model, app: AppId, seal: &Seal) -> Result<AppCodeText, StoreError> {
    Ok(AppCodeText {
        code: row.app_code()?,
        app,
        text: seal.open_text(place(&row.id), &row.sealed)?,
    })
}
