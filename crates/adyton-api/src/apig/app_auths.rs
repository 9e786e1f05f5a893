//! `…/app-auths`: which app may call which API.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which apps for which APIs.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthCreate {
    /// `DEFAULT_ENVIRONMENT_RELEASE_ID`: services are published in RELEASE.
    pub env_id: String,
    /// The apps.
    pub app_ids: Vec<String>,
    /// The APIs.
    pub api_ids: Vec<String>,
}

/// What was authorised.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuthCreated {
    /// One entry a pair.
    pub auths: Vec<AuthMade>,
}

/// One authorisation that was made.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuthMade {
    /// Its id.
    pub id: String,
    /// The app.
    pub app_id: String,
    /// The API.
    pub api_id: String,
    /// How it went.
    pub auth_result: AuthResult,
    /// When.
    pub auth_time: String,
    /// `PROVIDER`: given by the API's owner.
    pub auth_role: String,
    /// `NORMAL`.
    pub auth_tunnel: String,
}

/// How an authorisation went.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuthResult {
    /// `SUCCESS`; a pair that fails fails the call.
    pub status: String,
}

/// A page of authorisations.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuthList {
    /// How many there are.
    pub total: u64,
    /// How many are on this page.
    pub size: usize,
    /// The authorisations, newest first.
    pub auths: Vec<AuthShown>,
}

/// An authorisation with both of its ends.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AuthShown {
    /// Its id.
    pub id: String,
    /// The API.
    pub api_id: String,
    /// Its name: that of its service.
    pub api_name: String,
    /// 1: public.
    pub api_type: u8,
    /// What the service's owner says of it.
    pub api_remark: String,
    /// The service that is the API.
    pub service_id: String,
    /// The API address, where it is called.
    pub access_address: String,
    /// The app.
    pub app_id: String,
    /// Its name.
    pub app_name: String,
    /// What its owner says of it.
    pub app_remark: String,
    /// `apig`.
    pub app_type: String,
    /// `USER`.
    pub app_creator: String,
    /// When it was authorised.
    pub auth_time: String,
    /// `PROVIDER`.
    pub auth_role: String,
    /// `NORMAL`.
    pub auth_tunnel: String,
    /// The group of services.
    pub group_name: String,
    /// `RELEASE`.
    pub run_env_name: String,
    /// Its id.
    pub run_env_id: String,
    /// The same, as some answers name it.
    pub env_id: String,
}

/// A page of APIs that an app may not call.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UnboundList {
    /// How many there are.
    pub total: u64,
    /// How many are on this page.
    pub size: usize,
    /// The APIs, by name.
    pub apis: Vec<UnboundApi>,
}

/// An API that an app may not call.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UnboundApi {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What the service's owner says of it.
    pub remark: String,
    /// 1: public.
    pub r#type: u8,
    /// Where it is, below the gateway's address.
    pub req_uri: String,
    /// `APP` or `IAM`.
    pub auth_type: String,
    /// The group of services.
    pub group_name: String,
    /// `RELEASE`.
    pub run_env_name: String,
    /// Its id.
    pub run_env_id: String,
}
