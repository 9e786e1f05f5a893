//! `/v1/{project_id}/services/{service_id}/tags`, `/v1/{project_id}/services/tms/tags` and the same below
//! `/v2/{project_id}/modelarts-service-v2`: tags of services, and services by their tags.

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

/// Which services, by their tags and names. All that is named must hold; nothing is all services.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueryTmsResourceCountRequest {
    /// The services have a tag of each of these keys. At most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<CombineInferTmsTags>,
    /// The services have no tag at all.
    pub without_any_tag: bool,
    /// What the services are called: one at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<TmsMatch>,
}

/// The same, a part of the list at a time.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct QueryTmsResourceRequest {
    /// The services have a tag of each of these keys. At most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<CombineInferTmsTags>,
    /// The services have no tag at all.
    pub without_any_tag: bool,
    /// What the services are called: one at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matches: Vec<TmsMatch>,
    /// How many services, as in the query, which counts where both are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// How many services to pass over, as in the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u32>,
}

/// A tag that a service must have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CombineInferTmsTags {
    /// Its key.
    pub key: String,
    /// One of these values, at most 20; any, where none is named.
    #[serde(default)]
    pub values: Vec<String>,
}

/// What a service is called.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TmsMatch {
    /// `resource_name`.
    pub key: String,
    /// A part of its name, in upper or lower case.
    pub value: String,
}

/// Services that were asked for by their tags, the newest first.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TmsResourceList {
    /// The services of this part of the list.
    pub resources: Vec<TmsResource>,
    /// How many there are in all.
    pub total_count: u64,
}

/// A service and its tags.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TmsResource {
    /// The service's id.
    pub resource_id: String,
    /// Its name.
    pub resource_name: String,
    /// Its tags, by key.
    pub tags: Vec<TmsTag>,
}

/// How many services there are with such tags.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct TmsResourceCount {
    /// How many.
    pub total_count: u64,
}
