//! Take an uploaded archive in.

use adyton_core::language::both;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adyton_core::digest::Sha256;
use adyton_core::id::ProjectId;
use adyton_runtime::package::{ImportError, Published, Source, Staged};

use super::sweep::sweep;
use super::{mark, space, unmark};
use crate::failure::{Failure, OperationResult};
use crate::shared::Shared;
use crate::upload_share::Kept;

/// Unpacks the archive at `file` and notes that the project may use it. Gives the package's digest.
pub(crate) async fn take(shared: &Arc<Shared>, project: ProjectId, file: PathBuf) -> OperationResult<Sha256> {
    let place = shared.imports.wait(project).await?;
    let inner = shared.clone();
    let unpack = move || {
        let needed = std::fs::metadata(&file).map_or(0, |about| about.len());
        let staged = inner.packages.stage(Source::Archive(&file));
        let sealed = staged.and_then(Staged::seal);
        let sealed = sealed.map_err(|error| refused(&inner, error, needed))?;
        Ok::<_, Failure>((sealed, needed))
    };
    let (sealed, needed) = place.run(unpack).await??;
    let _hold = shared.package_locks.hold(sealed.published().digest).await;
    let inner = shared.clone();
    let publish = move || {
        let published = sealed.publish().map_err(|error| refused(&inner, error, needed))?;
        let is_known = mark(&inner, project, published.digest).is_file();
        note(&inner, project, published)
            .map_err(|problem| not_written(&inner.settings().uploads, &problem, needed))?;
        Ok::<_, Failure>((published, is_known))
    };
    let (published, is_known) = place.run(publish).await??;
    admit(shared, project, published, is_known).await
}

/// Lets an upload stay if the project has room for what a model of it would take; what was uploaded before stays either way.
async fn admit(
    shared: &Shared,
    project: ProjectId,
    published: Published,
    is_known: bool,
) -> OperationResult<Sha256> {
    let Published { digest, size, .. } = published;
    match shared.store.quotas().has_room_for(project, &digest, size).await {
        Ok(()) => Ok(digest),
        Err(full) => {
            if !is_known {
                unmark(mark(shared, project, digest)).await;
                sweep(shared, digest).await;
            }
            Err(full.into())
        }
    }
}

/// A file of an upload could not be written. A full disk is told as that, with what is needed and what is there; one that can only
/// be read or that fails is told too: neither is a defect of ours.
pub(crate) fn not_written(folder: &Path, problem: &std::io::Error, needed: u64) -> Failure {
    match problem.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            let free = space(folder).map_or(0, |(free, _)| free);
            Failure::NoSpace(both!(
                "no space is left on the disk of the data folder: the upload has at least {needed} bytes and needs as many again \
                 to be unpacked, and {free} bytes are free; free some space, or delete unused models",
                "数据目录所在磁盘空间不足：上传至少有 {needed} 字节，解包还需要同样多的空间，目前可用 {free} 字节；请释放空间，或删除不用的模型"
            ))
        }
        ErrorKind::ReadOnlyFilesystem => Failure::Storage(both!(
            "the disk of the data folder is read-only; nothing was changed",
            "数据目录所在磁盘为只读；未作任何更改"
        )),
        _ if problem.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => Failure::Storage(both!(
            "the disk of the data folder fails; nothing was changed",
            "数据目录所在磁盘出错；未作任何更改"
        )),
        _ => Failure::defect(problem),
    }
}

fn refused(shared: &Shared, error: ImportError, needed: u64) -> Failure {
    match error {
        ImportError::Storage(problem) => not_written(&shared.settings().uploads, &problem, needed),
        ImportError::Field { .. } => Failure::BadConfig(error.told()),
        ImportError::Package { .. } | ImportError::Model(_) => Failure::BadPackage(error.told()),
    }
}

