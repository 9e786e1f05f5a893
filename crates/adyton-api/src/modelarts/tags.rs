//! `/v1/{project_id}/services/{service_id}/tags` and `/v1/{project_id}/services/tms/tags`: tags of services.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A tag.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TmsTag {
    /// 1 to 128 letters of any language, digits, spaces and `_.:=+-@`; does not begin with `_sys_`.
    pub key: String,
    /// At most 255 letters of any language, digits, spaces and `_.:/=+-@`.
    pub value: String,
}

/// Tags to give to a service, or those that it has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagList {
    /// At most 20 in all of one service. A key that is there already gets the new value.
    pub tags: Vec<TmsTag>,
}

/// A tag to take away.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TmsTagForDelete {
    /// Its key.
    pub key: String,
    /// Its value: the tag stays if it has another one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub value: Option<String>,
}

/// Tags to take away from a service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TagsDelete {
    /// Those that it does not have are passed over.
    pub tags: Vec<TmsTagForDelete>,
}

/// Tags of a project's services.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CombinedTagList {
    /// By key.
    pub tags: Vec<CombineTmsTags>,
}

/// A key, and what it says in all services.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct CombineTmsTags {
    /// The key.
    pub key: String,
    /// Its values.
    pub values: Vec<String>,
}
