//! Quotas: what was set, what is used, and the one decision whether there is room for more.
//!
//! Whoever adds something asks [`require`] in the transaction that adds it. Writes wait for each other from their first statement on, so two
//! that come at once cannot both take the last place.

use std::collections::BTreeMap;

use adyton_core::id::{AppId, DomainId, ProjectId, UserId};
use adyton_core::quota::{Limit, Quota, QuotaUse};
use adyton_core::service::Wanted;
use adyton_core::tenant::Scope;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};

use super::{domains, projects};
use crate::database::Session;
use crate::schema::quotas::{Entity, Model, key};
use crate::schema::services::wanted_name;
use crate::schema::{access_keys, app_codes, apps, models, services};
use crate::transaction::Kind;
use crate::{Committed, Store, StoreError};

/// What is counted, and whose it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum QuotaCount {
    /// A project's services.
    Services(ProjectId),
    /// The instances that are wanted of a project's services.
    Instances(ProjectId),
    /// A project's model versions.
    Models(ProjectId),
    /// The bytes of a project's packages.
    PackageBytes(ProjectId),
    /// A project's apps.
    Apps(ProjectId),
    /// An app's AppCodes.
    AppCodes(ProjectId, AppId),
    /// A user's access keys.
    AccessKeys(DomainId, UserId),
}

impl QuotaCount {
    const fn quota(self) -> Quota {
        match self {
            Self::Services(_) => Quota::Services,
            Self::Instances(_) => Quota::Instances,
            Self::Models(_) => Quota::Models,
            Self::PackageBytes(_) => Quota::PackageBytes,
            Self::Apps(_) => Quota::Apps,
            Self::AppCodes(..) => Quota::AppCodes,
            Self::AccessKeys(..) => Quota::AccessKeys,
        }
    }
    const fn scope(self) -> Scope {
        match self {
            Self::Services(project)
            | Self::Instances(project)
            | Self::Models(project)
            | Self::PackageBytes(project)
            | Self::Apps(project)
            | Self::AppCodes(project, _) => Scope::Project(project),
            Self::AccessKeys(domain, _) => Scope::Domain(domain),
        }
    }
    /// What a project has of a quota in all; nothing where each app or user has its own number.
    const fn of_project(quota: Quota, project: ProjectId) -> Option<Self> {
        match quota {
            Quota::Services => Some(Self::Services(project)),
            Quota::Instances => Some(Self::Instances(project)),
            Quota::Models => Some(Self::Models(project)),
            Quota::PackageBytes => Some(Self::PackageBytes(project)),
            Quota::Apps => Some(Self::Apps(project)),
            Quota::AppCodes | Quota::AccessKeys => None,
        }
    }
    /// How many there are.
    async fn used(self, session: &Session) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Services(project) => {
                let own = services::Column::ProjectId.eq(project.to_string());
                services::Entity::find().filter(own).count(session).await?
            }
            Self::Instances(project) => instances_of_project(session, project).await?,
            Self::Models(project) => {
                let own = models::Column::ProjectId.eq(project.to_string());
                models::Entity::find().filter(own).count(session).await?
            }
            Self::PackageBytes(project) => packages(session, project).await?.into_values().sum(),
            Self::Apps(project) => {
                let own = apps::Column::ProjectId.eq(project.to_string());
                apps::Entity::find().filter(own).count(session).await?
            }
            Self::AppCodes(_, app) => {
                let own = app_codes::Column::AppId.eq(app.to_string());
                app_codes::Entity::find().filter(own).count(session).await?
            }
            Self::AccessKeys(_, user) => {
                let own = access_keys::Column::UserId.eq(user.to_string());
                access_keys::Entity::find().filter(own).count(session).await?
            }
        })
    }
}

async fn instances_of_project(session: &Session, project: ProjectId) -> Result<u64, StoreError> {
    let rows = services::Entity::find()
        .filter(services::Column::ProjectId.eq(project.to_string()))
        .filter(services::Column::Wanted.eq(wanted_name(Wanted::Running)))
        .all(session)
        .await?;
    let mut sum = 0_u64;
    for row in rows {
        let service = row.service()?;
        sum = sum.saturating_add(service.wanted.instances(&service.versions));
    }
    Ok(sum)
}

