//! Shapes that several IAM answers share.

use adyton_core::live::Live;
use adyton_core::tenant::{Role, User};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plane::Plane;

/// An id and a name.
#[derive(Serialize, Deserialize, ToSchema, Clone)]
pub(crate) struct Named {
    /// The id.
    pub(crate) id: String,
    /// The name.
    pub(crate) name: String,
}

/// Addresses of a thing or a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Links {
    /// Its own.
    #[serde(rename = "self")]
    pub(crate) own: String,
    /// The page after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// The page before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous: Option<String>,
}

impl Links {
    /// Only its own address.
    pub(crate) fn own(address: String) -> Self {
        Self {
            own: address,
            next: None,
            previous: None,
        }
    }
}

/// Scheme and host of this control plane, as the caller reaches it.
pub(crate) fn base(plane: &Plane, headers: &HeaderMap) -> String {
    if let Some(set) = &plane.settings.control_url {
        return set.trim_end_matches('/').to_owned();
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .filter(|host| {
            host.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".:-[]".contains(&b))
        })
        .map(str::to_owned);
    format!(
        "http://{}",
        host.unwrap_or_else(|| plane.settings.address.to_string())
    )
}

/// A role; its id is its name.
pub(crate) fn role(role: Role) -> Named {
    Named {
        id: role.name().to_owned(),
        name: role.name().to_owned(),
    }
}

/// The domain of a user.
pub(crate) fn domain(live: &Live, user: &User) -> Named {
    Named {
        id: user.domain.to_string(),
        name: live
            .domain(user.domain)
            .map(|domain| domain.name.clone())
            .unwrap_or_default(),
    }
}
