//! The journal: what was asked of the project's services, and why an answer was what it was.

use std::sync::Arc;

use adyton_core::evidence::Evidence;
use adyton_core::explain::{Explanation, Reader, explain_in as explained, missing_service};
use adyton_core::holder::Holder;
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
        let seen = found.and_then(|record| Some((self.reader(&record)?, record)));
        let Some((reader, record)) = seen else {
            return Err(self.missing()?);
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

    /// As whom the asker may read the record, if they may.
    fn reader(&self, record: &Record) -> Option<Reader> {
        let domain = self.live.project(self.project).map(|own| own.domain);
        match record.project {
            Some(project) if project == self.project => Some(Reader::Project(project)),
            // An administrator of the domain need not know which of its projects it was.
            Some(project) if self.visible.with_unmatched => {
                let other = self.live.project(project).map(|other| other.domain);
                (other.is_some() && other == domain).then_some(Reader::Project(project))
            }
            Some(_) => None,
            // What matched nothing is an administrator's, and the nearest route may be in any project of the domain.
            None if self.visible.admits(record) => {
                Some(domain.map_or(Reader::Project(self.project), Reader::Administrator))
            }
            // A wrong address belongs to no project, but whoever sent it may: theirs can help them.
            None => self.is_of_member(record).then_some(Reader::Project(self.project)),
        }
    }

    /// Whether the request named somebody of the project: a user with a role in it, or an app of it.
    fn is_of_member(&self, record: &Record) -> bool {
        match record.evidence.named(&self.live) {
            Some(Holder::User(id)) => self.live.user(id).is_some_and(|user| {
                let here = Scope::Project(self.project);
                user.assignments.iter().any(|given| given.scope == here)
            }),
            Some(Holder::App(id)) => self.live.app(id).is_some_and(|app| app.project == self.project),
            None => false,
        }
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