/// The packages of a project's models, each once, with their bytes.
async fn packages(session: &Session, project: ProjectId) -> Result<BTreeMap<String, u64>, StoreError> {
    let rows: Vec<(Option<String>, i64)> = models::Entity::find()
        .filter(models::Column::ProjectId.eq(project.to_string()))
        .filter(models::Column::Package.is_not_null())
        .select_only()
        .column(models::Column::Package)
        .column(models::Column::Size)
        .into_tuple()
        .all(session)
        .await?;
    let sized = |(package, size): (Option<String>, i64)| Some((package?, size.unsigned_abs()));
    Ok(rows.into_iter().filter_map(sized).collect())
}

async fn limit(session: &Session, scope: Scope, quota: Quota) -> Result<Limit, StoreError> {
    match Entity::find_by_id(key(scope, quota)).one(session).await? {
        Some(row) => row.limit(),
        None => Ok(quota.usual()),
    }
}

/// `Quota` unless there is room for `more`. Whoever adds nothing is not asked how much there is.
pub(crate) async fn require(session: &Session, counted: QuotaCount, more: u64) -> Result<(), StoreError> {
    if more == 0 {
        return Ok(());
    }
    let quota = counted.quota();
    let limit = limit(session, counted.scope(), quota).await?;
    if limit == Limit::None {
        return Ok(());
    }
    let used = counted.used(session).await?;
    match limit.exceeded(used, more) {
        None => Ok(()),
        Some(most) => Err(StoreError::Quota {
            what: quota,
            most,
            used,
            more,
        }),
    }
}

/// `Quota` unless there is room for this package: one that a model of the project has already takes none.
pub(crate) async fn require_for_package(
    session: &Session,
    project: ProjectId,
    package: &str,
    bytes: u64,
) -> Result<(), StoreError> {
    let more = match packages(session, project).await?.contains_key(package) {
        true => 0,
        false => bytes,
    };
    require(session, QuotaCount::PackageBytes(project), more).await
}

/// The quotas.
#[derive(Clone, Copy)]
pub struct Quotas<'a>(pub(crate) &'a Store);

impl Quotas<'_> {
    /// All quotas that hold in a project of this domain, in the order of [`Quota::ALL`].
    pub async fn list(&self, domain: DomainId, project: ProjectId) -> Result<Vec<QuotaUse>, StoreError> {
        let session = self.0.read().await?;
        let mut all = Vec::new();
        for quota in Quota::ALL {
            let scope = match quota.is_of_domain() {
                true => Scope::Domain(domain),
                false => Scope::Project(project),
            };
            let used = match QuotaCount::of_project(quota, project) {
                Some(counted) => Some(counted.used(&session).await?),
                None => None,
            };
            all.push(QuotaUse {
                quota,
                limit: limit(&session, scope, quota).await?,
                used,
            });
        }
        Ok(all)
    }

    /// Sets quotas of a project or a domain, all of them or none; `None` gives back the usual one. What there is already stays. Missing: the
    /// project or domain. Gives what each was before.
    pub async fn set(
        &self,
        scope: Scope,
        wanted: &[(Quota, Option<Limit>)],
    ) -> Result<Committed<Vec<Limit>>, StoreError> {
        let mut write = self.0.write().await?;
        match scope {
            Scope::Domain(id) => {
                domains::require(&write.session, id).await?;
                write.changed(Kind::Domain, id);
            }
            Scope::Project(id) => {
                projects::require(&write.session, id).await?;
                write.changed(Kind::Project, id);
            }
        }
        let mut before = Vec::new();
        for (quota, wanted) in wanted {
            before.push(limit(&write.session, scope, *quota).await?);
            Entity::delete_by_id(key(scope, *quota))
                .exec(&write.session)
                .await?;
            if let Some(wanted) = wanted {
                Entity::insert(Model::of(scope, *quota, *wanted).into_active_model())
                    .exec_without_returning(&write.session)
                    .await?;
            }
        }
        write.commit(before).await
    }

    /// Whether there is room for a package of this size in the project, as things are now: for an early answer. The import decides.
    pub async fn has_room_for(
        &self,
        project: ProjectId,
        package: &adyton_core::digest::Sha256,
        bytes: u64,
    ) -> Result<(), StoreError> {
        require_for_package(&self.0.read().await?, project, &package.to_string(), bytes).await
    }
}
