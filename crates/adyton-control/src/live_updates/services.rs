//! What is news of services: how they are shown now, compared with how they were shown before.

use std::collections::HashMap;
use std::time::Duration;

use adyton_api::adyton::live::ServiceNews;
use adyton_core::id::{ProjectId, ServiceId};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::news::{News, NewsKind};
use crate::operations::service::status::{Seen, see};
use crate::shared::Shared;

/// How often services are looked at although nothing says that they have changed: an instance may have gone.
const LOOK: Duration = Duration::from_secs(2);

/// The services of the projects that somebody listens to, as they were shown last.
#[derive(Default)]
pub(super) struct KnownServices {
    known: HashMap<ServiceId, (ProjectId, ServiceNews)>,
    /// Of these projects.
    projects: Vec<ProjectId>,
    /// What the last look was at, the revision of the live state and the count of rollouts; and when it was.
    looked_at: Option<(u64, u64, Instant)>,
    rollouts: Option<watch::Receiver<u64>>,
}

impl KnownServices {
    /// What has changed since the last look. Of a project that was not looked at before, nothing has.
    pub(super) fn changes(&mut self, shared: &Shared, projects: &[ProjectId]) -> Vec<News> {
        let live = shared.live();
        let rollouts = self.rollouts.get_or_insert_with(|| shared.instances.rollouts());
        let (revision, rollout) = (live.revision(), *rollouts.borrow());
        let now = Instant::now();
        let is_new = |project: &ProjectId| !self.projects.contains(project);
        let is_due = self.looked_at.is_none_or(|(known, known_rollout, at)| {
            (known, known_rollout) != (revision, rollout) || now.duration_since(at) >= LOOK
        });
        if !is_due && !projects.iter().any(is_new) {
            return Vec::new();
        }
        self.looked_at = Some((revision, rollout, now));
        let mut changes = Vec::new();
        let mut gone = std::mem::take(&mut self.known);
        for service in live.services() {
            let project = service.service.project;
            if !projects.contains(&project) {
                continue;
            }
            let shown = shown(&see(shared, service.service.clone()));
            let id = service.service.id;
            let before = gone.remove(&id);
            let is_known = self.projects.contains(&project);
            if is_known && before.is_none_or(|(_, before)| before != shown) {
                changes.push(News::new(Some(project), Some(id), NewsKind::Service, &shown));
            }
            self.known.insert(id, (project, shown));
        }
        for (id, (project, mut shown)) in gone {
            if projects.contains(&project) {
                shown.status = "deleted".to_owned();
                shown.ready_instances = 0;
                changes.push(News::new(Some(project), Some(id), NewsKind::Service, &shown));
            }
        }
        self.projects = projects.to_vec();
        changes
    }
}

fn shown(seen: &Seen) -> ServiceNews {
    ServiceNews {
        service_id: seen.service.id.to_string(),
        service_name: seen.service.name.clone(),
        status: seen.status.name().to_owned(),
        generation: seen.service.generation,
        progress: seen.progress,
        ready_instances: seen.ready_instances(),
        error_msg: seen.error().to_owned(),
    }
}
