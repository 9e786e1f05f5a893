//! What can change in the live state, one entity at a time.

use std::sync::Arc;

use super::{Live, LiveService, ServiceRoute};
use crate::id::{
    AccessKeyId, AppId, AuthorisationId, DomainId, ModelId, ProjectId, ServiceId, TokenId, UserId,
};
use crate::model::Model;
use crate::service::{Service, Wanted};
use crate::tenant::{AccessKey, App, Authorisation, Domain, Project, RevokedToken, TokenKey, User};

/// So many former versions of a service are remembered: more changes in a row, none of which came through, are rare.
const FORMER_MAX: usize = 16;

/// One entity is now like this, or is gone. Applying a change twice is the same as once.
#[derive(Clone)]
pub enum Change {
    /// A domain is like this.
    Domain(Domain),
    /// A domain is gone.
    DomainGone(DomainId),
    /// A project is like this.
    Project(Project),
    /// A project is gone.
    ProjectGone(ProjectId),
    /// A user is like this.
    User(User),
    /// A user is gone.
    UserGone(UserId),
    /// An access key is like this.
    AccessKey(AccessKey),
    /// An access key is gone.
    AccessKeyGone(AccessKeyId),
    /// An app is like this.
    App(App),
    /// An app is gone, and its authorisations with it.
    AppGone(AppId),
    /// An app may call an API.
    Authorisation(Authorisation),
    /// It may not any more.
    AuthorisationGone(AuthorisationId),
    /// A model is like this.
    Model(Box<Model>),
    /// A model is gone.
    ModelGone(ModelId),
    /// A service is like this.
    Service(Box<Service>),
    /// A service is gone.
    ServiceGone(ServiceId),
    /// A token was revoked.
    TokenRevoked(RevokedToken),
    /// A revocation is older than the token's life.
    RevocationOver(TokenId),
    /// A key that seals tokens.
    TokenKey(TokenKey),
    /// A token key is retired.
    TokenKeyGone(u32),
}

impl Live {
    /// Applies one change of the store's `revision`.
    pub fn apply(&mut self, revision: u64, change: Change) {
        self.revision = self.revision.max(revision);
        match change {
            Change::Domain(domain) => drop(self.domains.insert(domain.id, Arc::new(domain))),
            Change::DomainGone(id) => drop(self.domains.remove(&id)),
            Change::Project(project) => drop(self.projects.insert(project.id, Arc::new(project))),
            Change::ProjectGone(id) => drop(self.projects.remove(&id)),
            Change::User(user) => drop(self.users.insert(user.id, Arc::new(user))),
            Change::UserGone(id) => drop(self.users.remove(&id)),
            Change::AccessKey(key) => drop(self.access_keys.insert(key.id.clone(), Arc::new(key))),
            Change::AccessKeyGone(id) => drop(self.access_keys.remove(&id)),
            Change::App(app) => self.put_app(app),
            Change::AppGone(id) => self.drop_app(id),
            Change::Authorisation(given) => {
                self.authorisation_ids.insert(given.id, (given.app, given.api));
                self.authorisations.insert((given.app, given.api), given);
            }
            Change::AuthorisationGone(id) => {
                if let Some(pair) = self.authorisation_ids.remove(&id) {
                    self.authorisations.remove(&pair);
                }
            }
            Change::Model(model) => self.put_model(*model),
            Change::ModelGone(id) => drop(self.models.remove(&id)),
            Change::Service(service) => self.put_service(*service),
            Change::ServiceGone(id) => {
                if let Some(gone) = self.services.remove(&id) {
                    self.apis.remove(&gone.service.api);
                }
            }
            Change::TokenRevoked(token) => drop(self.revoked.insert(token.id, token)),
            Change::RevocationOver(id) => drop(self.revoked.remove(&id)),
            Change::TokenKey(key) => drop(self.token_keys.insert(key.id, Arc::new(key))),
            Change::TokenKeyGone(id) => drop(self.token_keys.remove(&id)),
        }
    }

    /// Notes that all changes up to `revision` are in, also when none of them concerned the live state.
    pub fn reached(&mut self, revision: u64) {
        self.revision = self.revision.max(revision);
    }

    fn put_app(&mut self, app: App) {
        self.forget_app_indexes(app.id);
        self.app_keys.insert(app.key.clone(), app.id);
        for code in &app.codes {
            self.app_codes.insert(code.digest, app.id);
        }
        self.apps.insert(app.id, Arc::new(app));
    }

    fn drop_app(&mut self, id: AppId) {
        self.forget_app_indexes(id);
        self.apps.remove(&id);
        let given: Vec<Authorisation> = self
            .authorisations
            .values()
            .filter(|given| given.app == id)
            .copied()
            .collect();
        for gone in given {
            self.authorisations.remove(&(gone.app, gone.api));
            self.authorisation_ids.remove(&gone.id);
        }
    }

    fn forget_app_indexes(&mut self, id: AppId) {
        if let Some(old) = self.apps.get(&id).cloned() {
            // Another app may hold the key or code by now: several changes can arrive as one step.
            if self.app_keys.get(&old.key) == Some(&id) {
                self.app_keys.remove(&old.key);
            }
            for code in &old.codes {
                if self.app_codes.get(&code.digest) == Some(&id) {
                    self.app_codes.remove(&code.digest);
                }
            }
        }
    }

    fn put_service(&mut self, service: Service) {
        let models: Vec<(usize, Arc<Model>)> = service
            .versions
            .iter()
            .enumerate()
            .filter_map(|(index, version)| Some((index, self.models.get(&version.model)?.clone())))
            .collect();
        let routes = ServiceRoute::union(models.iter().map(|(index, model)| (*index, &**model)));
        let models = models.into_iter().map(|(_, model)| model).collect();
        let former = self.former(&service);
        let mut former_routes = ServiceRoute::union(former.iter().map(|model| (0, &**model)));
        former_routes.retain(|former| {
            !routes
                .iter()
                .any(|route| route.path == former.path && route.method == former.method)
        });
        former_routes.iter_mut().for_each(|route| route.versions.clear());
        self.apis.insert(service.api, service.id);
        self.services.insert(
            service.id,
            Arc::new(LiveService {
                service,
                models,
                routes,
                former,
                former_routes,
            }),
        );
    }

    /// The versions that a service had until now, newest first, without those that it has still. One that is to be stopped
    /// has none.
    fn former(&self, service: &Service) -> Vec<Arc<Model>> {
        let Some(before) = self.services.get(&service.id) else {
            return Vec::new();
        };
        if service.wanted == Wanted::Stopped {
            return Vec::new();
        }
        let mut former: Vec<Arc<Model>> = Vec::new();
        for model in before.models.iter().chain(&before.former) {
            let is_wanted = service.versions.iter().any(|version| version.model == model.id);
            let is_known = former.iter().any(|other| other.id == model.id);
            if !is_wanted && !is_known && former.len() < FORMER_MAX {
                former.push(Arc::clone(model));
            }
        }
        former
    }

    /// A model's paths show in the services that use it.
    fn put_model(&mut self, model: Model) {
        let id = model.id;
        self.models.insert(id, Arc::new(model));
        let users: Vec<Service> = self
            .services
            .values()
            .filter(|live| live.service.versions.iter().any(|version| version.model == id))
            .map(|live| live.service.clone())
            .collect();
        for service in users {
            self.put_service(service);
        }
    }
}
