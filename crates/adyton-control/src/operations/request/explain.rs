//! Explain one request of a project.

use adyton_core::explain::{Explanation, Reader, explain as explained};
use adyton_core::id::{ProjectId, RequestId};
use adyton_core::journal::Filter;
use adyton_core::record::Record;

use super::is_domain_administrator;
use crate::call::Call;
use crate::failure::{Failure, Outcome, Thing};
use crate::operations::model::import::blocking;

/// The record and its explanation. Other projects' requests look like none.
pub(crate) async fn explain(
    call: &Call,
    project: ProjectId,
    id: RequestId,
    control_url: &str,
) -> Outcome<(Record, Explanation)> {
    let journal = call.plane.journal.clone();
    let found = blocking(move || journal.find(id))
        .await?
        .map_err(Failure::defect)?;
    let visible = Filter {
        project: Some(project),
        with_unmatched: is_domain_administrator(call, project),
        ..Filter::default()
    };
    let record = found
        .filter(|record| visible.admits(record))
        .ok_or_else(|| Failure::missing(Thing::Request, id))?;
    // The state of now, not of when the call came in: it may just have been changed.
    let live = call.plane.feed.cell().load();
    let reader = match (record.project, live.project(project)) {
        // What matched nothing is an administrator's, and the nearest route may be in any project of the domain.
        (None, Some(own)) => Reader::Administrator(own.domain),
        _ => Reader::Project(project),
    };
    let explanation = explained(&record, &live, reader, Some(control_url));
    Ok((record, explanation))
}
