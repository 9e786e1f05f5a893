//! Identity and access management: what its addresses take and answer.
//!
//! Keystone wraps every body in an object of one field; so do these.

pub mod credentials;
pub mod projects;
pub mod quotas;
pub mod tokens;
pub mod users;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An id and a name.
#[derive(Serialize, Deserialize, ToSchema, Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// Addresses of a thing or a list.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Links {
    /// Its own.
    #[serde(rename = "self")]
    pub own: String,
    /// The page after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The page before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

impl Links {
    /// Only its own address.
    pub fn own(address: String) -> Self {
        Self {
            own: address,
            next: None,
            previous: None,
        }
    }
}
