//! What a call's record says beyond its head: who called, about which thing, which fields changed. Whoever finds out notes it here;
//! nothing is decided by it.

use std::sync::Arc;

use adyton_core::audit::{AuditRecord, AuditRefusal, AuditedKind, AuditedThing, FieldChange, bounded};
use adyton_core::evidence::Evidence;
use adyton_core::holder::Holder;
use adyton_core::id::{DomainId, ProjectId, UserId};
use adyton_core::live::Live;
use adyton_core::record::CallerSeen;
use adyton_core::tenant::{Scope, User};
use adyton_identity::{Caller, Way, Who};
use adyton_sign::Authorization;
use http::request::Parts;
use http::{Extensions, HeaderMap, header};
use parking_lot::Mutex;

use super::fields::Audited;
use crate::admission::Parameters;
use crate::failure::Failure;

/// How many fields a record shows.
const CHANGES_MOST: usize = 64;

/// The part of a call's record that the call itself fills.
#[derive(Default)]
pub(crate) struct Draft(Mutex<Noted>);

#[derive(Default)]
struct Noted {
    caller: Option<CallerSeen>,
    credential: Option<String>,
    holder: Option<Holder>,
    is_proven: bool,
    domain: Option<DomainId>,
    project: Option<ProjectId>,
    thing: Option<AuditedThing>,
    changes: Vec<FieldChange>,
    signs_in: bool,
    refusal: Option<AuditRefusal>,
}

impl Draft {
    /// The draft of a request, which the middleware put there.
    pub(crate) fn of(parts: &Parts) -> Arc<Self> {
        Self::in_extensions(&parts.extensions)
    }

    /// The same of what is not taken apart.
    pub(crate) fn in_extensions(extensions: &Extensions) -> Arc<Self> {
        extensions.get::<Arc<Self>>().cloned().unwrap_or_default()
    }

    /// Notes the project that is concerned, where no parameter of the path names it.
    pub(crate) fn project(&self, project: Option<ProjectId>) {
        self.0.lock().project = project;
    }

    /// Notes what the path names: the project that is concerned, and the thing, with its name where the live state knows it.
    pub(crate) fn path(&self, parameters: &Parameters, live: &Live) {
        let project = ["project_id", "in_project"]
            .iter()
            .find_map(|name| parameters.get(name)?.parse().ok())
            .filter(|id| live.project(*id).is_some());
        let thing = THINGS
            .iter()
            .find_map(|(name, kind)| Some((*kind, parameters.get(name)?)));
        let mut noted = self.0.lock();
        noted.project = project;
        noted.thing = thing.map(|(kind, id)| AuditedThing {
            kind,
            id: bounded(id),
            name: String::new(),
        });
    }

    /// Notes who calls, or says so as long as nobody is proven.
    pub(crate) fn caller(&self, caller: &Caller, headers: &HeaderMap, is_proven: bool) {
        let (id, name) = match caller.who() {
            Who::User(user) => (user.id.to_string(), user.name.clone()),
            Who::App(app) => (app.id.to_string(), app.name.clone()),
        };
        let mut noted = self.0.lock();
        noted.caller = Some(CallerSeen {
            way: caller.way().name().to_owned(),
            id,
            name,
        });
        noted.credential = credential(caller, headers);
        noted.holder = Some(caller.holder());
        noted.is_proven = is_proven;
        if let Some(user) = caller.user() {
            noted.domain.get_or_insert(user.domain);
        }
    }

    /// Names the thing of the path, for a caller who may know of it: before a change takes the name away.
    pub(crate) fn name_thing(&self, live: &Live, project: Option<ProjectId>) {
        let mut noted = self.0.lock();
        let noted = &mut *noted;
        if let Some(thing) = &mut noted.thing {
            let known = Known {
                live,
                project,
                domain: noted.domain,
            };
            thing.name = known.name_of(thing.kind, &thing.id).unwrap_or_default();
        }
    }

    /// Notes that somebody signed in, or tried to: `user` is whom they named, where there is one. What they typed as a name is
    /// kept of nobody: it may be a password.
    pub(crate) fn sign_in(&self, user: Option<&User>, way: &str, is_proven: bool) {
        let mut noted = self.0.lock();
        noted.signs_in = true;
        noted.is_proven = is_proven;
        if let Some(user) = user {
            noted.caller = Some(CallerSeen {
                way: way.to_owned(),
                id: user.id.to_string(),
                name: user.name.clone(),
            });
            noted.holder = Some(Holder::User(user.id));
            noted.domain = Some(user.domain);
        }
    }

    /// Notes what a token is for.
    pub(crate) fn token(&self, live: &Live, id: String, scope: Scope) {
        let shown = match scope {
            Scope::Project(id) => live
                .project(id)
                .map_or_else(|| id.to_string(), |project| format!("project {}", project.name)),
            Scope::Domain(id) => live
                .domain(id)
                .map_or_else(|| id.to_string(), |domain| format!("domain {}", domain.name)),
        };
        self.about(AuditedKind::Token, id, "");
        self.field("scope", None, Some(shown));
        if let Scope::Project(id) = scope {
            self.0.lock().project = Some(id);
        }
    }

    /// Notes the thing that the call is about.
    pub(crate) fn about(&self, kind: AuditedKind, id: impl ToString, name: &str) {
        self.0.lock().thing = Some(AuditedThing {
            kind,
            id: bounded(&id.to_string()),
            name: bounded(name),
        });
    }

    /// Notes a thing that was made, with its fields.
    pub(crate) fn made<T: Audited>(&self, thing: &T) {
        self.changed(None, thing);
    }

