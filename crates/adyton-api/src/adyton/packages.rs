//! `…/packages`: uploads.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the package is.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Uploaded {
    /// `package://sha256/…`, usable as a model's `source_location` in this project.
    pub location: String,
}
