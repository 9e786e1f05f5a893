//! What became of a request, told to whoever sent it or proves the credential that it named: their share of the explanation.

use std::sync::Arc;

use adyton_core::audit::AuditRecord;
use adyton_core::evidence::Evidence;
use adyton_core::explain::{Explanation, Reader, explain as explained, missing_service};
use adyton_core::holder::Holder;
use adyton_core::id::{ProjectId, RequestId, ServiceId};
use adyton_core::journal::JournalReader;
use adyton_core::language::Language;
use adyton_core::live::Live;
use adyton_core::record::Record;
use adyton_core::tenant::Scope;
use adyton_identity::Caller;
use adyton_identity::policy::{may_call, roles};
use adyton_store::repository::AuditScope;

use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::deleted_service;
use crate::shared::Shared;

/// The caller's share of the explanation. A request that does not name them looks like none.
pub(crate) async fn explain(shared: &Shared, caller: &Caller, id: RequestId) -> OperationResult<Explanation> {
    let question = Question {
        journal: shared.journal.clone(),
        live: shared.feed.cell().load(),
        caller: caller.clone(),
        id,
    };
    let live = Arc::clone(&question.live);
    let place = place(caller.holder());
    let answer = shared.own_explanations.run(place, move || question.answer());
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
            explanation.tell_deleted(&deleted, Language::English);
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

/// Places are by project; whoever reads their own stands for themselves, and takes none of the place of a project.
fn place(holder: Holder) -> ProjectId {
    ProjectId::from_bits(match holder {
        Holder::User(id) => id.bits(),
        Holder::App(id) => id.bits(),
    })
}

/// All that the answer is made of, to be taken to a thread.
struct Question {
    journal: Arc<dyn JournalReader>,
    live: Arc<Live>,
    caller: Caller,
    id: RequestId,
}

impl Question {
    /// The explanation, and the service that it lacks.
    fn answer(self) -> OperationResult<(Option<ServiceId>, Explanation)> {
        let holder = self.caller.holder();
        let found = self.journal.find(self.id).map_err(Failure::defect)?;
        let record = found
            .filter(|record| record.names(holder, &self.live))
            .ok_or_else(|| Failure::missing(Thing::Request, self.id))?;
        let service = self.callable(&record);
        let explanation = explained(&record, &self.live, Reader::Caller { holder, service }, None);
        Ok((missing_service(&record), explanation))
    }

    /// The service that was called, if they may call it.
    fn callable(&self, record: &Record) -> Option<ServiceId> {
        let named = match &record.evidence {
            Evidence::Route { service, .. } => *service,
            _ => None,
        };
        let id = record.service.or(named)?;
        let service = self.live.service(id)?;
        may_call(&self.live, &self.caller, &service.api)
            .is_ok()
            .then_some(id)
    }
}
