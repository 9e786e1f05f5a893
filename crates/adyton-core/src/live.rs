//! The live state: everything that the gateway knows, in persistent maps behind one root.
//!
//! Rebuilt from the store at start and then changed piece by piece ([`Change`]): the cost of a change does not grow with
//! the number of services or apps, because `imbl` maps share what did not change. Whoever works on a request takes one
//! [`Live`] and keeps it to the end, so no request sees half a change.
//!
//! - [`cell`]: publishing and reading without locks.
//! - [`change`]: what can change, and [`Live::apply`].
//! - [`router`]: from method and path to what is published there.
//! - [`route`]: the routes of a service.
//!
//! What is of a service and what is of its API are one row of the store, and become two things here.

pub mod cell;
pub mod change;
mod picture;
pub mod route;
pub mod router;

use std::sync::Arc;

use imbl::OrdMap;

pub use cell::{LiveCell, LiveReader};
pub use change::Change;
pub use route::{Routes, ServiceRoute};
use router::Router;

pub use router::Miss;

use crate::api::{Api, Group};
use crate::digest::Sha256;
use crate::id::{
    AccessKeyId, ApiId, AppId, AppKey, AuthorisationId, DomainId, GroupId, ModelId, ProjectId, ServiceId,
    TokenId, UserId,
};
use crate::model::Model;
use crate::service::{Service, Version};
use crate::tenant::{AccessKey, App, Authorisation, Domain, Project, RevokedToken, TokenKey, User};

/// A map of the live state. Its keys are ids and digests that the server made, so that a hash need not stand up to somebody
/// who chooses them: a fast one, with a seed of its own for each map.
type HashMap<K, V> =
    imbl::GenericHashMap<K, V, foldhash::fast::RandomState, imbl::shared_ptr::DefaultSharedPtr>;

/// A service with what the pipeline needs of it at hand.
#[derive(Clone, Debug)]
pub struct LiveService {
    /// The service as stored.
    pub service: Service,
    /// Its API in the reserved group.
    pub api: Arc<Api>,
    /// Its models, in the order of `service.versions`; a model that was deleted meanwhile is missing.
    pub models: Vec<Arc<Model>>,
    /// The union of the routes that its versions declare.
    pub routes: Routes,
    /// While an update goes on, the versions that came through last: they serve until it has come through.
    pub former: Vec<FormerVersion>,
}

/// A version that came through before the update that goes on.
#[derive(Clone, Debug)]
pub struct FormerVersion {
    /// The version.
    pub version: Version,
    /// Its model, unless it was deleted meanwhile.
    pub model: Option<Arc<Model>>,
}

/// The published APIs of a group, by environment. There are few environments.
type Published = Vec<(Box<str>, Router<Arc<Api>>)>;

/// The root. Cheap to clone; maps are private so that only [`Live::apply`] changes them.
#[derive(Clone, Default)]
pub struct Live {
    revision: u64,
    domains: HashMap<DomainId, Arc<Domain>>,
    projects: HashMap<ProjectId, Arc<Project>>,
    users: HashMap<UserId, Arc<User>>,
    access_keys: HashMap<AccessKeyId, Arc<AccessKey>>,
    apps: HashMap<AppId, Arc<App>>,
    app_keys: HashMap<AppKey, AppId>,
    app_codes: HashMap<Sha256, AppId>,
    authorisations: HashMap<(AppId, ApiId), Authorisation>,
    authorisation_ids: HashMap<AuthorisationId, (AppId, ApiId)>,
    /// What each app is authorised for.
    apis_of_app: HashMap<AppId, Vec<ApiId>>,
    models: HashMap<ModelId, Arc<Model>>,
    services: HashMap<ServiceId, Arc<LiveService>>,
    /// What serves while an update goes on.
    former: HashMap<ServiceId, Vec<Version>>,
    /// Which services use a model.
    users_of_model: HashMap<ModelId, Vec<ServiceId>>,
    apis: HashMap<ApiId, Arc<Api>>,
    groups: HashMap<GroupId, Arc<Group>>,
    domain_names: OrdMap<Box<str>, GroupId>,
    published: HashMap<GroupId, Published>,
    revoked: HashMap<TokenId, RevokedToken>,
    token_keys: OrdMap<u32, Arc<TokenKey>>,
}

