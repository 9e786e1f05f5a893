//! How much room uploads may take on the disk, decided before and while they are written.
//!
//! A project keeps a bounded number of uploads, and of bytes, that no model was imported from; what is on its way counts too.
//! Callers whom only the last byte proves are strangers until then: they have one upload at a time for each user that they claim
//! to be, a few in all, each of them small and short.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use adyton_core::id::{ProjectId, UserId};
use parking_lot::Mutex;

use super::upload;
use crate::failure::{Failure, Outcome};
use crate::plane::Plane;

/// Uploads at once, of all users together, of callers who are not proven yet.
const UNPROVEN_AT_ONCE: usize = 8;

/// How a caller is proven by the head.
pub(crate) const PROVE: &str = "declare the body's SHA-256 in `X-Sdk-Content-Sha256` and sign that header, or use a token: then \
                                the head proves who uploads";

/// What is on its way.
#[derive(Clone, Default)]
pub(crate) struct Uploads(Arc<Mutex<Under>>);

#[derive(Default)]
struct Under {
    /// Uploads of each project, and their bytes so far.
    projects: HashMap<ProjectId, (usize, u64)>,
    /// Users in whose name an upload comes that is not proven.
    unproven: HashSet<UserId>,
}

/// What an upload may take. Gives its share back when it is dropped.
pub(crate) struct Room {
    uploads: Uploads,
    holder: Holder,
    /// Bytes counted so far.
    taken: u64,
    /// What the project keeps already, and may keep.
    kept: u64,
    most: u64,
}

/// Whose share it is.
#[derive(Clone, Copy)]
enum Holder {
    /// A project's, whose member is proven.
    Project(ProjectId),
    /// That of somebody who claims to be this user. It takes nothing of what a project may keep.
    Claimed(UserId),
}

impl Room {
    /// Room for one more upload of a project. `claimed` is the user that the caller claims to be, if that is all that is known.
    /// Reads the disk: call it on a blocking thread.
    pub(crate) fn take(plane: &Plane, project: ProjectId, claimed: Option<UserId>) -> Outcome<Self> {
        let settings = &plane.settings;
        let kept = upload::kept(plane, project);
        let holder = claimed.map_or(Holder::Project(project), Holder::Claimed);
        let mut under = plane.uploads.0.lock();
        let (coming, _) = under.projects.get(&project).copied().unwrap_or_default();
        if kept.uploads + coming >= settings.uploads_kept {
            return Err(Failure::UploadQuota(format!(
                "the project keeps {} uploads that no model was imported from, and {coming} are coming; at most {} are kept \
                 (`limits.uploads`). Import models from them, or wait: an upload that is not used is given up after 7 days",
                kept.uploads, settings.uploads_kept
            )));
        }
        match holder {
            Holder::Project(project) => under.projects.entry(project).or_default().0 += 1,
            Holder::Claimed(user) => {
                if under.unproven.len() >= UNPROVEN_AT_ONCE || !under.unproven.insert(user) {
                    return Err(Failure::UnprovenUpload(format!(
                        "another upload whose caller is not proven yet is under way; {PROVE}"
                    )));
                }
            }
        }
        Ok(Self {
            uploads: plane.uploads.clone(),
            holder,
            taken: 0,
            kept: kept.bytes,
            most: settings.uploads_kept_bytes,
        })
    }

    /// Counts bytes that have arrived.
    pub(crate) fn grow(&mut self, bytes: u64) -> Outcome<()> {
        let Holder::Project(project) = self.holder else {
            return Ok(());
        };
        let mut under = self.uploads.0.lock();
        let (_, coming) = under.projects.entry(project).or_default();
        *coming += bytes;
        self.taken += bytes;
        if self.kept.saturating_add(*coming) <= self.most {
            return Ok(());
        }
        Err(Failure::UploadQuota(format!(
            "the uploads of the project that no model was imported from have {} bytes, and {coming} are coming; at most {} are \
             kept (`limits.uploads_bytes`). Import models from them, or wait: an upload that is not used is given up after 7 days",
            self.kept, self.most
        )))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut under = self.uploads.0.lock();
        match self.holder {
            Holder::Claimed(user) => {
                under.unproven.remove(&user);
            }
            Holder::Project(project) => {
                let Some((uploads, bytes)) = under.projects.get_mut(&project) else {
                    return;
                };
                *uploads = uploads.saturating_sub(1);
                *bytes = bytes.saturating_sub(self.taken);
                if *uploads == 0 {
                    under.projects.remove(&project);
                }
            }
        }
    }
}
