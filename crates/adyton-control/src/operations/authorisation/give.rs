//! Authorise apps for APIs.

use adyton_core::id::{ApiId, AppId, ProjectId};
use adyton_core::tenant::Authorisation;

use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

/// The most pairs that one call may make.
const MOST: usize = 1000;

/// Authorises every app for every API, or none at all. The first one turns the service's app authentication on.
pub(crate) async fn give(
    plane: &Plane,
    project: ProjectId,
    apps: &[AppId],
    apis: &[ApiId],
) -> Outcome<Vec<Authorisation>> {
    if apps.is_empty() {
        return Err(Failure::invalid("app_ids", "must name at least one app"));
    }
    if apis.is_empty() {
        return Err(Failure::invalid("api_ids", "must name at least one API"));
    }
    if apps.len().saturating_mul(apis.len()) > MOST {
        return Err(Failure::invalid(
            "app_ids",
            "at most 1000 authorizations in one call",
        ));
    }
    let committed = plane.store.authorisations().create(project, apps, apis).await?;
    plane.settled(committed).await
}
