//! Authorisations: which app may call which API.

use adyton_core::id::{ApiId, AppId, AuthorisationId, ProjectId};
use adyton_core::service::Service;
use adyton_core::tenant::Authorisation;
use adyton_store::repository::{Bound, BoundFilter, Listed, NameMatch, Page};

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::app;
use crate::shared::Shared;

/// Authorisations with their apps and APIs, newest first. An app or API that is named must exist.
pub(crate) async fn bound(
    shared: &Shared,
    project: ProjectId,
    filter: &BoundFilter,
    page: Page,
) -> OperationResult<Listed<Bound>> {
    if let Some(id) = filter.app {
        app::show(shared, project, id).await?;
    }
    if let Some(id) = filter.api {
        api(shared, project, id).await?;
    }
    Ok(shared.store.authorisations().bound(project, filter, page).await?)
}

/// Services whose APIs the app may not call yet.
pub(crate) async fn unbound(
    shared: &Shared,
    project: ProjectId,
    id: AppId,
    name: Option<&NameMatch>,
    page: Page,
) -> OperationResult<Listed<Service>> {
    app::show(shared, project, id).await?;
    Ok(shared
        .store
        .authorisations()
        .unbound(project, id, name, page)
        .await?)
}

/// The service that is this API.
pub(crate) async fn api(shared: &Shared, project: ProjectId, id: ApiId) -> OperationResult<Service> {
    let found = shared.store.services().by_api(project, id).await?;
    found.ok_or_else(|| Failure::missing(Thing::Api, id))
}

/// The most pairs that one call may make.
const MOST: usize = 1000;

/// So many apps for so many APIs.
fn check_pairs(apps: usize, apis: usize) -> OperationResult<()> {
    if apps == 0 {
        return Err(Failure::invalid(
            "app_ids",
            ("must name at least one app", "至少需要一个应用"),
        ));
    }
    if apis == 0 {
        return Err(Failure::invalid(
            "api_ids",
            ("must name at least one API", "至少需要一个 API"),
        ));
    }
    if apps.saturating_mul(apis) > MOST {
        return Err(Failure::invalid(
            "app_ids",
            (
                "must be at most 1000 authorizations in one call",
                "一次调用最多 1000 个授权",
            ),
        ));
    }
    Ok(())
}

/// Authorises every app for every API, or none at all. The first one turns the service's app authentication on.
pub(crate) async fn give(
    shared: &Shared,
    project: ProjectId,
    apps: &[AppId],
    apis: &[ApiId],
) -> OperationResult<Vec<Authorisation>> {
    check_pairs(apps.len(), apis.len())?;
    let committed = shared.store.authorisations().create(project, apps, apis).await?;
    shared.settled(committed).await
}

/// The app cannot call the API any more once this answers.
pub(crate) async fn take(shared: &Shared, project: ProjectId, id: AuthorisationId) -> OperationResult<()> {
    match shared.store.authorisations().delete(project, id).await? {
        Some(committed) => shared.settled(committed).await.map(drop),
        None => Err(Failure::missing(Thing::Authorisation, id)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_makes_at_most_a_thousand_pairs_and_at_least_one() {
        for (apps, apis) in [(1, 1), (1, 1000), (1000, 1), (25, 40)] {
            assert!(check_pairs(apps, apis).is_ok(), "{apps} × {apis}");
        }
        for (apps, apis, field) in [
            (0, 1, "app_ids"),
            (1, 0, "api_ids"),
            (1, 1001, "app_ids"),
            (32, 32, "app_ids"),
            (usize::MAX, usize::MAX, "app_ids"),
        ] {
            let refused = check_pairs(apps, apis).unwrap_err().to_string();
            assert!(refused.starts_with(field), "{apps} × {apis}: {refused}");
        }
    }
}
