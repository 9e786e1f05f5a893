//! What became of a request, told to whoever sent it or proves the credential that it named: their share of the explanation.
//!
//! A request to a service that named nobody, since its credential was missing or damaged, is told to whoever may call the service and asks from
//! where it came from. What named nobody and matched nothing is an administrator's: senders behind one proxy share an address.

use std::net::IpAddr;
use std::sync::Arc;

use adyton_core::audit::AuditRecord;
use adyton_core::explain::{Explanation, Reader, explain_in, meant_service, missing_service};
use adyton_core::holder::Holder;
use adyton_core::id::{ProjectId, RequestId, ServiceId};
use adyton_core::journal::JournalReader;
use adyton_core::language::Language;
use adyton_core::live::{Live, LiveService};
use adyton_core::record::Record;
use adyton_core::tenant::Scope;
use adyton_identity::Caller;
use adyton_identity::policy::{may_call, roles};
use adyton_store::repository::AuditScope;

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::deleted_service;
use crate::shared::Shared;

/// The caller's share of the explanation. A request that is not theirs to read looks like none; `source` is where they ask from.
pub(crate) async fn explain(
    shared: &Shared,
    caller: &Caller,
    source: IpAddr,
    id: RequestId,
    language: Language,
) -> OperationResult<Explanation> {
    let question = OwnQuestion {
        journal: shared.journal.clone(),
        live: shared.live(),
        caller: caller.clone(),
        source,
        id,
        language,
    };
    let live = Arc::clone(&question.live);
    let slot = slot_of(caller.holder());
    let answer = shared.own_explanations.run(slot, move || question.answer());
    let (missing, mut explanation) = answer.await??;
    if let Some(service) = missing
        && let Some(scope) = scope(caller)
    {
        let may_know = |record: &AuditRecord| {
            record
                .project
                .is_some_and(|project| is_member(&live, caller, project))
        };
        if let Some(deleted) = deleted_service::find(shared, scope, service, may_know).await? {
            explanation.tell_deleted(&deleted, language);
        }
    }
    Ok(explanation)
}

/// Where a deletion stands that the caller may know of.
fn scope(caller: &Caller) -> Option<AuditScope> {
    match (caller.user(), caller.app()) {
        (Some(user), _) => Some(AuditScope::Domain(user.domain)),
        (None, Some(app)) => Some(AuditScope::Project(app.project)),
        (None, None) => None,
    }
}

/// Whether the caller is of the project: an app of it, or a user with a role in it.
fn is_member(live: &Live, caller: &Caller, project: ProjectId) -> bool {
    match (caller.user(), caller.app()) {
        (Some(user), _) => !roles(live, user, Scope::Project(project)).is_empty(),
        (None, Some(app)) => app.project == project,
        (None, None) => false,
    }
}

/// Slots are by project; whoever reads their own stands for themselves, and takes none of a project.
fn slot_of(holder: Holder) -> ProjectId {
    ProjectId::from_bits(match holder {
        Holder::User(id) => id.bits(),
        Holder::App(id) => id.bits(),
    })
}

/// All that the answer is made of, to be taken to a thread.
struct OwnQuestion {
    journal: Arc<dyn JournalReader>,
    live: Arc<Live>,
    caller: Caller,
    source: IpAddr,
    id: RequestId,
    language: Language,
}

impl OwnQuestion {
    /// The explanation, and the service that it lacks.
    fn answer(self) -> OperationResult<(Option<ServiceId>, Explanation)> {
        let holder = self.caller.holder();
        let found = self.journal.find(self.id).map_err(Failure::defect)?;
        let record = found
            .filter(|record| record.names(holder, &self.live) || self.is_nameless_from_here(record))
            .ok_or_else(|| Failure::missing(Thing::Request, self.id))?;
        let service = self.shown(&record);
        let reader = Reader::Caller { holder, service };
        let explanation = explain_in(&record, &self.live, reader, None, self.language);
        Ok((missing_service(&record), explanation))
    }

    /// Whether the request named nobody, came from where this caller asks from, and called what they may call.
    fn is_nameless_from_here(&self, record: &Record) -> bool {
        let is_nameless = record.caller.is_none() && record.evidence.named(&self.live).is_none();
        let is_from_here = record.source.parse() == Ok(self.source);
        is_nameless && is_from_here && self.callable(record).is_some()
    }

    /// The service that was called, if they may call it; for a URL that names none, the one of theirs that it is most like.
    fn shown(&self, record: &Record) -> Option<ServiceId> {
        let may_call = |service: &LiveService| may_call(&self.live, &self.caller, &service.api).is_ok();
        self.callable(record)
            .or_else(|| meant_service(record, &self.live, may_call))
    }