    /// Notes a thing that was changed, and which fields differ. Without `before` all that it has are shown.
    pub(crate) fn changed<T: Audited>(&self, before: Option<&T>, after: &T) {
        self.about(T::KIND, after.id(), &after.name());
        for change in super::fields::differences(before, after) {
            self.change(change);
        }
    }

    /// Notes one field.
    pub(crate) fn field(&self, name: &str, from: Option<String>, to: Option<String>) {
        self.change(FieldChange {
            field: name.to_owned(),
            from,
            to,
            is_secret: false,
        });
    }

    /// Notes a field whose values are secret.
    pub(crate) fn secret_field(&self, name: &str) {
        self.change(FieldChange {
            field: name.to_owned(),
            from: None,
            to: None,
            is_secret: true,
        });
    }

    /// Notes that some of what was asked for was refused in an answer that says success.
    pub(crate) fn partly_refused(&self, refusal: AuditRefusal) {
        self.0.lock().refusal = Some(refusal);
    }

    fn change(&self, change: FieldChange) {
        let mut noted = self.0.lock();
        if noted.changes.len() < CHANGES_MOST {
            let short = |text: Option<String>| text.map(|text| bounded(&text));
            noted.changes.push(FieldChange {
                from: short(change.from),
                to: short(change.to),
                ..change
            });
        }
    }

    pub(super) fn signs_in(&self) -> bool {
        self.0.lock().signs_in
    }
    pub(super) fn is_partly_refused(&self) -> bool {
        self.0.lock().refusal.is_some()
    }

    /// Puts what was noted into the record.
    pub(super) fn fill(&self, record: &mut AuditRecord) {
        let mut noted = self.0.lock();
        record.caller = noted.caller.take();
        record.credential = noted.credential.take();
        record.holder = noted.holder;
        record.is_proven = noted.is_proven;
        record.domain = noted.domain;
        record.project = noted.project;
        record.thing = noted.thing.take();
        record.changes = std::mem::take(&mut noted.changes);
        record.refusal = record.refusal.take().or_else(|| noted.refusal.take());
    }
}

/// Which parameter of a path names what: the innermost first.
const THINGS: [(&str, AuditedKind); 10] = [
    ("app_code_id", AuditedKind::AppCode),
    ("app_auth_id", AuditedKind::Authorisation),
    ("app_id", AuditedKind::App),
    ("api_id", AuditedKind::Api),
    ("service_id", AuditedKind::Service),
    ("model_id", AuditedKind::Model),
    ("access_key", AuditedKind::AccessKey),
    ("request_id", AuditedKind::Request),
    ("user_id", AuditedKind::User),
    ("in_project", AuditedKind::Project),
];

/// What a caller may know of: things of the project of the path, users and projects of their own domain.
struct Known<'a> {
    live: &'a Live,
    project: Option<ProjectId>,
    domain: Option<DomainId>,
}

impl Known<'_> {
    fn name_of(&self, kind: AuditedKind, id: &str) -> Option<String> {
        let is_here = |project: &ProjectId| Some(*project) == self.project;
        match kind {
            AuditedKind::App => {
                let app = self.live.app(id.parse().ok()?)?;
                is_here(&app.project).then(|| app.name.clone())
            }
            AuditedKind::Service => {
                let service = &self.live.service(id.parse().ok()?)?.service;
                is_here(&service.project).then(|| service.name.clone())
            }
            AuditedKind::Model => {
                let model = self.live.model(id.parse().ok()?)?;
                is_here(&model.project).then(|| format!("{} {}", model.name, model.version))
            }
            AuditedKind::User => self.user(id.parse().ok()?),
            AuditedKind::AccessKey => self.user(self.live.access_key(id)?.user),
            AuditedKind::Project => {
                let project = self.live.project(id.parse().ok()?)?;
                (Some(project.domain) == self.domain).then(|| project.name.clone())
            }
            AuditedKind::AppCode
            | AuditedKind::Authorisation
            | AuditedKind::Api
            | AuditedKind::Package
            | AuditedKind::Token
            | AuditedKind::Request
            | AuditedKind::MasterKey
            | AuditedKind::Installation => None,
        }
    }

    fn user(&self, id: UserId) -> Option<String> {
        let user = self.live.user(id)?;
        (Some(user.domain) == self.domain).then(|| user.name.clone())
    }
}

/// The id of the caller's credential.
fn credential(caller: &Caller, headers: &HeaderMap) -> Option<String> {
    match caller.way() {
        Way::AccessKey => {
            let signed = headers.get(header::AUTHORIZATION)?;
            let access = Authorization::parse(signed.as_bytes()).ok()?.access.to_owned();
            Some(bounded(&access))
        }
        Way::Token | Way::Console => Some(caller.token()?.id.to_string()),
        Way::AppSignature | Way::AppCode | Way::KeyPair | Way::AppBasic | Way::ApiKey => None,
    }
}

/// Whose credential a refused call named, as far as it was found out.
pub(super) fn named(failure: &Failure, live: &Live) -> Option<Holder> {
    let (Failure::Unauthenticated(refusal) | Failure::SubjectToken(refusal)) = failure else {
        return None;
    };
    match &*refusal.evidence {
        Evidence::Signature(seen) => Holder::of_key(live, &seen.key),
        evidence => evidence.holder(),
    }
}

/// The domain that a record concerns: that of the project, or else the caller's, or that of whose credential was named.
pub(super) fn domain_of(live: &Live, record: &AuditRecord) -> Option<DomainId> {
    let of_project = |id| live.project(id).map(|project| project.domain);
    let of_holder = || match record.holder? {
        Holder::User(id) => live.user(id).map(|user| user.domain),
        Holder::App(id) => live.app(id).and_then(|app| of_project(app.project)),
    };
    record
        .project
        .and_then(of_project)
        .or(record.domain)
        .or_else(of_holder)
}

#[cfg(test)]
mod tests;
