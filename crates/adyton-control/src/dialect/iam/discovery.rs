//! `GET /` and `GET /v3`: what Keystone clients ask first; and a plain page for people until the console is there.

use adyton_core::address;
use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::base;
use crate::call::OpenCall;
use crate::endpoint::{Json, Output};
use crate::failure::OperationResult;

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

/// `GET /`: a page for browsers, the versions for everybody else.
pub(crate) async fn root(call: OpenCall, (): ()) -> OperationResult<Response> {
    let wants_html = call
        .headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .any(|value| value.contains("text/html"));
    if wants_html {
        return Ok(landing(&call));
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

fn landing(call: &OpenCall) -> Response {
    let gateway: String = call
        .shared
        .settings()
        .gateway_url
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || ".:-/[]".contains(*c))
        .collect();
    let predictions = address::SERVICES;
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Adyton</title>\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem}}</style>\
         <h1>Adyton</h1><p>This is the control plane. It speaks IAM, ModelArts and API Gateway; there is no console in this \
         version.</p><ul><li>Predictions: <code>{gateway}{predictions}…</code></li>\
         <li>The API: <a href=\"/docs\">reference</a>, <a href=\"/openapi.json\">OpenAPI document</a></li>\
         <li>Command line: <code>adyton login</code>, then <code>adyton service list</code></li>\
         <li>Health: <a href=\"/healthz/ready\">/healthz/ready</a>, <a href=\"/metrics\">/metrics</a></li></ul></html>\n"
    );
    let mut answer = Response::new(Body::from(page));
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    answer
}
