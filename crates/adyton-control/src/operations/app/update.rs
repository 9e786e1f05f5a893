//! Change an app's name, remark or credential.

use adyton_core::id::{AppId, ProjectId};
use adyton_core::tenant::App;
use adyton_store::repository::AppChange;

use super::{check_key, check_name, check_remark, check_secret};
use crate::failure::{Failure, Outcome, Thing};
use crate::plane::Plane;

/// Changes what `change` says.
pub(crate) async fn update(plane: &Plane, project: ProjectId, id: AppId, change: AppChange) -> Outcome<App> {
    if let Some(name) = &change.name {
        check_name(name)?;
    }
    if let Some(remark) = &change.remark {
        check_remark(remark)?;
    }
    if let Some(key) = &change.key {
        check_key(key.as_str())?;
    }
    if let Some(secret) = &change.secret {
        check_secret(secret.expose())?;
    }
    match plane.store.apps().update(project, id, change).await? {
        Some(committed) => plane.settled(committed).await,
        None => Err(Failure::missing(Thing::App, id)),
    }
}
