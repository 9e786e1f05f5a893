//! Whether a service that a request named was deleted: the audit trail remembers it, as long as its records are kept.

use adyton_core::audit::AuditRecord;
use adyton_core::explain::DeletedService;
use adyton_core::id::{ProjectId, ServiceId};
use adyton_core::live::Live;
use adyton_store::repository::{AuditFilter, AuditPart, AuditScope};

use crate::failure::OperationResult;
use crate::operations::audit;
use crate::shared::Shared;

/// The operation that deletes services, as the table of addresses names it.
const OPERATION: &str = "services_delete";
/// So many deletions are looked through.
const LOOKED_AT: u64 = 1_000;

/// The service, if it is among the newest that were deleted there, and the reader may know of it.
pub(crate) async fn find(
    shared: &Shared,
    scope: AuditScope,
    service: ServiceId,
    may_know: impl Fn(&AuditRecord) -> bool,
) -> OperationResult<Option<DeletedService>> {
    let filter = AuditFilter {
        operation: Some(OPERATION.to_owned()),
        refused: Some(false),
        ..AuditFilter::default()
    };
    let (found, _) = audit::list(shared, scope, &filter, AuditPart::Newest, LOOKED_AT).await?;
    let mut records = found.into_iter().map(|kept| kept.record);
    let live = shared.live();
    Ok(records.find_map(|record| {
        let deleted = told(&record, service).filter(|_| may_know(&record))?;
        let namesake = record
            .project
            .and_then(|project| named(&live, project, &deleted.name));
        Some(DeletedService {
            now: namesake,
            ..deleted
        })
    }))
}

/// The service of that name that the project has now.
fn named(live: &Live, project: ProjectId, name: &str) -> Option<ServiceId> {
    let mut services = live.services().map(|live| &live.service);
    let found = services.find(|service| service.project == project && service.name == name)?;
    Some(found.id)
}

/// The service, if this deletion took it. One call can delete several.
fn told(record: &AuditRecord, service: ServiceId) -> Option<DeletedService> {
    let thing = record.thing.as_ref()?;
    let id = service.to_string();
    let (_, name) = thing.each().find(|(one, _)| *one == id)?;
    Some(DeletedService {
        id: service,
        name: if name.is_empty() { id } else { name.to_owned() },
        at: record.at,
        now: None,
    })
}

#[cfg(test)]
mod tests {
    use adyton_core::audit::{AuditedKind, AuditedThing};
    use adyton_core::sample;

    use super::*;

    #[test]
    fn each_of_several_that_one_call_deleted_is_found_with_its_name() {
        let [one, two, other] = [1, 2, 3].map(ServiceId::from_bits);
        let record = AuditRecord {
            thing: Some(AuditedThing {
                kind: AuditedKind::Service,
                id: format!("{one}, {two}"),
                name: "wine, iris".to_owned(),
            }),
            ..sample::audit_record()
        };
        let name = |service| told(&record, service).map(|deleted| deleted.name);
        assert_eq!(name(one).as_deref(), Some("wine"));
        assert_eq!(name(two).as_deref(), Some("iris"));
        assert_eq!(name(other), None);
        let nameless = AuditRecord {
            thing: record.thing.clone().map(|thing| AuditedThing {
                name: String::new(),
                ..thing
            }),
            ..record
        };
        let told = told(&nameless, two).expect("by its id");
        assert_eq!(told.name, two.to_string());
    }
}
