//! `GET …/services/{service_id}/example`: a body that fits what a service declares.

use adyton_api::adyton::examples::ExampleShown;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::call::Call;
use crate::dialect::modelarts::services::id;
use crate::endpoint::{Json, Query};
use crate::failure::OperationResult;
use crate::operations::service::example::example;

/// Of which path.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExampleQuery {
    /// A declared path, below the API address; the first that is declared where none is named.
    path: Option<String>,
    /// The method.
    method: Option<String>,
}

/// `GET …/services/{service_id}/example`
pub(crate) async fn show(
    call: Call,
    Query(query): Query<ExampleQuery>,
) -> OperationResult<Json<ExampleShown>> {
    let (path, method) = (query.path.as_deref(), query.method.as_deref());
    let found = example(&call.shared, call.project()?, id(&call)?, path, method).await?;
    Ok(Json(ExampleShown {
        path: found.path,
        method: found.method,
        content_type: found.body.content_type,
        body: found.body.body,
        files: found.body.files,
        from: found.body.source.name().to_owned(),
    }))
}
