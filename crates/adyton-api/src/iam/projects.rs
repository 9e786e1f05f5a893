//! `/v3/projects` and `/v3/auth/projects`.

use super::Links;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A project to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectCreate {
    /// Wrapped as Keystone does it.
    pub project: ProjectWanted,
}

/// A project to be made.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectWanted {
    /// Unique in the domain.
    pub name: String,
    /// The caller's domain, the only one that projects can be made in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_id: Option<String>,
    /// The same: projects have no projects below them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
}

/// A project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProjectAnswer {
    /// Wrapped as Keystone does it.
    pub project: ProjectShown,
}

/// A project.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProjectShown {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain_id: String,
    /// What it lies in: the domain.
    pub parent_id: String,
    /// `true`.
    pub enabled: bool,
    /// `false`.
    pub is_domain: bool,
    /// Empty.
    pub description: String,
    /// Where it is.
    pub links: Links,
}

/// Projects.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProjectList {
    /// By name.
    pub projects: Vec<ProjectShown>,
    /// Where this list is.
    pub links: Links,
}
