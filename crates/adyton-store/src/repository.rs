//! What can be asked of the store and changed in it: one file an entity.
//!
//! A repository is a borrowed view of the [`Store`](crate::Store): `store.apps().create(…)`. Reads give what is committed;
//! writes give [`Committed`](crate::Committed), whose revision the feed's live state reaches a moment later. Entities of a
//! project are found only with their project: another project's id is `Ok(None)`.

pub mod access_keys;
pub mod app_codes;
pub mod apps;
pub mod audit;
pub mod authorisations;
pub mod domains;
pub mod events;
pub mod history;
pub mod listing;
pub mod minutes;
pub mod models;
pub mod projects;
pub mod quotas;
mod revoking;
pub mod rollouts;
mod service_models;
mod service_tags;
pub mod services;
pub mod tags;
pub mod tokens;
pub mod users;

pub use access_keys::{AccessKeyChange, AccessKeys};
pub use app_codes::{AppCodeText, AppCodes};
pub use apps::{AppChange, AppFilter, Apps, NewApp};
pub(crate) use audit::insert_audit;
pub use audit::{Audit, AuditFilter, AuditPart, AuditScope, KeptAudit};
pub use authorisations::{Authorisations, Bound, BoundFilter};
pub use domains::Domains;
pub use events::{EventFilter, ServiceEvents};
pub use history::{History, Update, UpdateResult};
pub use listing::{Listed, NameMatch, Page, SortOrder};
pub use minutes::{Counted, Minutes};
pub use models::{Import, ModelFilter, ModelSort, Models, NewModel};
pub use projects::Projects;
pub use quotas::Quotas;
pub use rollouts::Rollouts;
pub use service_tags::TagMatch;
pub use services::{NewService, ServiceChange, ServiceFilter, ServiceSort, Services};
pub use tags::{Retagged, Tags};
pub use tokens::Tokens;
pub use users::{DomainName, NewUser, UserChange, UserFilter, UserName, Users};

use crate::Store;

impl Store {
    /// The domains.
    pub fn domains(&self) -> Domains<'_> {
        Domains(self)
    }
    /// The projects.
    pub fn projects(&self) -> Projects<'_> {
        Projects(self)
    }
    /// The quotas.
    pub fn quotas(&self) -> Quotas<'_> {
        Quotas(self)
    }
    /// The users.
    pub fn users(&self) -> Users<'_> {
        Users(self)
    }
    /// The access keys.
    pub fn access_keys(&self) -> AccessKeys<'_> {
        AccessKeys(self)
    }
    /// The apps.
    pub fn apps(&self) -> Apps<'_> {
        Apps(self)
    }
    /// The AppCodes.
    pub fn app_codes(&self) -> AppCodes<'_> {
        AppCodes(self)
    }
    /// The audit trail.
    pub fn audit(&self) -> Audit<'_> {
        Audit(self)
    }
    /// The authorisations.
    pub fn authorisations(&self) -> Authorisations<'_> {
        Authorisations(self)
    }
    /// The models.
    pub fn models(&self) -> Models<'_> {
        Models(self)
    }
    /// The services.
    pub fn services(&self) -> Services<'_> {
        Services(self)
    }
    /// The tags of services.
    pub fn tags(&self) -> Tags<'_> {
        Tags(self)
    }
    /// The events of services.
    pub fn events(&self) -> ServiceEvents<'_> {
        ServiceEvents(self)
    }
    /// The update history of services.
    pub fn history(&self) -> History<'_> {
        History(self)
    }
    /// The rollouts of services.
    pub fn rollouts(&self) -> Rollouts<'_> {
        Rollouts(self)
    }
    /// What became of each service's requests, by the minute.
    pub fn minutes(&self) -> Minutes<'_> {
        Minutes(self)
    }
    /// The revoked tokens.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens(self)
    }
}
