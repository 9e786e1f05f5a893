//! `POST …/packages`: upload a model package. The archive goes to disk as it comes; it is never whole in memory.
//!
//! What must be true: a caller whom the head does not prove writes little to the disk, and not for long.

use adyton_api::adyton::packages::Uploaded;
use adyton_core::language::{Bilingual, both};
use std::io::Write;

use adyton_core::audit::AuditedKind;
use adyton_core::digest::Sha256;
use axum::body::Body;
use http_body::Body as _;
use http_body_util::BodyExt;
use sha2::Digest as _;
use tempfile::NamedTempFile;

use crate::blocking::blocking;
use crate::body::check_declared;
use crate::call::Streamed;
use crate::endpoint::Json;
use crate::failure::{Failure, OperationResult};
use crate::operations::package::upload;
use crate::shared::Shared;
use crate::upload_share::{Kept, PROVE, UploadShare};

/// How long no byte may arrive before an upload is given up.
const STALLED: std::time::Duration = std::time::Duration::from_secs(60);
/// Bytes gathered before they are handed to the disk.
const CHUNK: usize = 1 << 20;

/// `POST /adyton/v1/{project_id}/packages`
pub(crate) async fn create(mut call: Streamed) -> OperationResult<Json<Uploaded>> {
    let shared = call.shared.clone();
    let body = std::mem::take(&mut call.body);
    let (project, stranger) = (call.project()?, !call.is_proven());
    let claimed = call.claimed().user().filter(|_| stranger).map(|user| user.id);
    let share = {
        let shared = shared.clone();
        blocking(move || {
            let most = Kept {
                uploads: shared.settings().uploads_kept,
                bytes: shared.settings().uploads_kept_bytes,
            };
            let kept = upload::kept(&shared, project);
            UploadShare::take(&shared.uploads, project, claimed, kept, most)
        })
        .await??
    };
    let (file, digest, _share) = match stranger {
        false => spool(&shared, body, share, shared.settings().upload_limit).await?,
        true => unproven(&shared, body, share).await?,
    };
    let call = call.prove(digest, &[])?;
    let package = upload::take(&shared, call.project()?, file.path().to_path_buf()).await?;
    call.audit.about(AuditedKind::Package, package, "");
    Ok(Json(Uploaded {
        location: format!("package://sha256/{package}"),
    }))
}

/// Takes the body of a caller whom only its last byte proves: a small one, and not for long.
async fn unproven(shared: &Shared, body: Body, share: UploadShare) -> OperationResult<Spooled> {
    let settings = shared.settings();
    let limit = settings.unproven_upload.min(settings.upload_limit);
    let time = settings.unproven_upload_time;
    let spooled = match tokio::time::timeout(time, spool(shared, body, share, limit)).await {
        Ok(spooled) => spooled,
        Err(_) => Err(Failure::UnprovenUpload(Bilingual {
            english: format!("the body had not arrived after {} s; {}", time.as_secs(), PROVE.0),
            chinese: format!("请求体在 {} 秒后仍未到达；{}", time.as_secs(), PROVE.1),
        })),
    };
    spooled.map_err(|failure| match failure {
        Failure::TooLarge { limit } if limit < settings.upload_limit => Failure::UnprovenUpload(Bilingual {
            english: format!(
                "the body is over {limit} bytes (`limits.unproven_upload`); {}",
                PROVE.0
            ),
            chinese: format!("请求体超过 {limit} 字节（`limits.unproven_upload`）；{}", PROVE.1),
        }),
        other => other,
    })
}

/// A body on the disk, its digest, and its share of the disk.
type Spooled = (NamedTempFile, Sha256, UploadShare);

/// Writes the body to a file that vanishes with its handle, and hashes it on the way.
async fn spool(
    shared: &Shared,
    mut body: Body,
    mut share: UploadShare,
    limit: u64,
) -> OperationResult<Spooled> {
    let folder = shared.settings().uploads.clone();
    check_declared(&body, limit)?;
    let declared = body.size_hint().lower();
    let mut open = blocking(move || {
        std::fs::create_dir_all(&folder)?;
        Ok::<_, std::io::Error>((NamedTempFile::new_in(&folder)?, sha2::Sha256::new()))
    })
    .await?
    .map_err(|problem| no_room(shared, &problem, declared))?;
    let (mut gathered, mut total) = (Vec::with_capacity(CHUNK), 0u64);
    loop {
        let frame = match tokio::time::timeout(STALLED, body.frame()).await {
            Ok(Some(Ok(frame))) => Some(frame),
            Ok(None) => None,
            Ok(Some(Err(error))) => {
                return Err(Failure::Malformed(both!(
                    "the upload was cut off: {error}",
                    "上传中断：{error}"
                )));
            }
            Err(_) => {
                return Err(Failure::Malformed(both!(
                    "the upload stalled for a minute",
                    "上传停滞了一分钟"
                )));
            }
        };
        let ended = frame.is_none();
        if let Some(data) = frame.and_then(|frame| frame.into_data().ok()) {
            total += data.len() as u64;
            if total > limit {
                return Err(Failure::TooLarge { limit });
            }
            share.grow(data.len() as u64)?;
            gathered.extend_from_slice(&data);
        }
        if gathered.len() >= CHUNK || (ended && !gathered.is_empty()) {
            let chunk = std::mem::replace(&mut gathered, Vec::with_capacity(CHUNK));
            let (mut file, mut hasher) = open;
            open = blocking(move || {
                hasher.update(&chunk);
                file.write_all(&chunk).map(|()| (file, hasher))
            })
            .await?
            .map_err(|problem| no_room(shared, &problem, declared.max(total)))?;
        }
        if ended {
            let (file, hasher) = open;
            return Ok((file, Sha256::from_bytes(hasher.finalize().into()), share));
        }
    }
}

/// Why the body could not be written: mostly a disk that is full. `needed` are the bytes of the upload as far as they are known.
fn no_room(shared: &Shared, problem: &std::io::Error, needed: u64) -> Failure {
    upload::not_written(&shared.settings().uploads, problem, needed)
}
