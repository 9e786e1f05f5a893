//! Make an app.

use adyton_core::tenant::App;
use adyton_store::repository::NewApp;

use super::{check_key, check_name, check_remark, check_secret};
use crate::failure::Outcome;
use crate::plane::Plane;

/// Makes the app; the answer holds its secret, which is shown this once.
pub(crate) async fn create(plane: &Plane, new: NewApp) -> Outcome<App> {
    check_name(&new.name)?;
    check_remark(&new.remark)?;
    if let Some(key) = &new.key {
        check_key(key.as_str())?;
    }
    if let Some(secret) = &new.secret {
        check_secret(secret.expose())?;
    }
    plane.settled(plane.store.apps().create(new).await?).await
}
