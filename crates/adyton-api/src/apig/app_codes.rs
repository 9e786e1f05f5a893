//! `…/apps/{app_id}/app-codes`: AppCodes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An AppCode to be added.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppCodeCreate {
    /// 64 to 180 characters.
    pub app_code: String,
}

/// An AppCode.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AppCodeShown {
    /// Its id.
    pub id: String,
    /// The code that callers send in `X-Apig-AppCode`.
    pub app_code: String,
    /// The app that it belongs to.
    pub app_id: String,
    /// When it was made.
    pub create_time: String,
}

/// The AppCodes of an app.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AppCodeList {
    /// How many there are.
    pub total: usize,
    /// How many are on this page.
    pub size: usize,
    /// The codes, oldest first.
    pub app_codes: Vec<AppCodeShown>,
}
