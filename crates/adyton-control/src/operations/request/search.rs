//! Search the journal of a project.

use adyton_core::id::{ProjectId, RequestId};
use adyton_core::journal::{Filter, Page};

use super::is_domain_administrator;
use crate::call::Call;
use crate::failure::{Failure, Outcome};

/// Up to `most` records that `filter` admits, newest first. The project is always that of the call.
pub(crate) async fn search(
    call: &Call,
    project: ProjectId,
    mut filter: Filter,
    before: Option<RequestId>,
    most: usize,
) -> Outcome<Page> {
    filter.project = Some(project);
    filter.with_unmatched = is_domain_administrator(call, project);
    let journal = call.plane.journal.clone();
    call.plane
        .searches
        .run(project, move || journal.search(&filter, before, most))
        .await?
        .map_err(Failure::defect)
}
