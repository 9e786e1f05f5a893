//! `GET /` and `GET /v3`: what Keystone clients ask first. A browser that asks for `/` gets the console.

use axum::response::Response;
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::base;
use crate::call::OpenCall;
use crate::console::Console;
use crate::endpoint::{Json, Output};
use crate::failure::OperationResult;
use crate::language;

/// The versions of the identity API.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Versions {
    /// Wrapped as Keystone does it.
    versions: VersionValues,
}

/// The list in it.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct VersionValues {
    /// One entry a version.
    values: Vec<Version>,
}

/// One version, alone.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct VersionAlone {
    /// It.
    version: Version,
}

/// A version of the identity API.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct Version {
    /// `v3.14`: what Keystone calls the level that is spoken.
    id: String,
    /// `stable`.
    status: String,
    /// When that level was fixed.
    updated: String,
    /// Where it is.
    links: Vec<VersionLink>,
    /// What it speaks.
    #[serde(rename = "media-types")]
    media_types: Vec<MediaType>,
}

/// Where a version is.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct VersionLink {
    /// `self`.
    rel: String,
    /// The address.
    href: String,
}

/// A media type.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct MediaType {
    /// `application/json`.
    base: String,
    /// Its own name.
    r#type: String,
}

fn version(call: &OpenCall) -> Version {
    Version {
        id: "v3.14".to_owned(),
        status: "stable".to_owned(),
        updated: "2020-04-07T00:00:00Z".to_owned(),
        links: vec![VersionLink {
            rel: "self".to_owned(),
            href: format!("{}/v3/", base(&call.shared, &call.headers)),
        }],
        media_types: vec![MediaType {
            base: "application/json".to_owned(),
            r#type: "application/vnd.openstack.identity-v3+json".to_owned(),
        }],
    }
}

/// `GET /`: the console for browsers, the versions for everybody else.
pub(crate) async fn root(call: OpenCall, (): ()) -> OperationResult<Response> {
    let wants_html = call
        .headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"));
    if wants_html {
        return Console::built_in().page(&call.headers, language::of(&call.headers));
    }
    let versions = Versions {
        versions: VersionValues {
            values: vec![version(&call)],
        },
    };
    Json(versions).answer(StatusCode::MULTIPLE_CHOICES)
}

/// `GET /v3`
pub(crate) async fn v3(call: OpenCall, (): ()) -> OperationResult<Json<VersionAlone>> {
    Ok(Json(VersionAlone {
        version: version(&call),
    }))
}