impl Live {
    /// The revision of the store that this state holds.
    pub fn revision(&self) -> u64 {
        self.revision
    }
    /// The domain with this id.
    pub fn domain(&self, id: DomainId) -> Option<&Arc<Domain>> {
        self.domains.get(&id)
    }
    /// The only domain, if there is one alone.
    pub fn only_domain(&self) -> Option<DomainId> {
        let mut ids = self.domains.keys();
        ids.next().copied().filter(|_| ids.next().is_none())
    }
    /// The project with this id.
    pub fn project(&self, id: ProjectId) -> Option<&Arc<Project>> {
        self.projects.get(&id)
    }
    /// All projects, in no order.
    pub fn projects(&self) -> impl Iterator<Item = &Arc<Project>> {
        self.projects.values()
    }
    /// All users.
    pub fn users(&self) -> impl Iterator<Item = &Arc<User>> {
        self.users.values()
    }
    /// The user with this id.
    pub fn user(&self, id: UserId) -> Option<&Arc<User>> {
        self.users.get(&id)
    }
    /// The access key with this id.
    pub fn access_key(&self, id: &str) -> Option<&Arc<AccessKey>> {
        self.access_keys.get(id)
    }
    /// All access keys, in no order.
    pub fn access_keys(&self) -> impl Iterator<Item = &Arc<AccessKey>> {
        self.access_keys.values()
    }
    /// All apps, in no order.
    pub fn apps(&self) -> impl Iterator<Item = &Arc<App>> {
        self.apps.values()
    }
    /// The app with this id.
    pub fn app(&self, id: AppId) -> Option<&Arc<App>> {
        self.apps.get(&id)
    }
    /// The app with this AppKey.
    pub fn app_by_key(&self, key: &str) -> Option<&Arc<App>> {
        self.apps.get(self.app_keys.get(key)?)
    }
    /// The app that has an AppCode with this digest.
    pub fn app_by_code(&self, digest: &Sha256) -> Option<&Arc<App>> {
        self.apps.get(self.app_codes.get(digest)?)
    }
    /// The authorisation of an app for an API.
    pub fn authorisation(&self, app: AppId, api: ApiId) -> Option<&Authorisation> {
        self.authorisations.get(&(app, api))
    }
    /// All authorisations, in no order.
    pub fn authorisations(&self) -> impl Iterator<Item = &Authorisation> {
        self.authorisations.values()
    }
    /// The model with this id.
    pub fn model(&self, id: ModelId) -> Option<&Arc<Model>> {
        self.models.get(&id)
    }
    /// All models.
    pub fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.values()
    }
    /// The service with this id.
    pub fn service(&self, id: ServiceId) -> Option<&Arc<LiveService>> {
        self.services.get(&id)
    }
    /// The API with this id.
    pub fn api(&self, id: ApiId) -> Option<&Arc<Api>> {
        self.apis.get(&id)
    }
    /// All APIs, in no order: those of services as well.
    pub fn apis(&self) -> impl Iterator<Item = &Arc<Api>> {
        self.apis.values()
    }
    /// The group with this id; the reserved one is not an entity.
    pub fn group(&self, id: GroupId) -> Option<&Arc<Group>> {
        self.groups.get(&id)
    }
    /// Whether any group has a domain name.
    pub fn has_domains(&self) -> bool {
        !self.domain_names.is_empty()
    }
    /// The group that a host names, with or without a port, in any letter case.
    pub fn group_at(&self, host: &[u8]) -> Option<GroupId> {
        let host = str::from_utf8(host).ok()?;
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) | None => host,
        };
        let name = name.to_ascii_lowercase();
        self.domain_names.get(name.as_str()).copied()
    }
    /// The API of a group that is published in an environment at a decoded path.
    ///
    /// # Errors
    /// Whether it was the path or the method that fits none.
    pub fn published(
        &self,
        group: GroupId,
        environment: &str,
        path: &str,
        method: &str,
    ) -> Result<&Arc<Api>, Miss> {
        let published = self.published.get(&group).ok_or(Miss::Path)?;
        let mut environments = published.iter();
        let (_, router) = environments
            .find(|(name, _)| **name == *environment)
            .ok_or(Miss::Path)?;
        router.find(path, method)
    }
    /// All services, in no order.
    pub fn services(&self) -> impl Iterator<Item = &Arc<LiveService>> {
        self.services.values()
    }
    /// The revocation of a token, if it was revoked alone.
    pub fn revoked(&self, id: TokenId) -> Option<&RevokedToken> {
        self.revoked.get(&id)
    }
    /// The token key with this id.
    pub fn token_key(&self, id: u32) -> Option<&Arc<TokenKey>> {
        self.token_keys.get(&id)
    }
    /// All token keys, by id.
    pub fn token_keys(&self) -> impl Iterator<Item = &Arc<TokenKey>> {
        self.token_keys.values()
    }
    /// The newest token key: the one that seals.
    pub fn sealing_key(&self) -> Option<&Arc<TokenKey>> {
        self.token_keys.get_max().map(|(_, key)| key)
    }
}

#[cfg(test)]
mod tests;
