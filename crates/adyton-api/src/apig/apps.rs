//! `…/apps`: apps, the credentials of callers without a user.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An app to be made.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppCreate {
    /// 3 to 64 characters, unique in the project.
    pub name: String,
    /// At most 255 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// 8 to 200 characters, not of an access key's form; generated if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_key: Option<String>,
    /// 8 to 128 characters; generated if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_secret: Option<String>,
}

/// What to change of an app; what is left out stays.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppUpdate {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Another AppKey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_key: Option<String>,
    /// Another AppSecret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_secret: Option<String>,
    /// 1 lets it call, 0 refuses all its calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u8>,
}

/// Another secret.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppResetSecret {
    /// 8 to 128 characters; generated if left out or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_secret: Option<String>,
}

/// An app.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AppShown {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What its owner says of it.
    pub remark: String,
    /// The AppKey.
    pub app_key: String,
    /// The AppSecret; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_secret: Option<String>,
    /// Who made it: `USER`.
    pub creator: String,
    /// 1 when it works, 0 when it is disabled.
    pub status: u8,
    /// `apig`.
    pub app_type: String,
    /// When it was made.
    pub register_time: String,
    /// When it was last changed.
    pub update_time: String,
    /// For how many APIs it is authorised; only in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind_num: Option<u64>,
}

/// A page of apps.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AppList {
    /// How many there are.
    pub total: u64,
    /// How many are on this page.
    pub size: usize,
    /// The apps, newest first.
    pub apps: Vec<AppShown>,
}
