//! The journal: what was asked of the project's services, and why an answer was what it was.

use std::sync::Arc;

use adyton_core::evidence::Evidence;
use adyton_core::explain::{Explanation, Reader, explain_in as explained, missing_service};
use adyton_core::id::{ProjectId, RequestId};
use adyton_core::journal::{Filter, JournalReader, Page};
use adyton_core::language::Language;
use adyton_core::live::Live;
use adyton_core::record::Record;
use adyton_core::tenant::{Role, Scope};
use adyton_identity::policy::roles;
use adyton_store::repository::AuditScope;

use crate::actor::Actor;
use crate::failure::{Failure, OperationResult, Thing};
use crate::operations::deleted_service;
use crate::shared::Shared;

/// Whether the caller also sees what matched no project: administrators of the project's domain do.
pub(crate) fn sees_unmatched(actor: &Actor, project: ProjectId) -> bool {
    let domain = actor.live.project(project).map(|project| project.domain);
    match (actor.caller.user(), domain) {
        (Some(user), Some(domain)) => {
            user.domain == domain
                && roles(&actor.live, user, Scope::Domain(domain)).contains(&Role::Administrator)
        }
        _ => false,
    }
}

/// Up to `most` records that `filter` admits, newest first. The project is always that of the call.
pub(crate) async fn search(
    shared: &Shared,
    actor: &Actor,
    project: ProjectId,
    mut filter: Filter,
    before: Option<RequestId>,
    most: usize,
) -> OperationResult<Page> {
    filter.project = Some(project);
    filter.with_unmatched = sees_unmatched(actor, project);
    let journal = shared.journal.clone();
    shared
        .searches
        .run(project, move || journal.search(&filter, before, most))
        .await?
        .map_err(Failure::defect)
}

/// The record and its explanation. Other projects' requests look like none; one whose record was left out is told of to
/// whoever could have read it.
pub(crate) async fn explain(
    shared: &Shared,
    actor: &Actor,
    project: ProjectId,
    id: RequestId,
    control_url: &str,
    language: Language,
) -> OperationResult<(Record, Explanation)> {
    let with_unmatched = sees_unmatched(actor, project);
    let scope = match actor.live.project(project) {
        Some(own) if with_unmatched => AuditScope::Domain(own.domain),
        _ => AuditScope::Project(project),
    };
    let question = Question {
        journal: shared.journal.clone(),
        visible: Filter {
            project: Some(project),
            with_unmatched,
            ..Filter::default()
        },
        // The state of now, not of when the call came in: it may just have been changed.
        live: shared.live(),
        project,
        id,
        control_url: control_url.to_owned(),
        language,
    };
    let answer = shared.explanations.run(project, move || question.answer());
    let (record, mut explanation) = answer.await??;
    if let Some(service) = missing_service(&record)
        && let Some(deleted) = deleted_service::find(shared, scope, service, |_| true).await?
    {
        explanation.tell_deleted(&deleted, language);
    }
    Ok((record, explanation))
}

/// All that an explanation is made of, to be taken to a thread.
struct Question {
    journal: Arc<dyn JournalReader>,
    visible: Filter,
    live: Arc<Live>,
    project: ProjectId,
    id: RequestId,
    control_url: String,
    language: Language,
}

impl Question {
    fn answer(self) -> OperationResult<(Record, Explanation)> {
        let found = self.journal.find(self.id).map_err(Failure::defect)?;
        let Some(record) = found.filter(|record| self.visible.admits(record)) else {
            return Err(self.missing()?);
        };
        let reader = match (record.project, self.live.project(self.project)) {
            // What matched nothing is an administrator's, and the nearest route may be in any project of the domain.
            (None, Some(own)) => Reader::Administrator(own.domain),
            _ => Reader::Project(self.project),
        };
        let explanation = explained(
            &record,
            &self.live,
            reader,
            Some(&self.control_url),
            self.language,
        );
        Ok((record, explanation))
    }

    /// Why there is no record.
    fn missing(&self) -> OperationResult<Failure> {
        let summary = self.journal.left_out(self.id).map_err(Failure::defect)?;
        Ok(match summary.filter(|summary| self.visible.admits(summary)) {
            Some(Record {
                id: first,
                evidence:
                    Evidence::LeftOut {
                        source,
                        count,
                        limit,
                        setting,
                        ..
                    },
                ..
            }) => Failure::LeftOut {
                id: self.id,
                first,
                source_shown: source,
                count,
                limit,
                setting,
            },
            Some(_) | None => Failure::missing(Thing::Request, self.id),
        })
    }
}

#[cfg(test)]
mod tests {
    use adyton_core::sample;

    use super::*;
    use crate::sample::actor;

    #[test]
    fn what_matched_no_project_is_for_administrators_of_the_domain_alone() {
        let (all, here) = (Scope::Domain(sample::DOMAIN), Scope::Project(sample::PROJECT));
        for (role, scope, sees) in [
            (Role::Administrator, all, true),
            (Role::Administrator, here, false),
            (Role::Operator, all, false),
            (Role::Auditor, all, false),
        ] {
            let actor = actor(role, scope, Some(sample::PROJECT));
            let found = sees_unmatched(&actor, sample::PROJECT);
            assert_eq!(found, sees, "{role:?} in {scope:?}");
        }
        let administrator = actor(Role::Administrator, all, None);
        let unknown = ProjectId::from_bits(99);
        assert!(!sees_unmatched(&administrator, unknown));
    }
}