    /// The service that was called, if they may call it.
    fn callable(&self, record: &Record) -> Option<ServiceId> {
        let id = record.service.or_else(|| record.evidence.service_in_path())?;
        let service = self.live.service(id)?;
        may_call(&self.live, &self.caller, &service.api)
            .is_ok()
            .then_some(id)
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::evidence::{Evidence, SignatureEvidence};
    use adyton_core::id::{AppId, UserId};
    use adyton_core::journal::{Filter, JournalError, Page};
    use adyton_core::record::CallerSeen;
    use adyton_core::sample;
    use adyton_core::tenant::Role;

    use super::*;
    use crate::sample::{by_token, with_role};

    /// A journal that keeps this record alone.
    struct Keeps(Record);

    impl JournalReader for Keeps {
        fn find(&self, id: RequestId) -> Result<Option<Record>, JournalError> {
            Ok((self.0.id == id).then(|| self.0.clone()))
        }
        fn search(&self, _: &Filter, _: Option<RequestId>, _: usize) -> Result<Page, JournalError> {
            panic!("one record is asked for")
        }
    }

    /// What the sample user, with this role in its project, is told of this record.
    fn asked(role: Role, record: Record) -> OperationResult<Explanation> {
        let here = Scope::Project(sample::PROJECT);
        let live = with_role(role, here);
        let id = record.id;
        let question = OwnQuestion {
            caller: by_token(&live, here),
            live: Arc::new(live),
            journal: Arc::new(Keeps(record)),
            source: "10.0.0.7".parse().expect("an address"),
            id,
            language: Language::English,
        };
        question.answer().map(|(_, explanation)| explanation)
    }

    /// A record whose request was proven to be this user's.
    fn sent_by(user: UserId) -> Record {
        Record {
            caller: Some(CallerSeen {
                way: "token".into(),
                id: user.to_string(),
                name: "somebody".into(),
            }),
            ..sample::record()
        }
    }

    #[test]
    fn who_sent_a_request_or_was_named_by_it_is_told_and_nobody_else() {
        let own = asked(Role::Caller, sent_by(sample::USER)).expect("their own");
        assert_eq!(own.request_id, sample::record().id);
        let named = SignatureEvidence {
            key: sample::ACCESS_KEY.to_owned(),
            ..SignatureEvidence::default()
        };
        let claimed = Record {
            evidence: Evidence::Signature(Box::new(named)),
            ..sample::record()
        };
        assert!(asked(Role::Caller, claimed).is_ok(), "their key was named");
        for other in [sent_by(UserId::from_bits(99)), sample::record()] {
            let id = other.id;
            let refused = asked(Role::Administrator, other);
            assert!(
                matches!(&refused, Err(Failure::Missing { id: missing, .. }) if *missing == id.to_string()),
                "whatever their role is, it looks like none: {refused:?}"
            );
        }
    }

    #[test]
    fn what_named_nobody_is_told_where_it_came_from_to_whoever_may_call_it() {
        let from = |source: &str, project| Record {
            caller: None,
            source: source.into(),
            service: Some(sample::SERVICE),
            project,
            evidence: Evidence::of_request(adyton_core::fact::Fact::NoCredentials),
            ..sample::record()
        };
        let here = || from("10.0.0.7", Some(sample::PROJECT));
        assert!(asked(Role::Caller, here()).is_ok(), "their own, most likely");
        assert!(asked(Role::Auditor, here()).is_err(), "they may not call it");
        assert!(asked(Role::Caller, from("10.0.0.8", Some(sample::PROJECT))).is_err());
        let unmatched = Record {
            service: None,
            ..from("10.0.0.7", None)
        };
        assert!(
            asked(Role::Caller, unmatched).is_err(),
            "it may be another tenant's behind the same proxy"
        );
        let other = Record {
            caller: sent_by(UserId::from_bits(99)).caller,
            ..here()
        };
        assert!(asked(Role::Caller, other).is_err(), "it named somebody else");
    }

    #[test]
    fn the_service_is_shown_to_whoever_may_call_it() {
        let wrong_path = || {
            let evidence = Evidence::Route {
                service: Some(sample::SERVICE),
                path: "/nowhere".into(),
                method: "POST".into(),
                stage: "RELEASE".into(),
                is_stage_repeated: false,
                holder: Some(Holder::User(sample::USER)),
            };
            Record {
                service: None,
                reason: Some(adyton_core::catalogue::Reason::RouteUndeclaredPath),
                evidence,
                ..sample::record()
            }
        };
        let shown = |role| asked(role, wrong_path()).expect("their own").nearest;
        assert!(
            !shown(Role::Caller).is_empty(),
            "its routes are what was expected"
        );
        assert!(
            shown(Role::Auditor).is_empty(),
            "nothing of a service that they may not call"
        );
    }

    #[test]
    fn a_wrong_url_is_told_the_service_that_it_is_like_to_whoever_may_call_it() {
        let named = |name: String| Record {
            caller: sent_by(sample::USER).caller,
            service: None,
            project: None,
            reason: Some(adyton_core::catalogue::Reason::RouteMalformedServiceId),
            step: adyton_core::record::Step::Route,
            path: format!("/v1/infers/{name}"),
            evidence: Evidence::None,
            ..sample::record()
        };
        let fixes = |role, name: &str| {
            let told = asked(role, named(name.to_owned())).expect("their own");
            told.fix.join(" ")
        };
        let name = sample::service().name;
        let address = format!("/v1/infers/{}", sample::SERVICE);
        assert!(
            fixes(Role::Caller, &name).contains(&address),
            "{}",
            fixes(Role::Caller, &name)
        );
        assert!(
            !fixes(Role::Auditor, &name).contains(&address),
            "they may not call it"
        );
        assert!(!fixes(Role::Caller, "something-else").contains(&address));
    }

    #[test]
    fn users_and_apps_hold_slots_of_their_own() {
        let (user, app) = (UserId::from_bits(1), AppId::from_bits(2));
        assert_ne!(slot_of(Holder::User(user)), slot_of(Holder::App(app)));
        assert_eq!(slot_of(Holder::User(user)), slot_of(Holder::User(user)));
        assert_ne!(
            slot_of(Holder::User(user)),
            slot_of(Holder::User(UserId::from_bits(3)))
        );
        assert_ne!(slot_of(Holder::User(user)), sample::PROJECT);
    }
}
