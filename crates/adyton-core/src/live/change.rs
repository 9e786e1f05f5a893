//! What can change in the live state, one entity at a time.

use std::hash::Hash;
use std::sync::Arc;

use super::{FormerVersion, HashMap, Live, LiveService, Routes};
use crate::address;
use crate::api::{Api, Backend, Callers, Group, Method, PathPattern, RELEASE};
use crate::id::{
    AccessKeyId, ApiId, AppId, AuthorisationId, DomainId, GroupId, ModelId, ProjectId, ServiceId, TokenId,
    UserId,
};
use crate::model::Model;
use crate::service::{Service, Version};
use crate::tenant::{AccessKey, App, Authorisation, Domain, Project, RevokedToken, TokenKey, User};

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
    /// A group of APIs is like this.
    Group(Group),
    /// A group is gone.
    GroupGone(GroupId),
    /// An API is published like this. Those of services come with their service.
    Api(Box<Api>),
    /// An API is not published any more.
    ApiGone(ApiId),
    /// A service is like this.
    Service(Box<Service>),
    /// A service is gone.
    ServiceGone(ServiceId),
    /// An update of a service goes on: these versions, which came through last, serve until it has come through.
    Former(ServiceId, Vec<Version>),
    /// No update of this service goes on, or none came through before it.
    FormerGone(ServiceId),
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
            Change::Authorisation(given) => self.put_authorisation(given),
            Change::AuthorisationGone(id) => self.drop_authorisation(id),
            Change::Model(model) => self.put_model(*model),
            Change::ModelGone(id) => {
                self.models.remove(&id);
                self.renew_users(id);
            }
            Change::Group(group) => self.put_group(group),
            Change::GroupGone(id) => self.drop_group(id),
            Change::Api(api) => self.put_api(Arc::new(*api)),
            Change::ApiGone(id) => self.drop_api(id),
            Change::Service(service) => self.put_service(*service),
            Change::ServiceGone(id) => self.drop_service(id),
            Change::Former(id, versions) => {
                self.former.insert(id, versions);
                self.renew(id);
            }
            Change::FormerGone(id) => {
                if self.former.remove(&id).is_some() {
                    self.renew(id);
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
        for api in self.apis_of_app.remove(&id).unwrap_or_default() {
            if let Some(gone) = self.authorisations.remove(&(id, api)) {
                self.authorisation_ids.remove(&gone.id);
            }
        }
    }

    fn put_authorisation(&mut self, given: Authorisation) {
        let pair = (given.app, given.api);
        self.authorisation_ids.insert(given.id, pair);
        if self.authorisations.insert(pair, given).is_none() {
            add(&mut self.apis_of_app, given.app, given.api);
        }
    }

    fn drop_authorisation(&mut self, id: AuthorisationId) {
        if let Some((app, api)) = self.authorisation_ids.remove(&id) {
            self.authorisations.remove(&(app, api));
            take(&mut self.apis_of_app, app, api);
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
        let routes = Routes::union(models.iter().map(|(index, model)| (*index, &**model)));
        let models = models.into_iter().map(|(_, model)| model).collect();
        let api = Arc::new(api_of(&service));
        let former: Vec<FormerVersion> = self
            .former
            .get(&service.id)
            .into_iter()
            .flatten()
            .map(|version| FormerVersion {
                version: version.clone(),
                model: self.models.get(&version.model).cloned(),
            })
            .collect();
        self.forget_users(service.id);
        for version in service
            .versions
            .iter()
            .chain(former.iter().map(|one| &one.version))
        {
            add(&mut self.users_of_model, version.model, service.id);
        }
        self.put_api(Arc::clone(&api));
        let live = LiveService {
            service,
            api,
            models,
            routes,
            former,
        };
        self.services.insert(live.service.id, Arc::new(live));
    }

    fn drop_service(&mut self, id: ServiceId) {
        self.forget_users(id);
        if let Some(gone) = self.services.remove(&id) {
            self.drop_api(gone.service.api);
        }
    }

    fn forget_users(&mut self, id: ServiceId) {
        if let Some(before) = self.services.get(&id).cloned() {
            let former = before.former.iter().map(|one| &one.version);
            for version in before.service.versions.iter().chain(former) {
                take(&mut self.users_of_model, version.model, id);
            }
        }
    }

    /// A model's paths show in the services that use it.
    fn put_model(&mut self, model: Model) {
        let id = model.id;
        self.models.insert(id, Arc::new(model));
        self.renew_users(id);
    }

    fn renew_users(&mut self, id: ModelId) {
        for user in self.users_of_model.get(&id).cloned().unwrap_or_default() {
            self.renew(user);
        }
    }

    /// Makes a service anew of what it is made of.
    fn renew(&mut self, id: ServiceId) {
        if let Some(live) = self.services.get(&id) {
            self.put_service(live.service.clone());
        }
    }

    fn put_group(&mut self, group: Group) {
        self.forget_domains(group.id);
        for name in &group.domains {
            self.domain_names.insert(name.as_str().into(), group.id);
        }
        self.groups.insert(group.id, Arc::new(group));
    }

    fn drop_group(&mut self, id: GroupId) {
        self.forget_domains(id);
        self.groups.remove(&id);
    }

    fn forget_domains(&mut self, id: GroupId) {
        if let Some(before) = self.groups.get(&id).cloned() {
            for name in &before.domains {
                // Another group may have the name by now: several changes can arrive as one step.
                if self.domain_names.get(name.as_str()) == Some(&id) {
                    self.domain_names.remove(name.as_str());
                }
            }
        }
    }

    fn put_api(&mut self, api: Arc<Api>) {
        self.take_back(api.id);
        // The APIs of services are found by their service's id, which is a segment of their paths.
        if api.group != GroupId::SERVICES {
            let published = self.published.entry(api.group).or_default();
            let at = match published.iter().position(|(name, _)| **name == *api.environment) {
                Some(at) => at,
                None => {
                    published.push((api.environment.as_str().into(), Default::default()));
                    published.len() - 1
                }
            };
            if let Some((_, router)) = published.get_mut(at) {
                router.insert(&api.path, api.method.clone(), Arc::clone(&api));
            }
        }
        self.apis.insert(api.id, api);
    }

    fn drop_api(&mut self, id: ApiId) {
        self.take_back(id);
        self.apis.remove(&id);
    }

    /// Takes an API out of where it is published.
    fn take_back(&mut self, id: ApiId) {
        let Some(before) = self.apis.get(&id) else { return };
        let Some(published) = self.published.get_mut(&before.group) else {
            return;
        };
        for (environment, router) in published.iter_mut() {
            if **environment == *before.environment {
                router.remove(&before.path, &before.method, |api| api.id == id);
            }
        }
        published.retain(|(_, router)| !router.is_empty());
        if published.is_empty() {
            self.published.remove(&before.group);
        }
    }
}

/// The API that a service has in the reserved group.
fn api_of(service: &Service) -> Api {
    Api {
        id: service.api,
        project: service.project,
        name: service.name.clone(),
        group: GroupId::SERVICES,
        environment: RELEASE.to_owned(),
        method: Method::Any,
        path: PathPattern::new(format!("{}/*", address::of_service(service.id))),
        callers: Callers {
            iam: true,
            app: service.app_auth,
            app_code: service.app_code,
        },
        calls_per_second: service.calls_per_second,
        timeout: None,
        backend: Backend::Service(service.id),
    }
}

/// Notes that `one` belongs to `key`. A list is short: what one app is authorised for, which services use one model.
fn add<K: Eq + Hash + Clone, V: Ord + Clone>(index: &mut HashMap<K, Vec<V>>, key: K, one: V) {
    let all = index.entry(key).or_default();
    if let Err(at) = all.binary_search(&one) {
        all.insert(at, one);
    }
}

/// Takes that note back.
fn take<K: Eq + Hash + Clone, V: Ord + Clone>(index: &mut HashMap<K, Vec<V>>, key: K, one: V) {
    let Some(all) = index.get_mut(&key) else { return };
    if let Ok(at) = all.binary_search(&one) {
        all.remove(at);
    }
    if all.is_empty() {
        index.remove(&key);
    }
}
