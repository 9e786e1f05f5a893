//! Remove packages that nobody uses, in the background: no import of the package may be between the disk and the store meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use adyton_core::clock::Timestamp;
use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;

use super::{mark, unmark};
use crate::blocking::blocking;
use crate::failure::Failure;
use crate::shared::Shared;

/// An upload that no model uses after this long is given up.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How often such uploads are looked for.
const EVERY: Duration = Duration::from_secs(3600);

/// Removes what uploads left behind when the server was killed. Call it before the first request.
pub(crate) fn leftovers(shared: &Shared) {
    for entry in fs::read_dir(&shared.settings().uploads)
        .into_iter()
        .flatten()
        .flatten()
    {
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            // What cannot be removed now is tried again at the next start.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Gives up old uploads, for as long as it is polled.
pub(crate) async fn regularly(shared: Arc<Shared>) {
    let mut turn = tokio::time::interval(EVERY);
    loop {
        turn.tick().await;
        let inner = shared.clone();
        let old = blocking(move || old_uploads(&inner)).await;
        for (mark, digest) in old.unwrap_or_default() {
            let _alone = shared.package_locks.alone(digest).await;
            if matches!(shared.store.models().uses_package(&digest).await, Ok(false)) {
                unmark(mark).await;
                sweep(&shared, digest).await;
            }
        }
    }
}

fn old_uploads(shared: &Shared) -> Vec<(PathBuf, Sha256)> {
    // A clock that has just jumped says nothing about age.
    let Some(now) = shared.clock.settled_now(EVERY / 2) else {
        return Vec::new();
    };
    let before = now.before(KEPT);
    let projects = fs::read_dir(&shared.settings().uploads)
        .into_iter()
        .flatten()
        .flatten();
    let marks = projects.flat_map(|project| fs::read_dir(project.path()).into_iter().flatten().flatten());
    marks
        .filter(|mark| {
            let written = mark.metadata().and_then(|meta| meta.modified()).ok();
            let since = written.and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
            since.is_some_and(|since| Timestamp::from_micros(0).after(since) < before)
        })
        .filter_map(|mark| Some((mark.path(), mark.file_name().to_str()?.parse().ok()?)))
        .collect()
}

/// Looks after a model was deleted whether its package can go, once no import of it is running.
pub(crate) fn later(shared: &Arc<Shared>, project: ProjectId, digest: Sha256) {
    let inner = shared.clone();
    shared.tasks.spawn(async move {
        let _alone = inner.package_locks.alone(digest).await;
        forget(&inner, project, digest).await;
    });
}

/// The last model of a project with this package is gone: so is the project's upload, and the package if it was the last.
async fn forget(shared: &Shared, project: ProjectId, digest: Sha256) {
    match shared.store.models().uses_package(&digest).await {
        Ok(false) => {}
        // Another model needs it; its own deletion comes back here.
        Ok(true) => return,
        Err(error) => {
            tracing::warn!(package = %digest, "cannot tell whether the package is still used: {error}");
            return;
        }
    }
    // No upload of this project's is no error: the model may have come from `file://`.
    unmark(mark(shared, project, digest)).await;
    sweep(shared, digest).await;
}

/// The same as [`sweep`], once nobody holds the package.
pub(crate) async fn alone(shared: &Shared, digest: Sha256) {
    let _alone = shared.package_locks.alone(digest).await;
    sweep(shared, digest).await;
}

/// Removes the package if no model uses it and no project has uploaded it.
pub(crate) async fn sweep(shared: &Shared, digest: Sha256) {
    if shared.store.models().uses_package(&digest).await.unwrap_or(true) {
        return;
    }
    let (packages, settings) = (shared.packages.clone(), shared.settings());
    let removing = blocking(move || match uploaded_by_any(&settings.uploads, digest) {
        true => Ok(()),
        false => packages.remove(digest),
    });
    if let Err(error) = removing
        .await
        .and_then(|removed| removed.map_err(Failure::defect))
    {
        tracing::warn!(package = %digest, "the package could not be removed: {error}");
    }
}

fn uploaded_by_any(uploads: &Path, digest: Sha256) -> bool {
    let Ok(projects) = fs::read_dir(uploads) else {
        return false;
    };
    let name = digest.to_string();
    projects
        .flatten()
        .any(|project| project.path().join(&name).is_file())
}

#[cfg(test)]
mod tests {
    use std::fs::{File, FileTimes};
    use std::time::{SystemTime, UNIX_EPOCH};

    use super::*;
    use crate::rig::Rig;

    /// A package on the disk, uploaded by a project that long ago.
    fn uploaded(rig: &Rig, project: ProjectId, digest: Sha256, age: Duration) -> PathBuf {
        fs::create_dir_all(rig.shared.packages.path(digest)).unwrap();
        let mark = mark(&rig.shared, project, digest);
        fs::create_dir_all(mark.parent().unwrap()).unwrap();
        let file = File::create(&mark).unwrap();
        let now = Duration::from_micros(rig.clock.now().micros().unsigned_abs());
        let written: SystemTime = UNIX_EPOCH + (now - age);
        file.set_times(FileTimes::new().set_modified(written)).unwrap();
        mark
    }

    #[tokio::test]
    async fn an_upload_is_old_after_a_week_by_a_clock_that_can_be_believed() {
        let rig = Rig::new().await;
        let hour = Duration::from_secs(3600);
        let (old, new) = (Sha256::of(b"old"), Sha256::of(b"new"));
        uploaded(&rig, rig.project(), old, KEPT + hour);
        uploaded(&rig, rig.project(), new, KEPT - 3 * hour);
        assert!(old_uploads(&rig.shared).is_empty(), "the clock has just been set");
        rig.clock.advance(hour);
        let found: Vec<Sha256> = old_uploads(&rig.shared)
            .into_iter()
            .map(|(_, digest)| digest)
            .collect();
        assert_eq!(found, [old]);
    }

    #[tokio::test]
    async fn a_package_stays_as_long_as_a_model_or_an_upload_needs_it() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let other = rig.other_project().await;
        let digest = Sha256::of(b"shared");
        let is_there = || shared.packages.path(digest).is_dir();
        let own = uploaded(&rig, project, digest, KEPT);
        let theirs = uploaded(&rig, other, digest, KEPT);
        let model = rig.model(project, "iris", "0.0.1", digest).await;

        forget(shared, project, digest).await;
        assert!(is_there() && own.is_file(), "a model needs it");
        let gone = shared.store.models().delete(project, model).await.unwrap();
        shared.settled(gone.unwrap()).await.unwrap();
        forget(shared, project, digest).await;
        assert!(
            is_there() && !own.is_file() && theirs.is_file(),
            "another project uploaded it"
        );
        forget(shared, other, digest).await;
        assert!(!is_there() && !theirs.is_file());
    }

    #[tokio::test]
    async fn what_a_killed_server_left_of_uploads_goes_and_marks_stay() {
        let rig = Rig::new().await;
        let mark = uploaded(&rig, rig.project(), Sha256::of(b"a"), KEPT);
        let torn = rig.shared.settings().uploads.join("half-an-upload");
        File::create(&torn).unwrap();
        leftovers(&rig.shared);
        assert!(!torn.exists() && mark.is_file());
    }
}
