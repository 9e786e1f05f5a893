//! The live state: everything that the gateway knows, in persistent maps behind one root.
//!
//! Rebuilt from the store at start and then changed piece by piece ([`Change`]): the cost of a change does not grow with
//! the number of services or apps, because `imbl` maps share what did not change. Whoever works on a request takes one
//! [`Live`] and keeps it to the end, so no request sees half a change.
//!
//! - [`cell`]: publishing and reading without locks.
//! - [`change`]: what can change, and [`Live::apply`].
//! - [`route`]: the paths of a service, matched exactly.

pub mod cell;
pub mod change;
pub mod route;

use std::sync::Arc;

use imbl::OrdMap;

pub use cell::{LiveCell, LiveReader};
pub use change::Change;
pub use route::{Method, ServiceRoute};

use crate::digest::Sha256;
use crate::id::{
    AccessKeyId, ApiId, AppId, AppKey, AuthorisationId, DomainId, ModelId, ProjectId, ServiceId, TokenId,
    UserId,
};
use crate::model::Model;
use crate::service::Service;
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
    /// Its models, in the order of `service.versions`; a model that was deleted meanwhile is missing.
    pub models: Vec<Arc<Model>>,
    /// The union of the paths that its versions declare.
    pub routes: Vec<ServiceRoute>,
    /// Versions that it had before: while a change is under way, or after one that failed, their instances still answer.
    /// Which of them do, the table of targets says.
    pub former: Vec<Arc<Model>>,
    /// Paths that only these declare.
    pub former_routes: Vec<ServiceRoute>,
}

impl LiveService {
    /// Whether `model`, which may be a former version, declares a route of this service.
    pub fn declares(&self, model: ModelId, route: &ServiceRoute) -> bool {
        let at = self
            .service
            .versions
            .iter()
            .position(|version| version.model == model);
        match at {
            Some(at) => route.versions.contains(&at),
            None => self
                .former
                .iter()
                .any(|former| former.id == model && route.is_declared_by(former)),
        }
    }
}

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
    models: HashMap<ModelId, Arc<Model>>,
    services: HashMap<ServiceId, Arc<LiveService>>,
    apis: HashMap<ApiId, ServiceId>,
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
    /// The project with this id.
    pub fn project(&self, id: ProjectId) -> Option<&Arc<Project>> {
        self.projects.get(&id)
    }
    /// All projects, in no order.
    pub fn projects(&self) -> impl Iterator<Item = &Arc<Project>> {
        self.projects.values()
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
    /// The service that is this API.
    pub fn service_of_api(&self, id: ApiId) -> Option<&Arc<LiveService>> {
        self.services.get(self.apis.get(&id)?)
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
