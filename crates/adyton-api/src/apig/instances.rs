//! `…/instances`: the gateway, as a project sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The gateway, as a project sees it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct GatewayShown {
    /// Its id: the project's.
    pub id: String,
    /// The project.
    pub project_id: String,
    /// Its name.
    pub instance_name: String,
    /// `Running`.
    pub status: String,
    /// 6: running.
    pub instance_status: u8,
    /// `apig`.
    pub r#type: String,
    /// `BASIC`.
    pub spec: String,
    /// Where APIs are called.
    pub ingress_url: String,
}

/// A page of instances.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct InstanceList {
    /// How many there are.
    pub total: usize,
    /// How many are on this page.
    pub size: usize,
    /// The one instance.
    pub instances: Vec<GatewayShown>,
}

/// An environment.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EnvironmentShown {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub remark: String,
}

/// A page of environments.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EnvironmentList {
    /// How many there are.
    pub total: usize,
    /// How many are on this page.
    pub size: usize,
    /// The one environment.
    pub envs: Vec<EnvironmentShown>,
}
