//! How much of the disk uploads may take, decided before and while they are written.
//!
//! A project keeps a bounded number of uploads, and of bytes, that no model was imported from; what is on its way counts too.
//! Callers whom only the last byte proves are strangers until then: they have one upload at a time for each user that they claim
//! to be, a few in all, each of them small and short.

use adyton_core::language::{Bilingual, Words, both};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use adyton_core::id::{ProjectId, UserId};
use parking_lot::Mutex;

use crate::failure::{Failure, OperationResult};

/// Uploads at once, of all users together, of callers who are not proven yet.
const UNPROVEN_AT_ONCE: usize = 8;

/// How a caller is proven by the head.
pub(crate) const PROVE: Words = (
    "declare the body's SHA-256 in `X-Sdk-Content-Sha256` and sign that header, or use a token: then the head proves who uploads",
    "请在 `X-Sdk-Content-Sha256` 中声明请求体的 SHA-256 并对该请求头签名，或使用令牌：这样请求头即可证明上传者身份",
);

/// Uploads that no model was imported from: how many a project keeps, or may keep.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kept {
    /// Their number.
    pub(crate) uploads: usize,
    /// Their bytes, unpacked.
    pub(crate) bytes: u64,
}

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
pub(crate) struct UploadShare {
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

impl UploadShare {
    /// The share of one more upload of a project that keeps so much and may keep so much. `claimed` is the user that the caller
    /// claims to be, if that is all that is known.
    pub(crate) fn take(
        uploads: &Uploads,
        project: ProjectId,
        claimed: Option<UserId>,
        kept: Kept,
        most: Kept,
    ) -> OperationResult<Self> {
        let holder = claimed.map_or(Holder::Project(project), Holder::Claimed);
        let mut under = uploads.0.lock();
        let (coming, _) = under.projects.get(&project).copied().unwrap_or_default();
        if kept.uploads + coming >= most.uploads {
            return Err(Failure::UploadQuota(both!(
                "the project has {} unused uploads and {coming} more in progress; at most {} are kept \
                 (`limits.uploads`). Import models from them, or wait: unused uploads are deleted after 7 days",
                "项目有 {} 个未使用的上传文件，另有 {coming} 个正在上传；最多保留 {} 个（`limits.uploads`）。请从中导入模型，或稍后再试：未使用的上传文件会在 7 天后删除",
                kept.uploads,
                most.uploads
            )));
        }
        match holder {
            Holder::Project(project) => under.projects.entry(project).or_default().0 += 1,
            Holder::Claimed(user) => {
                if under.unproven.len() >= UNPROVEN_AT_ONCE || !under.unproven.insert(user) {
                    return Err(Failure::UnprovenUpload(Bilingual {
                        english: format!(
                            "another upload of an unauthenticated caller is in progress; {}",
                            PROVE.0
                        ),
                        chinese: format!("另一个未通过身份验证的上传正在进行；{}", PROVE.1),
                    }));
                }
            }
        }
        Ok(Self {
            uploads: uploads.clone(),
            holder,
            taken: 0,
            kept: kept.bytes,
            most: most.bytes,
        })
    }

    /// Counts bytes that have arrived.
    pub(crate) fn grow(&mut self, bytes: u64) -> OperationResult<()> {
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
        Err(Failure::UploadQuota(both!(
            "the unused uploads of the project have {} bytes, and {coming} more are in progress; at most {} are \
             kept (`limits.uploads_bytes`). Import models from them, or wait: unused uploads are deleted after 7 days",
            "项目未使用的上传文件共 {} 字节，另有 {coming} 字节正在上传；最多保留 {} 字节（`limits.uploads_bytes`）。请从中导入模型，或稍后再试：未使用的上传文件会在 7 天后删除",
            self.kept,
            self.most
        )))
    }
}

impl Drop for UploadShare {
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

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: ProjectId = ProjectId::from_bits(1);
    const MOST: Kept = Kept {
        uploads: 2,
        bytes: 100,
    };

    fn take(uploads: &Uploads, claimed: Option<u128>, kept: usize) -> OperationResult<UploadShare> {
        let kept = Kept {
            uploads: kept,
            bytes: 60,
        };
        UploadShare::take(uploads, PROJECT, claimed.map(UserId::from_bits), kept, MOST)
    }

    #[test]
    fn what_is_kept_and_what_is_coming_count_together() {
        let uploads = Uploads::default();
        let coming = take(&uploads, None, 1);
        assert!(coming.is_ok());
        assert!(matches!(take(&uploads, None, 1), Err(Failure::UploadQuota(_))));
        drop(coming);
        assert!(take(&uploads, None, 1).is_ok(), "what went gave its share back");
        assert!(matches!(take(&uploads, None, 2), Err(Failure::UploadQuota(_))));
    }

    #[test]
    fn bytes_are_counted_as_they_come_and_given_back() {
        let uploads = Uploads::default();
        let mut share = take(&uploads, None, 0).unwrap();
        assert!(share.grow(40).is_ok(), "up to the limit");
        assert!(matches!(share.grow(1), Err(Failure::UploadQuota(_))));
        drop(share);
        assert!(take(&uploads, None, 0).unwrap().grow(40).is_ok());
    }

    #[test]
    fn whoever_is_not_proven_has_one_upload_and_takes_nothing_of_the_project() {
        let uploads = Uploads::default();
        let mut first = take(&uploads, Some(1), 0).unwrap();
        assert!(first.grow(1000).is_ok(), "their own limits hold them");
        assert!(matches!(
            take(&uploads, Some(1), 0),
            Err(Failure::UnprovenUpload(_))
        ));
        assert!(take(&uploads, None, 1).is_ok());
        let others: Vec<_> = (2..)
            .take(UNPROVEN_AT_ONCE - 1)
            .map(|user| take(&uploads, Some(user), 0))
            .collect();
        assert!(others.iter().all(Result::is_ok));
        assert!(matches!(
            take(&uploads, Some(99), 0),
            Err(Failure::UnprovenUpload(_))
        ));
        drop(first);
        assert!(take(&uploads, Some(99), 0).is_ok());
    }
}
