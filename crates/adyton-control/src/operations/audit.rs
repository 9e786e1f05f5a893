//! The audit trail: who reads which records.
//!
//! A project's are those of proven callers that concern it. Who may read the domain's (its administrators and auditors) reads those of
//! all its projects, of its users and keys, and what nobody was proven to have sent. Whoever a call named reads
//! its record too. Everybody else finds none.

use adyton_core::audit::{AuditRecord, AuditShelf};
use adyton_core::id::{DomainId, ProjectId, RequestId};
use adyton_identity::{Action, Caller};
use adyton_store::repository::{AuditFilter, AuditPart, AuditScope, KeptAudit};

use crate::actor::{Actor, permitted};
use crate::failure::{Failure, OperationResult, Thing};
use crate::shared::Shared;

/// A page: up to `most` records, and where the next one begins, if there is one.
pub(crate) async fn list(
    shared: &Shared,
    scope: AuditScope,
    filter: &AuditFilter,
    part: AuditPart,
    most: u64,
) -> OperationResult<(Vec<KeptAudit>, Option<i64>)> {
    settled(shared).await;
    let mut found = shared.store.audit().list(scope, filter, part, most + 1).await?;
    let is_more = found.len() as u64 > most;
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| is_more).map(|kept| kept.number);
    Ok((found, next))
}

/// The record of a request, for a reader in this project.
pub(crate) async fn show(
    shared: &Shared,
    actor: &Actor,
    project: ProjectId,
    id: RequestId,
) -> OperationResult<KeptAudit> {
    let domain = domain_of_reader(actor, project);
    find(shared, id, |record| is_visible(record, project, domain)).await
}

/// The same for whoever the call named. All that a record holds is of the call itself: what was sent, what it was compared with, and
/// what it changed.
pub(crate) async fn own(shared: &Shared, caller: &Caller, id: RequestId) -> OperationResult<KeptAudit> {
    let holder = caller.holder();
    find(shared, id, |record| record.names(holder)).await
}

async fn find(
    shared: &Shared,
    id: RequestId,
    is_theirs: impl Fn(&AuditRecord) -> bool,
) -> OperationResult<KeptAudit> {
    settled(shared).await;
    let found = shared.store.audit().find(id).await?;
    found
        .filter(|kept| is_theirs(&kept.record))
        .ok_or_else(|| Failure::missing(Thing::Request, id))
}

async fn settled(shared: &Shared) {
    shared.audit.settled(shared.clock.monotonic()).await;
}

/// The domain of the project, if the caller may read all of its records.
fn domain_of_reader(actor: &Actor, project: ProjectId) -> Option<DomainId> {
    let domain = actor.live.project(project)?.domain;
    let is_own = actor.caller.user().is_some_and(|user| user.domain == domain);
    let may = permitted(&actor.live, &actor.caller, Action::DomainAuditGet, None).is_ok();
    (is_own && may).then_some(domain)
}

fn is_visible(record: &AuditRecord, project: ProjectId, domain: Option<DomainId>) -> bool {
    let is_of_project = record.project == Some(project) && record.shelf() != AuditShelf::Strangers;
    let is_of_domain = domain.is_some() && (record.domain.is_none() || record.domain == domain);
    is_of_project || is_of_domain
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;
    use adyton_core::tenant::{Role, Scope};

    use super::*;
    use crate::sample::actor;

    const HERE: Scope = Scope::Project(sample::PROJECT);
    const ALL: Scope = Scope::Domain(sample::DOMAIN);

    #[test]
    fn the_records_of_a_domain_are_for_those_who_administer_or_audit_all_of_it() {
        for (role, scope, reads) in [
            (Role::Administrator, ALL, true),
            (Role::Auditor, ALL, true),
            (Role::Operator, ALL, false),
            (Role::Administrator, HERE, false),
            (Role::Auditor, HERE, false),
        ] {
            let actor = actor(role, scope, Some(sample::PROJECT));
            let found = domain_of_reader(&actor, sample::PROJECT).is_some();
            assert_eq!(found, reads, "{role:?} in {scope:?}");
        }
        let administrator = actor(Role::Administrator, ALL, None);
        assert_eq!(domain_of_reader(&administrator, ProjectId::from_bits(99)), None);
    }

    #[test]
    fn a_project_reads_what_proven_callers_did_there_and_a_domain_all_of_its_own() {
        let here = sample::audit_record();
        let elsewhere = AuditRecord {
            project: Some(ProjectId::from_bits(99)),
            ..sample::audit_record()
        };
        let foreign = AuditRecord {
            domain: Some(DomainId::from_bits(98)),
            project: None,
            ..sample::audit_record()
        };
        let claimed = AuditRecord {
            is_proven: false,
            ..sample::audit_record()
        };
        let nobodys = AuditRecord {
            is_proven: false,
            domain: None,
            project: None,
            ..sample::audit_record()
        };
        for (record, in_project, in_domain) in [
            (here, true, true),
            (elsewhere, false, true),
            (foreign, false, false),
            (claimed, false, true),
            (nobodys, false, true),
        ] {
            assert_eq!(
                is_visible(&record, sample::PROJECT, None),
                in_project,
                "{record:?}"
            );
            let domain = Some(sample::DOMAIN);
            assert_eq!(
                is_visible(&record, sample::PROJECT, domain),
                in_domain,
                "{record:?}"
            );
        }
    }
}
