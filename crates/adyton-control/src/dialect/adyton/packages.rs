//! `POST …/packages`: upload a model package. The archive goes to disk as it comes; it is never whole in memory.

use std::io::Write;

use adyton_core::digest::Sha256;
use axum::body::Body;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use sha2::Digest as _;
use tempfile::NamedTempFile;
use utoipa::ToSchema;

use crate::call::{Streamed, check_declared};
use crate::endpoint::Json;
use crate::failure::{Failure, Outcome};
use crate::operations::model::import::blocking;
use crate::operations::package::upload;
use crate::plane::Plane;

/// How long no byte may arrive before an upload is given up.
const STALLED: std::time::Duration = std::time::Duration::from_secs(60);
/// Bytes gathered before they are handed to the disk.
const CHUNK: usize = 1 << 20;

/// Where the package is.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Uploaded {
    /// `package://sha256/…`, usable as a model's `source_location` in this project.
    location: String,
}

/// `POST /adyton/v1/{project_id}/packages`
pub(crate) async fn create(mut call: Streamed) -> Outcome<Json<Uploaded>> {
    let plane = call.plane.clone();
    let body = std::mem::take(&mut call.body);
    let (file, digest) = spool(&plane, body).await?;
    let call = call.prove(digest, &[])?;
    let package = upload::take(&plane, call.project()?, file.path().to_path_buf()).await?;
    Ok(Json(Uploaded {
        location: format!("package://sha256/{package}"),
    }))
}

/// Writes the body to a file that vanishes with its handle, and hashes it on the way.
async fn spool(plane: &Plane, mut body: Body) -> Outcome<(NamedTempFile, Sha256)> {
    let folder = plane.settings.uploads.clone();
    let limit = plane.settings.upload_limit;
    check_declared(&body, limit)?;
    let mut open = blocking(move || {
        std::fs::create_dir_all(&folder)?;
        Ok::<_, std::io::Error>((NamedTempFile::new_in(&folder)?, sha2::Sha256::new()))
    })
    .await?
    .map_err(Failure::defect)?;
    let (mut gathered, mut total) = (Vec::with_capacity(CHUNK), 0u64);
    loop {
        let frame = match tokio::time::timeout(STALLED, body.frame()).await {
            Ok(Some(Ok(frame))) => Some(frame),
            Ok(None) => None,
            Ok(Some(Err(error))) => return Err(Failure::Malformed(format!("the upload broke off: {error}"))),
            Err(_) => return Err(Failure::Malformed("the upload stalled for a minute".to_owned())),
        };
        let ended = frame.is_none();
        if let Some(data) = frame.and_then(|frame| frame.into_data().ok()) {
            total += data.len() as u64;
            if total > limit {
                return Err(Failure::TooLarge { limit });
            }
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
            .map_err(Failure::defect)?;
        }
        if ended {
            let (file, hasher) = open;
            return Ok((file, Sha256::from_bytes(hasher.finalize().into())));
        }
    }
}