/// The note holds the package's size, so that nobody has to measure it again.
fn note(shared: &Shared, project: ProjectId, published: Published) -> std::io::Result<()> {
    let folder = shared.settings().uploads.join(project.to_string());
    std::fs::create_dir_all(&folder)?;
    let mut note = std::fs::File::create(folder.join(published.digest.to_string()))?;
    note.write_all(published.size.to_string().as_bytes())?;
    note.sync_all()
}

/// Whether the project may import this package: it uploaded it, or has a model that was imported from it.
pub(crate) fn is_of(shared: &Shared, project: ProjectId, digest: Sha256) -> bool {
    mark(shared, project, digest).is_file() || has_model(shared, project, digest)
}

fn has_model(shared: &Shared, project: ProjectId, digest: Sha256) -> bool {
    let live = shared.live();
    live.models()
        .any(|model| model.project == project && model.package == Some(digest))
}

/// A model was imported from the project's upload: it keeps the package from now on, and the upload is none any more.
pub(crate) async fn imported(shared: &Shared, project: ProjectId, digest: Sha256) {
    unmark(mark(shared, project, digest)).await;
}

/// Counts a project's uploads. Reads the disk: call it on a blocking thread.
pub(crate) fn kept(shared: &Shared, project: ProjectId) -> Kept {
    let notes = std::fs::read_dir(shared.settings().uploads.join(project.to_string()));
    let mut kept = Kept::default();
    for note in notes.into_iter().flatten().flatten() {
        kept.uploads += 1;
        // Notes of earlier versions are empty.
        let size = std::fs::read_to_string(note.path()).ok();
        kept.bytes += size.and_then(|size| size.parse::<u64>().ok()).unwrap_or(0);
    }
    kept
}

#[cfg(test)]
mod tests {
    use adyton_core::quota::{Limit, Quota};
    use adyton_core::tenant::Scope;

    use super::*;
    use crate::rig::Rig;

    #[tokio::test]
    async fn an_upload_that_no_model_could_be_made_of_leaves_nothing_behind() {
        let rig = Rig::new().await;
        let (shared, project) = (&rig.shared, rig.project());
        let full = [(Quota::PackageBytes, Some(Limit::AtMost(10)))];
        let set = shared.store.quotas().set(Scope::Project(project), &full).await;
        shared.settled(set.unwrap()).await.unwrap();
        let uploaded = |text: &[u8], size| {
            let digest = Sha256::of(text);
            std::fs::create_dir_all(shared.packages.path(digest)).unwrap();
            let published = Published { digest, size };
            note(shared, project, published).unwrap();
            published
        };
        let (large, small, old) = (
            uploaded(b"large", 11),
            uploaded(b"small", 10),
            uploaded(b"old", 11),
        );
        let refused = admit(shared, project, large, false).await.unwrap_err();
        assert!(
            matches!(
                refused,
                Failure::Quota {
                    quota: Quota::PackageBytes,
                    ..
                }
            ),
            "{refused}"
        );
        assert!(!shared.packages.path(large.digest).exists());
        assert!(!is_of(shared, project, large.digest));
        assert!(admit(shared, project, small, false).await.is_ok());
        assert!(admit(shared, project, old, true).await.is_err());
        assert!(is_of(shared, project, old.digest), "it was there before");
    }

    #[test]
    fn a_disk_that_takes_nothing_is_told_by_what_it_says() {
        let told = |errno: rustix::io::Errno| not_written(Path::new("/"), &std::io::Error::from(errno), 1234);
        for full in [rustix::io::Errno::NOSPC, rustix::io::Errno::DQUOT] {
            let Failure::NoSpace(text) = told(full) else {
                panic!("{full}: no space");
            };
            assert!(text.english.contains("at least 1234 bytes"), "{text}");
        }
        for (errno, word) in [
            (rustix::io::Errno::ROFS, "read-only"),
            (rustix::io::Errno::IO, "fails"),
        ] {
            assert!(
                matches!(told(errno), Failure::Storage(text) if text.english.contains(word)),
                "{errno}"
            );
        }
        assert!(matches!(told(rustix::io::Errno::ACCESS), Failure::Defect(_)));
    }
}
